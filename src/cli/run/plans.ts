/** From plans to what the stages need. */
import { type Calendar, calendar, startOfDay, type WindowKind } from '../../time/calendar.ts'
import { loadZone } from '../../time/zone.ts'
import type { Lateness } from '../options/time.ts'
import type { ReadPlan, TimePlan } from '../plan.ts'
import type { TimeOrDate } from '../values.ts'

export async function calendarOf(
  { windows, tz, weekStart }: Pick<TimePlan, 'windows' | 'tz' | 'weekStart'>,
): Promise<Calendar> {
  return calendar({ windows, zone: await loadZone(tz), weekStart })
}

const dayMs = 86_400_000

/** Allowed lateness of each kind of window, in the order of the calendar. */
export function latenessOf(
  { lateness }: Pick<TimePlan, 'lateness'>,
  { kinds }: Calendar,
): number[] {
  return kinds.map((kind) => latenessOfKind(lateness, kind))
}

export function latenessOfKind(
  { byKind, othersMs }: Lateness,
  { name, nominalMs }: WindowKind,
): number {
  return byKind.get(name) ?? othersMs ?? (nominalMs >= dayMs ? dayMs : 3_600_000)
}

/** The times that frames may have, from and up to but not including. */
export function rangeOf(
  { from, until }: Pick<TimePlan, 'from' | 'until'>,
  { zone }: Calendar,
): { readonly fromMs: number; readonly untilMs: number } {
  const msOf = ({ ms, isDate }: TimeOrDate) => isDate ? startOfDay(ms / dayMs, zone) : ms
  return {
    fromMs: from === undefined ? -Infinity : msOf(from),
    untilMs: until === undefined ? Infinity : msOf(until),
  }
}

/** How uc-window reads what uc-extract has written, or any plain frames in that form. */
export const extractedFrames: ReadPlan = {
  files: ['-'],
  uidKey: 'uid',
  tsKey: 'ts',
  tsUnit: 's',
  parser: 'strict',
  maxLineBytes: 16 * 2 ** 20,
  zstdWindowBytes: 128 * 2 ** 20,
  isInterleaved: false,
  threads: 1,
  strict: false,
}
