/**
 * Windows that overlap: `rolling-7d`, the last seven days, one ending with each day; `1h/5m`, an
 * hour, every five minutes. The days, or the steps, are their slices: each window is so many slices
 * in a row, and each slice is in as many windows. Slices are the partition of time that windows of
 * other kinds are, so only these are looked up in the calendar, and windows follow from them:
 *
 *   slices        │ 1 │ 2 │ 3 │ 4 │ 5 │
 *   3 in each     ├───────────┤           window to the end of 3
 *                     ├───────────┤
 *                         ├───────────┤   window from 3 on: the last that 3 is in
 *
 * Slices are counted, not their lengths added up: seven days are seven dates, whatever clocks do, and
 * where a zone has skipped a date, the window begins one date earlier.
 */
import { durationName, parseDuration } from './duration.ts'
import type { Span, WindowKind } from './calendar.ts'

export interface Overlap {
  /** The kind whose windows are the slices: `day`, or the step. */
  readonly slice: WindowKind
  /** Slices in a window, and windows that hold a slice. */
  readonly count: number
  /** The window that begins with the slice of that instant, the last one to hold it. */
  windowFrom(utcMs: number): Span
  /** The window that ends with the slice of that instant, the first one to hold it. */
  windowTo(utcMs: number): Span
}

/** What a name says: `rolling-7d` has seven slices `day`, `1h/5m` twelve slices `5m`. */
export interface OverlapName {
  readonly name: string
  readonly slice: string
  readonly count: number
}

const dayMs = 86_400_000
const prefix = 'rolling-'
const mostDays = 366
/** Each late frame revises as many windows. */
const mostSteps = 3600

/** The canonical name of the last so many days. */
export function rollingName(text: string): string {
  const lengthMs = text.startsWith('0') ? NaN : lengthOf(text)
  const days = lengthMs / dayMs
  if (!(Number.isInteger(days) && days >= 2 && days <= mostDays)) {
    throw new Error(`expected whole days from 2d to ${mostDays}d, such as 7d,28d`)
  }
  return `${prefix}${days}d`
}

/** Undefined: not the name of such windows. Throws what is wrong with one. */
export function overlapNamed(text: string): OverlapName | undefined {
  if (text.startsWith(prefix)) {
    const name = rollingName(text.slice(prefix.length))
    return { name, slice: 'day', count: parseInt(name.slice(prefix.length)) }
  }
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const [lengthMs, stepMs] = [lengthOf(text.slice(0, slash)), lengthOf(text.slice(slash + 1))]
  const count = lengthMs / stepMs
  if (!(stepMs >= 1000 && stepMs % 1000 === 0 && Number.isInteger(count) && count >= 2)) {
    throw new Error('expected a length that is some whole steps of whole seconds, such as 1h/5m')
  }
  if (count > mostSteps) throw new Error(`expected a step that goes ${mostSteps} times in at most`)
  const slice = durationName(stepMs)
  return { name: `${durationName(lengthMs)}/${slice}`, slice, count }
}

function lengthOf(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    return NaN
  }
}

/** `slice`: a kind whose windows do not overlap. */
export function overlapOf(slice: WindowKind, count: number): Overlap {
  return {
    slice,
    count,
    windowFrom(utcMs) {
      const { startMs, endMs } = slice.spanAt(utcMs)
      let lastMs = endMs
      for (let n = 1; n < count; n++) lastMs = slice.spanAt(lastMs).endMs
      return { startMs, endMs: lastMs }
    },
    windowTo(utcMs) {
      const { startMs, endMs } = slice.spanAt(utcMs)
      let firstMs = startMs
      for (let n = 1; n < count; n++) firstMs = slice.spanAt(firstMs - 1).startMs
      return { startMs: firstMs, endMs }
    },
  }
}

/** The window of a kind that begins at that instant, whether or not others overlap with it. */
export function windowFrom({ spanAt, overlap }: WindowKind, startMs: number): Span {
  return overlap === undefined ? spanAt(startMs) : overlap.windowFrom(startMs)
}
