/** The fields of a result line that say which window it is about. */
import type { ResultLine } from '../records.ts'
import type { Calendar, Span, WindowKind } from '../time/calendar.ts'

export type WindowFields = Pick<
  ResultLine,
  'window' | 'start' | 'end' | 'time' | 'tz' | 'weekStart'
>

export function windowFields(
  { kind: { name }, startMs, endMs }: Span & { readonly kind: WindowKind },
  { zone, weekStart, timeText }: Pick<Calendar, 'zone' | 'weekStart' | 'timeText'>,
): WindowFields {
  return {
    window: name,
    start: startMs / 1000,
    end: endMs / 1000,
    time: timeText(startMs),
    ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
    ...(name === 'week' ? { weekStart } : {}),
  }
}
