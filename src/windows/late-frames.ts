/**
 * The late frames of one window, by the time at which a revision that shows them falls due. Users
 * are kept, not frames, and only those who will be new then: input that comes again, hours late,
 * takes no memory at all, however much of it there is.
 */
import type { Counter } from '../counter/counter.ts'

/** What a revision adds. */
export interface Addition {
  frames: number
  /** Undefined: nobody whom the window has not counted. */
  users: Counter | undefined
}

export class LateFrames {
  readonly #byDueMs = new Map<number, Addition>()

  get size(): number {
    return this.#byDueMs.size
  }

  /** The addition of that time: with so many frames more than before. */
  add(frames: number, dueMs: number): Addition {
    const addition = this.#byDueMs.get(dueMs)
    if (addition !== undefined) {
      addition.frames += frames
      return addition
    }
    const first = { frames, users: undefined }
    this.#byDueMs.set(dueMs, first)
    return first
  }

  /** Whether a revision that falls due before then shows the user. */
  isShownBefore(dueMs: number, hashHi: number, hashLo: number): boolean {
    if (this.#byDueMs.size === 1) return false
    for (const [earlierMs, { users }] of this.#byDueMs) {
      if (earlierMs < dueMs && users?.has(hashHi, hashLo)) return true
    }
    return false
  }

  /** What falls due at that time, which is over with it. */
  take(dueMs: number): Addition | undefined {
    const addition = this.#byDueMs.get(dueMs)
    if (addition !== undefined) this.#byDueMs.delete(dueMs)
    return addition
  }

  /** An addition that was saved. */
  restore(dueMs: number, addition: Addition): void {
    this.#byDueMs.set(dueMs, addition)
  }

  get(dueMs: number): Addition | undefined {
    return this.#byDueMs.get(dueMs)
  }

  duesMs(): Iterable<number> {
    return this.#byDueMs.keys()
  }

  entries(): Iterable<readonly [dueMs: number, Addition]> {
    return this.#byDueMs
  }

  all(): Iterable<Addition> {
    return this.#byDueMs.values()
  }
}
