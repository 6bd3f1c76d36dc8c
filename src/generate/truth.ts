/**
 * The exact answer to what uc-generate writes, collected while it writes. An oracle for uc itself,
 * so it shares no code with it: windows come from plain Date arithmetic in UTC, users are bits in a
 * set, and nothing is estimated.
 */
import { type NextStart, type WindowTruth, WindowTruths } from './window-truths.ts'
import type { DrawnGroups, GroupOptions } from './groups.ts'
import { UserSet } from './user-set.ts'

const truthWindows = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const

export type TruthWindow = (typeof truthWindows)[number]

export interface TruthJson {
  readonly lines: number
  readonly malformed: number
  readonly wrongClocks: number
  /** Unix seconds, of good frames with a right clock; null where there are none. */
  readonly ts_min: number | null
  readonly ts_max: number | null
  readonly uids: number
  readonly windows: Readonly<Record<TruthWindow, readonly WindowTruth[]>>
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** The start of the window that holds a date (`step` 0), and of the one after it (`step` 1). */
const startOf: Readonly<Record<TruthWindow, NextStart>> = {
  minute: (date, step) => (Math.floor(date.getTime() / minuteMs) + step) * minuteMs,
  hour: (date, step) => (Math.floor(date.getTime() / hourMs) + step) * hourMs,
  day: (date, step) => (Math.floor(date.getTime() / dayMs) + step) * dayMs,
  week: (date, step) =>
    utcDay(date, 0, date.getUTCDate() - ((date.getUTCDay() + 6) % 7) + 7 * step),
  month: (date, step) => utcDay(date, step, 1),
  quarter: (date, step) => utcDay(date, 3 * step - (date.getUTCMonth() % 3), 1),
  year: (date, step) => utcDay(date, 12 * step - date.getUTCMonth(), 1),
}

/** Midnight of `day` in the month `months` after the date's own; Date.UTC carries overflows on. */
function utcDay(date: Date, months: number, day: number): number {
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, day)
}

export class Truth {
  readonly #windows: readonly WindowTruths[]
  readonly #users = new UserSet()
  readonly #delayMs: number
  #lines = 0
  #malformed = 0
  #wrongClocks = 0
  #minMs = Infinity
  #maxMs = -Infinity

  /** `delaySeconds`: how long before the latest frame another one may lie. */
  constructor(
    { delaySeconds, groups, users }: {
      readonly delaySeconds: number
      readonly groups?: readonly GroupOptions[]
      readonly users?: number
    },
  ) {
    // A second more, as a `ts` in whole seconds lies up to that much before its place.
    this.#delayMs = (delaySeconds + 1) * 1000
    this.#windows = truthWindows.map((name) => new WindowTruths(startOf[name], groups, users))
  }

  /** Counts a good frame. */
  add(tsMs: number, userNumber: number, groups: DrawnGroups = []): void {
    this.#lines++
    this.#minMs = Math.min(this.#minMs, tsMs)
    this.#maxMs = Math.max(this.#maxMs, tsMs)
    this.#users.add(userNumber)
    const settledMs = this.#maxMs - this.#delayMs
    for (const windows of this.#windows) windows.add({ tsMs, userNumber, groups, settledMs })
  }

  /** Counts a line that is no frame. */
  addMalformed(): void {
    this.#lines++
    this.#malformed++
  }

  /** Counts a frame whose `ts` is wrong: it belongs into no window. */
  addWrongClock(): void {
    this.#lines++
    this.#wrongClocks++
  }

  toJSON(): TruthJson {
    const lists = truthWindows.map((name, i) => [name, this.#windows[i]?.toJSON() ?? []])
    return {
      lines: this.#lines,
      malformed: this.#malformed,
      wrongClocks: this.#wrongClocks,
      ts_min: Number.isFinite(this.#minMs) ? this.#minMs / 1000 : null,
      ts_max: Number.isFinite(this.#maxMs) ? this.#maxMs / 1000 : null,
      uids: this.#users.size,
      windows: Object.fromEntries(lists) as TruthJson['windows'],
    }
  }
}
