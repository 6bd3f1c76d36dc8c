/**
 * All windows that count the same: every frame, or the groups of one breakdown. Those of a kind are
 * found by their start, which is cheaper than by a key where neighbouring frames change windows.
 */
import type { PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, WindowedBatch } from '../records.ts'
import type { CountedWindow, TalliedWindow } from './counted-window.ts'
import { OnTimeFrames } from './on-time.ts'

/** Where windows overlap: one that takes the frames of a slice. */
export interface Taker {
  readonly window: CountedWindow
  readonly isLate: boolean
}

/** Whose frames are counted, in these windows, earliest first. */
export interface Slice {
  readonly startMs: number
  readonly takers: readonly Taker[]
  /** When a window shows them that they are late for; −∞: they are late for none. */
  readonly dueMs: number
}

/** Frames [from, to) of a batch. */
export interface FramesOf {
  readonly frames: FrameBatch
  readonly from: number
  readonly to: number
}

/** Late frames join their slice, before any window shows them. */
export interface Joining {
  /** −∞, as it comes first. */
  readonly endMs: number
  readonly rank: number
  join(dueMs: number): void
}

export type IsDue = (what: CountedWindow | Joining) => void

/** A tally of windows of any sort. */
export interface AnyTally {
  readonly size: number
  get(rank: number, startMs: number): CountedWindow | undefined
  /** A new one, open from now on. */
  open(rank: number, startMs: number): CountedWindow
  close(rank: number, startMs: number): void
  /** Another batch is counted, and windows may have been closed. */
  begin(batch: WindowedBatch): void
  /** It is counted. */
  end(): void
  /** The window of the frames before, if it is that of the next ones too. */
  current(rank: number, startMs: number): CountedWindow | undefined
  /** The next frames are of that one. */
  turnTo(rank: number, startMs: number): CountedWindow | undefined
  /** Whether the next frames count on time in the window of that kind that they are of. */
  expect(rank: number, isOnTime: boolean): void
  /** Frames [from, to) are those. */
  count(frames: FrameBatch, from: number, to: number): void
  /** Frames of a slice, in each window that takes them; tells what falls due at its time. */
  countSlice(rank: number, slice: Slice, frames: FramesOf, isDue: IsDue): void
  /** The same of what one source has counted. */
  uniteSlice(rank: number, slice: Slice, pane: PartialPane, isDue: IsDue): void
  windows(): Iterable<CountedWindow>
  clear(): void
}

export class Tally<Window extends TalliedWindow<Window>> implements AnyTally {
  /** Per kind, by start. */
  readonly #open: readonly Map<number, Window>[]
  /** Of the frames before, in the same batch. */
  readonly #current: (Window | undefined)[]
  readonly #onTime: OnTimeFrames<Window>
  readonly #make: (rank: number, startMs: number) => Window

  constructor(kinds: number, make: (rank: number, startMs: number) => Window) {
    this.#open = Array.from({ length: kinds }, () => new Map<number, Window>())
    this.#current = this.#open.map(() => undefined)
    this.#onTime = new OnTimeFrames<Window>(kinds)
    this.#make = make
  }

  get size(): number {
    return this.#open.reduce((sum, { size }) => sum + size, 0)
  }

  get(rank: number, startMs: number): Window | undefined {
    return this.#open[rank]!.get(startMs)
  }

  open(rank: number, startMs: number): Window {
    const window = this.#make(rank, startMs)
    this.#open[rank]!.set(startMs, window)
    return window
  }

  close(rank: number, startMs: number): void {
    if (this.current(rank, startMs) !== undefined) {
      this.#current[rank] = undefined // it may be large
      this.expect(rank, false)
    }
    this.#open[rank]!.delete(startMs)
  }

  begin(_: WindowedBatch): void {
    this.#current.fill(undefined)
  }

  end(): void {}

  current(rank: number, startMs: number): Window | undefined {
    const window = this.#current[rank]
    return window?.startMs === startMs ? window : undefined
  }

  turnTo(rank: number, startMs: number): Window | undefined {
    return this.#current[rank] = this.#open[rank]!.get(startMs)
  }

  expect(rank: number, isOnTime: boolean): void {
    this.#onTime.windows[rank] = isOnTime ? this.#current[rank] : undefined
  }

  count(frames: FrameBatch, from: number, to: number): void {
    this.#onTime.count(frames, from, to)
  }

  countSlice(
    rank: number,
    { takers, dueMs }: Slice,
    { frames, from, to }: FramesOf,
    isDue: IsDue,
  ): void {
    for (const { window, isLate } of takers) {
      if (!isLate) this.#onTime.countIn(this.get(rank, window.startMs)!, frames, from, to)
      for (let i = isLate ? from : to; i < to; i++) {
        if (window.addLate(frames, i, dueMs)) isDue(window)
      }
    }
  }

  uniteSlice(_: number, { takers, dueMs }: Slice, pane: PartialPane, isDue: IsDue): void {
    for (const { window, isLate } of takers) {
      if (!isLate) window.addUsers(pane)
      else if (window.addLateUsers(pane, dueMs)) isDue(window)
    }
  }

  *windows(): Generator<Window> {
    for (const each of this.#open) yield* each.values()
  }

  clear(): void {
    for (const each of this.#open) each.clear()
  }
}
