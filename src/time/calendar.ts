/**
 * Which window of each kind an instant falls into. The windows of a kind are a partition of time:
 * every instant is in one, and each begins where the one before ends, whatever a zone does to its
 * clocks. Nothing here is cached; a window is asked for once and then compared with.
 *
 *   minute, 15m   real time, aligned to unix time 0
 *   hour          begins where the local clock shows :00. Clocks moved by whole hours change
 *                 nothing (02:00 twice is two windows of 3600 s); where they move by less (Lord
 *                 Howe), the change itself ends one hour and begins the next
 *   day … year    begins at the first instant whose local date is its first day or a later one, so
 *                 what is repeated after midnight (St. John's, 00:01 back to 23:01) is in the new
 *                 day, and a date that a zone skipped (Apia, 2011-12-30) has no window
 *
 * Of kinds whose windows overlap this is so of the slices that they are made of (overlap.ts).
 */
import { durationName, parseDuration } from './duration.ts'
import { type Overlap, overlapNamed, overlapOf } from './overlap.ts'
import { utc, type Zone } from './zone.ts'

/** Half-open: from `startMs` up to, but not including, `endMs`. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** The kinds with a name of their own, fine to coarse. */
export const calendarKinds = [
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const

export type CalendarKind = (typeof calendarKinds)[number]

export interface WindowKind {
  /** A calendar kind, a fixed length: 15m, or one that overlaps: rolling-7d, 1h/5m. */
  readonly name: string
  /** The usual length of a window; kinds are ordered by it. */
  readonly nominalMs: number
  /** The window of that instant; of a kind that overlaps, the slice. */
  spanAt(utcMs: number): Span
  /** Only where windows overlap. */
  readonly overlap?: Overlap
}

export const weekDays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

export type WeekDay = (typeof weekDays)[number]

export function isWeekDay(text: string): text is WeekDay {
  return weekDays.some((day) => day === text)
}

export interface Calendar {
  /** Fine to coarse. */
  readonly kinds: readonly WindowKind[]
  readonly zone: Zone
  readonly weekStart: WeekDay
  /** RFC 3339 in the zone; the offset has seconds only where the zone's own has. */
  timeText(utcMs: number): string
}

export interface CalendarOptions {
  /** Names of kinds, or lengths; the same one twice counts once. */
  readonly windows: readonly string[]
  readonly zone: Zone
  readonly weekStart: WeekDay
}

export function calendar({ windows, zone, weekStart }: CalendarOptions): Calendar {
  const names = [...new Set(windows.map(windowName))]
  const kinds = names.map((name) => windowKind(name, zone, weekStart))
  kinds.sort((a, b) => a.nominalMs - b.nominalMs)
  return { kinds, zone, weekStart, timeText: (utcMs) => timeText(utcMs, zone) }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Local dates, as days since 1970-01-01, numbered by the unit of the calendar that holds them. */
interface Unit {
  readonly nominalMs: number
  indexOf(day: number): number
  firstDay(index: number): number
}

/** `Date` holds every month that is a whole number from 1970 on; years 0 to 99 need no care so. */
function months(count: number): Unit {
  return {
    nominalMs: 365.2425 / 12 * dayMs * count,
    indexOf(day) {
      const date = new Date(day * dayMs)
      return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / count)
    },
    firstDay: (index) => Date.UTC(1970, index * count) / dayMs,
  }
}

/** 1970-01-05 was a Monday. */
function weeks(weekStart: WeekDay): Unit {
  const aFirstDay = 4 + weekDays.indexOf(weekStart)
  return {
    nominalMs: 7 * dayMs,
    indexOf: (day) => Math.floor((day - aFirstDay) / 7),
    firstDay: (index) => aFirstDay + index * 7,
  }
}

const units: Readonly<Record<string, (weekStart: WeekDay) => Unit>> = {
  day: () => ({ nominalMs: dayMs, indexOf: (day) => day, firstDay: (index) => index }),
  week: weeks,
  month: () => months(1),
  quarter: () => months(3),
  year: () => months(12),
} satisfies Record<Exclude<CalendarKind, 'minute' | 'hour'>, (weekStart: WeekDay) => Unit>

/**
 * The canonical name of a window: `900s` is `15m`, `60m/300s` is `1h/5m`. Throws what is wrong with
 * any other text.
 */
export function windowName(text: string): string {
  if (calendarKinds.some((kind) => kind === text)) return text
  const overlapping = overlapNamed(text)
  if (overlapping !== undefined) return overlapping.name
  let lengthMs: number
  try {
    lengthMs = parseDuration(text)
  } catch (cause) {
    throw new Error(`expected ${calendarKinds.join(', ')} or a length such as 15m`, { cause })
  }
  if (lengthMs < 1000 || lengthMs % 1000 !== 0) {
    throw new Error('expected whole seconds, at least 1s')
  }
  return durationName(lengthMs)
}

function windowKind(name: string, zone: Zone, weekStart: WeekDay): WindowKind {
  const overlapping = overlapNamed(name)
  if (overlapping !== undefined) {
    const { count } = overlapping
    const slice = windowKind(overlapping.slice, zone, weekStart)
    const { nominalMs, spanAt } = slice
    return { name, nominalMs: nominalMs * count, spanAt, overlap: overlapOf(slice, count) }
  }
  const unit = units[name]?.(weekStart)
  if (unit !== undefined) {
    return { name, nominalMs: unit.nominalMs, spanAt: (utcMs) => unitSpan(unit, zone, utcMs) }
  }
  if (name === 'hour') return { name, nominalMs: hourMs, spanAt: (utcMs) => hourSpan(zone, utcMs) }
  const lengthMs = name === 'minute' ? 60_000 : parseDuration(name)
  return {
    name,
    nominalMs: lengthMs,
    spanAt(utcMs) {
      const startMs = Math.floor(utcMs / lengthMs) * lengthMs
      return { startMs, endMs: startMs + lengthMs }
    },
  }
}

function unitSpan(unit: Unit, zone: Zone, utcMs: number): Span {
  let index = unit.indexOf(Math.floor((utcMs + zone.offsetMsAt(utcMs)) / dayMs))
  let endMs = startOfDay(unit.firstDay(index + 1), zone)
  while (endMs <= utcMs) { // the clock has gone back over midnight, into a unit that was over
    index++
    endMs = startOfDay(unit.firstDay(index + 1), zone)
  }
  return { startMs: startOfDay(unit.firstDay(index), zone), endMs }
}

/** No zone is as far from UTC as this, so the search may begin here. */
const largestOffsetMs = 26 * hourMs

/** The first instant whose local date is `day`, in days since 1970-01-01, or later. */
export function startOfDay(day: number, zone: Zone): number {
  const localMs = day * dayMs
  if (zone === utc) return localMs
  let fromMs = localMs - largestOffsetMs
  for (;;) { // one stretch of constant offset after the other; two are the most in practice
    const reachedMs = Math.max(fromMs, localMs - zone.offsetMsAt(fromMs))
    const changeMs = zone.nextTransitionMs(fromMs) ?? Infinity
    if (reachedMs < changeMs) return reachedMs
    fromMs = changeMs
  }
}

function hourSpan(zone: Zone, utcMs: number): Span {
  const offsetMs = zone.offsetMsAt(utcMs)
  let startMs = Math.floor((utcMs + offsetMs) / hourMs) * hourMs - offsetMs
  let endMs = startMs + hourMs
  let changeMs = zone.nextTransitionMs(startMs) ?? Infinity
  while (changeMs < endMs) {
    const movedMs = zone.offsetMsAt(changeMs) - zone.offsetMsAt(changeMs - 1)
    if (movedMs % hourMs !== 0) {
      if (changeMs > utcMs) endMs = changeMs
      else startMs = changeMs
    }
    changeMs = zone.nextTransitionMs(changeMs) ?? Infinity
  }
  return { startMs, endMs }
}

function timeText(utcMs: number, zone: Zone): string {
  const offsetMs = zone.offsetMsAt(utcMs)
  const local = new Date(utcMs + offsetMs).toISOString().slice(0, -1).replace(/\.000$/, '')
  if (zone === utc) return `${local}Z`
  const ofDay = new Date(Math.abs(offsetMs)).toISOString().slice(11, 19).replace(/:00$/, '')
  return `${local}${offsetMs < 0 ? '-' : '+'}${ofDay}`
}
