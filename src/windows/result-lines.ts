/**
 * Makes result lines: adds to what a window has counted what every line of a run says. Fields are
 * assigned one by one, in the order of the line: of each object that spreads others V8 keeps a
 * description of its own, 2 kB and some microseconds for every line.
 */
import type { Counted } from '../counter/counter.ts'
import { base64 } from '../ndjson/base64.ts'
import type { Group } from '../group.ts'
import type { ResultLine } from '../records.ts'
import type { Calendar, Span, WindowKind } from '../time/calendar.ts'

/** What a run says in each of its lines. */
export interface LineConstants {
  /** Name of the part of all frames that the lines are of. */
  readonly shard?: string | undefined
}

export interface ResultLinesOptions extends LineConstants {
  readonly calendar: Pick<Calendar, 'zone' | 'weekStart' | 'timeText'>
}

/** What a window has to say of itself. */
export interface Finding {
  readonly window: Span & { readonly kind: WindowKind }
  readonly counted: Counted
  readonly frames: number
  readonly pane: ResultLine['pane']
  readonly revision: number | undefined
  readonly shards?: ResultLine['shards'] | undefined
  readonly by?: Group | undefined
}

export type ToLine = (finding: Finding) => ResultLine

type Draft = { -readonly [Field in keyof ResultLine]?: ResultLine[Field] }

export function resultLines({ calendar, shard }: ResultLinesOptions): ToLine {
  const { zone, weekStart } = calendar
  let [lastMs, lastTime] = [NaN, '']
  /** Of the line before, mostly, where windows have groups. */
  const timeText = (ms: number): string => {
    if (ms !== lastMs) [lastMs, lastTime] = [ms, calendar.timeText(ms)]
    return lastTime
  }
  return ({ window: { kind, startMs, endMs }, counted, frames, pane, revision, shards, by }) => {
    const line: Draft = {
      window: kind.name,
      start: startMs / 1000,
      end: endMs / 1000,
      time: timeText(startMs),
    }
    if (zone.name !== 'UTC') line.tz = zone.name
    if (kind.name === 'week') line.weekStart = weekStart
    if (shard !== undefined) line.shard = shard
    if (shards !== undefined) line.shards = shards
    if (by !== undefined) line.by = by
    line.users = counted.users
    line.low = counted.low
    line.high = counted.high
    line.method = counted.method
    line.error = counted.error
    line.frames = frames
    line.pane = pane
    if (revision !== undefined) line.revision = revision
    if (counted.image !== undefined) line.sketch = base64(counted.image)
    if (counted.set !== undefined) line.set = base64(counted.set)
    return line as ResultLine
  }
}
