/**
 * The true users and frames of all windows of one kind. A window that no frame can reach any more
 * is settled: its two numbers stay, its set of users goes. So minutes over two years need room for
 * a million small results, but for no more than the last few sets.
 */
import { GroupTruths, type GroupTruthsJson } from './group-truths.ts'
import type { DrawnGroups, GroupOptions } from './groups.ts'
import { UserSet } from './user-set.ts'

export interface WindowTruth {
  /** Unix seconds. */
  readonly start: number
  readonly users: number
  readonly frames: number
  /** Of its groups, where frames have keys to be split by. */
  readonly by?: GroupTruthsJson
}

/** First instant of the window that holds `date`, or of the one `step` windows later. */
export type NextStart = (date: Date, step: 0 | 1) => number

interface OpenWindow {
  readonly startMs: number
  readonly endMs: number
  readonly users: UserSet
  readonly groups: GroupTruths | undefined
  frames: number
}

export interface TruthFrame {
  readonly tsMs: number
  readonly userNumber: number
  readonly groups: DrawnGroups
  /** No frame will come from before this time. */
  readonly settledMs: number
}

export class WindowTruths {
  readonly #startOf: NextStart
  readonly #groups: readonly GroupOptions[]
  readonly #users: number
  /** By start, in the order of their opening. */
  readonly #open = new Map<number, OpenWindow>()
  /** The window that the last frame fell into: the next one mostly does, too. */
  #recent: OpenWindow | undefined
  readonly #settled: WindowTruth[] = []

  constructor(startOf: NextStart, groups: readonly GroupOptions[] = [], users: number = 2 ** 32) {
    this.#users = users
    this.#startOf = startOf
    this.#groups = groups
  }

  add({ tsMs, userNumber, groups, settledMs }: TruthFrame): void {
    let window = this.#recent
    if (window === undefined || tsMs < window.startMs || tsMs >= window.endMs) {
      const date = new Date(tsMs)
      window = this.#open.get(this.#startOf(date, 0)) ?? this.#opened(date, settledMs)
      this.#recent = window
    }
    window.users.add(userNumber)
    window.groups?.add(userNumber, groups)
    window.frames++
  }

  /** In the order of their starts. */
  toJSON(): readonly WindowTruth[] {
    return [...this.#settled, ...[...this.#open.values()].map(asTruth)].sort((a, b) =>
      a.start - b.start
    )
  }

  #opened(date: Date, settledMs: number): OpenWindow {
    if (date.getTime() < settledMs) {
      throw new RangeError(
        `a frame at ${date.getTime()} ms comes after ${settledMs} ms was settled`,
      )
    }
    this.#settle(settledMs)
    const window: OpenWindow = {
      startMs: this.#startOf(date, 0),
      endMs: this.#startOf(date, 1),
      users: new UserSet(),
      groups: this.#groups.length === 0 ? undefined : new GroupTruths(this.#groups, this.#users),
      frames: 0,
    }
    this.#open.set(window.startMs, window)
    return window
  }

  #settle(settledMs: number): void {
    for (const window of this.#open.values()) {
      // One that a late frame opened may stand behind a later one. It waits: no harm done.
      if (window.endMs > settledMs) return
      window.groups?.settle()
      this.#settled.push(asTruth(window))
      this.#open.delete(window.startMs)
    }
  }
}

function asTruth({ startMs, users, frames, groups }: OpenWindow): WindowTruth {
  const truth = { start: startMs / 1000, users: users.size, frames }
  return groups === undefined ? truth : { ...truth, by: groups.toJSON() }
}
