/**
 * One window that is open, or closed and still revisable. Late frames are kept apart until their
 * revision falls due: with several sources the on-time line may still be held back by another one,
 * and what it shows must not depend on how the sources interleave.
 */
import type { Counter } from '../counter/counter.ts'
import type { Pane, ResultLine } from '../records.ts'
import type { Calendar, WindowKind } from '../time/calendar.ts'

export interface OpenWindowOptions {
  readonly kind: WindowKind
  /** Place of the kind among the kinds, fine to coarse. */
  readonly rank: number
  readonly startMs: number
  readonly latenessMs: number
  readonly users: Counter
}

/** Frames that a revision adds. */
interface Addition {
  readonly hashes: number[]
  frames: number
}

export class OpenWindow {
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly endMs: number
  /** From here on nothing counts any more. */
  readonly expiryMs: number
  readonly #users: Counter
  #frames = 0
  #hasOnTime = false
  #isClosed = false
  #revision = 0
  /** By due time. */
  readonly #late = new Map<number, Addition>()

  constructor({ kind, rank, startMs, latenessMs, users }: OpenWindowOptions) {
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = kind.spanAt(startMs).endMs
    this.expiryMs = this.endMs + latenessMs
    this.#users = users
  }

  add(hashHi: number, hashLo: number): void {
    this.#users.add(hashHi, hashLo)
    this.#frames++
    this.#hasOnTime = true
  }

  addLate(hashHi: number, hashLo: number, dueMs: number): void {
    let addition = this.#late.get(dueMs)
    if (addition === undefined) this.#late.set(dueMs, addition = { hashes: [], frames: 0 })
    addition.hashes.push(hashHi, hashLo)
    addition.frames++
  }

  /** When its lines fall due, up to `untilMs`. */
  dueTimes(untilMs: number): readonly number[] {
    const due = [...this.#late.keys()].filter((dueMs) => dueMs <= untilMs)
    if (!this.#isClosed && this.endMs <= untilMs) {
      if (this.#hasOnTime) due.push(this.endMs)
      else this.#isClosed = true
    }
    return due
  }

  /** The line that falls due at `dueMs`. */
  lineAt(dueMs: number, calendar: Calendar): ResultLine {
    const addition = this.#late.get(dueMs)
    if (addition === undefined) {
      this.#isClosed = true
      return this.#line('on-time', calendar)
    }
    this.#late.delete(dueMs)
    this.#merge(addition)
    this.#revision++
    return this.#line('late', calendar)
  }

  /** What is counted and has not been shown, as a provisional line. */
  earlyLine(calendar: Calendar): ResultLine | undefined {
    if (this.#late.size === 0 && (this.#isClosed || !this.#hasOnTime)) return undefined
    for (const addition of this.#late.values()) this.#merge(addition)
    this.#late.clear()
    return this.#line('early', calendar)
  }

  #merge({ hashes, frames }: Addition): void {
    for (let i = 0; i < hashes.length; i += 2) this.#users.add(hashes[i]!, hashes[i + 1]!)
    this.#frames += frames
  }

  #line(pane: Pane, { zone, weekStart, timeText }: Calendar): ResultLine {
    const { name } = this.kind
    return {
      window: name,
      start: this.startMs / 1000,
      end: this.endMs / 1000,
      time: timeText(this.startMs),
      ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
      ...(name === 'week' ? { weekStart } : {}),
      ...this.#users.estimate(),
      frames: this.#frames,
      pane,
      ...(pane === 'early' ? {} : { revision: pane === 'late' ? this.#revision : 0 }),
    }
  }
}
