/**
 * The fields of a result line that say which window it is about. Fields are assigned one by one: of
 * each object that spreads others V8 keeps a description of its own, 2 kB and some microseconds for
 * every line.
 */
import type { ResultLine } from '../records.ts'
import type { Calendar, Span, WindowKind } from '../time/calendar.ts'

type Draft<Line> = { -readonly [Field in keyof Line]: Line[Field] }

/** A line under way, whose other fields follow in their order. */
export type LineDraft = Partial<Draft<ResultLine>>

export type WindowFields =
  & Draft<Pick<ResultLine, 'window' | 'start' | 'end' | 'time' | 'tz' | 'weekStart'>>
  & LineDraft

export function windowFields(
  { kind: { name }, startMs, endMs }: Span & { readonly kind: WindowKind },
  { zone, weekStart, timeText }: Pick<Calendar, 'zone' | 'weekStart' | 'timeText'>,
): WindowFields {
  const fields: WindowFields = {
    window: name,
    start: startMs / 1000,
    end: endMs / 1000,
    time: timeText(startMs),
  }
  if (zone.name !== 'UTC') fields.tz = zone.name
  if (name === 'week') fields.weekStart = weekStart
  return fields
}
