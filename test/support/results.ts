/** Result lines made without any stage, and united by those of uc-merge. */
import assert from 'node:assert/strict'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { base64 } from '../../src/ndjson/base64.ts'
import { resultJson } from '../../src/ndjson/result-json.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import type { Reject, ResultLine } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { inTurnStage } from '../../src/stages/in-turn.ts'
import { type MergeOptions, type MergeOut, mergeStage } from '../../src/stages/merge.ts'
import { readResultsStage, type ResultsIn } from '../../src/stages/read-results.ts'
import { calendar as newCalendar, type CalendarOptions } from '../../src/time/calendar.ts'
import { loadZones, type Zone } from '../../src/time/zone.ts'

export const zoneNamed: (name: string) => Zone = await loadZones()

export interface Frame {
  readonly uid: string
  readonly tsMs: number
}

export interface CountedOptions extends Omit<CalendarOptions, 'zone'> {
  readonly tz: string
  readonly method: 'auto' | 'exact' | 'hll'
  readonly precision?: number
  /** As with --partial, beside --sketch. */
  readonly hasSets?: boolean
  /** Fields that every line gets, or has otherwise. */
  readonly fields?: Partial<ResultLine>
}

/** What a run with --sketch writes of the frames. */
export function countedLines(frames: readonly Frame[], options: CountedOptions): ResultLine[] {
  const { tz, method, precision = 10, hasSets = false, fields = {} } = options
  const { kinds, zone, weekStart, timeText } = newCalendar({ ...options, zone: zoneNamed(tz) })
  const hash = newFingerprint()
  const lines: ResultLine[] = []
  for (const kind of kinds) {
    const byStart = new Map<number, Frame[]>()
    for (const frame of frames) {
      const { startMs } = kind.spanAt(frame.tsMs)
      byStart.set(startMs, [...byStart.get(startMs) ?? [], frame])
    }
    for (const [startMs, inside] of byStart) {
      const users = uniqueCounter({
        method,
        exactLimit: 1e6,
        precision,
        sketch: true,
        partial: hasSets,
      })
      for (const { uid } of inside) {
        fingerprintOfText(uid, hash)
        users.add(hash.hi, hash.lo)
      }
      const { image, set, ...counted } = users.estimate()
      lines.push({
        window: kind.name,
        start: startMs / 1000,
        end: kind.spanAt(startMs).endMs / 1000,
        time: timeText(startMs),
        ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
        ...(kind.name === 'week' ? { weekStart } : {}),
        ...(fields.shard === undefined ? {} : { shard: fields.shard }),
        ...(fields.by === undefined ? {} : { by: fields.by }),
        ...counted,
        frames: inside.length,
        pane: 'on-time',
        revision: 0,
        ...fields,
        sketch: base64(image!),
        ...(set !== undefined && { set: base64(set) }),
      })
    }
  }
  const rank = (line: ResultLine) => kinds.findIndex(({ name }) => name === line.window)
  return lines.sort((a, b) => a.end - b.end || rank(a) - rank(b))
}

export interface MergedOptions extends Partial<MergeOptions> {
  /** From 0 to 1: cuts the inputs into pieces, and decides which one comes next. */
  readonly random?: () => number
}

export interface Merged {
  readonly lines: readonly string[]
  readonly rejects: readonly (Omit<Reject, 'content' | 'type'>)[]
  readonly ledger: Ledger
}

/** Each input is a list of lines, or text. */
export function merged(
  inputs: readonly (readonly (ResultLine | string)[])[],
  { random, ...options }: MergedOptions = {},
): Merged {
  const ledger = new Ledger()
  const stage = mergeOf({ ...options, ledger })
  const lines: string[] = []
  const rejects: Omit<Reject, 'content' | 'type'>[] = []
  const push = (message: ResultsIn) =>
    stage.push(message, (out) => {
      if (out.type === 'result') return lines.push(textOf(out.line))
      const { content: _, type: __, ...reject } = out
      return rejects.push(reject)
    })
  inputs.forEach((_, source) => push({ type: 'source', source, name: `${source}.ndjson` }))
  const pieces = inputs.map((input) => piecesOf(input, random))
  const waiting = inputs.map((_, source) => source)
  while (waiting.length > 0) {
    const at = random === undefined ? 0 : Math.floor(random() * waiting.length)
    const source = waiting[at]!
    const piece = pieces[source]!.shift()
    if (piece !== undefined) {
      push({ type: 'source', source, name: `${source}.ndjson` })
      push(piece)
    } else {
      push({ type: 'source-end', source })
      waiting.splice(at, 1)
    }
  }
  stage.end((out) => out.type === 'result' && lines.push(textOf(out.line)))
  return { lines, rejects, ledger }
}

export function mergeOf(options: Partial<MergeOptions>): Stage<ResultsIn, MergeOut> {
  return chain(
    readResultsStage({ maxLineBytes: 2 ** 20 }),
    inTurnStage(),
    mergeStage({
      to: undefined,
      weekStart: 'monday',
      isDisjoint: false,
      latenessMs: () => 3_600_000,
      zoneNamed,
      ledger: new Ledger(),
      ...options,
    }),
  )
}

/** As it is written. */
export function textOf(line: ResultLine): string {
  return resultJson(line)
}

/** Shows the first line that differs, and not a thousand sketches: that would take minutes. */
export function sameLines(
  actual: readonly string[],
  expected: readonly string[],
  hint: string = '',
): void {
  const at = expected.findIndex((line, i) => line !== actual[i])
  const i = at < 0 ? expected.length : at
  assert.equal(actual[i], expected[i], `line ${i} of ${expected.length}; ${hint}`)
}

function piecesOf(input: readonly (ResultLine | string)[], random?: () => number): Uint8Array[] {
  const text = input.map((line) => typeof line === 'string' ? line : textOf(line))
  const bytes = new TextEncoder().encode(text.map((line) => `${line}\n`).join(''))
  if (random === undefined) return bytes.length === 0 ? [] : [bytes]
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() ** 3 * 5000)
    pieces.push(bytes.slice(at, end))
    at = end
  }
  return pieces
}
