/**
 * Counts frames that are on time, in their window of each kind. The windows of a frame mostly lie in
 * one another, and a user whom the minute has seen, its hour has seen too. So each kind looks up
 * only those who were new in a finer window, not all frames: with seven kinds most are looked up
 * once or twice, and a look-up in a large set is what counting costs.
 *
 * That holds where every frame of the finer window was counted in this coarser one. Each window
 * knows where that is so (`around`): it follows from what was counted, not from the calendar, and
 * so for any windows and any input.
 */
import type { FrameBatch } from '../records.ts'

/** What it needs of a window. */
export interface OnTimeWindow<Window> {
  /**
   * The frames with the first `count` of these indices count on time: here, and in one window of
   * every kind, by rank, or in none.
   */
  count(
    count: number,
    windows: readonly (Window | undefined)[],
    indices: Uint32Array,
  ): void
  /** Whether that window, of kind `k`, has counted every frame that counts here. */
  isInside(k: number, window: Window | undefined): boolean
  /**
   * Adds the users of the frames with the first `count` of these indices. Writes those who are new
   * into `fresh`, and returns how many they are.
   */
  add(frames: FrameBatch, indices: Uint32Array, count: number, fresh: Uint32Array): number
}

/**
 * By rank, the windows that have counted every frame that counts in one of that rank: those of the
 * frames before, as far as the next ones are in them too. Undefined: none counts.
 */
export type Around<Window> = (Window | undefined)[] | undefined

export function stillAround<Window>(
  around: Around<Window>,
  windows: readonly (Window | undefined)[],
  rank: number,
): (Window | undefined)[] {
  if (around === undefined) return windows.slice()
  for (let k = rank + 1; k < around.length; k++) {
    if (around[k] !== windows[k]) around[k] = undefined
  }
  return around
}

/** Indices of frames in a batch. */
interface Rows {
  indices: Uint32Array
  count: number
}

function noRows(): Rows {
  return { indices: new Uint32Array(1024), count: 0 }
}

export class OnTimeFrames<Window extends OnTimeWindow<Window>> {
  /** Per kind, fine to coarse: where the frames count on time; undefined where they do not. */
  readonly windows: (Window | undefined)[]
  readonly #all = noRows()
  /** Per kind: the frames whose users were new there. */
  readonly #fresh: readonly Rows[]

  constructor(kinds: number) {
    this.windows = Array.from({ length: kinds }, () => undefined)
    this.#fresh = this.windows.map(noRows)
  }

  /** Counts the frames [from, to), all of them in `windows`. */
  count(frames: FrameBatch, from: number, to: number): void {
    const { windows } = this
    const all = this.#rows(from, to)
    for (const window of windows) window?.count(to - from, windows, all.indices)
    for (let k = 0; k < windows.length; k++) {
      const window = windows[k]
      if (window === undefined) continue
      const candidates = this.#candidates(k)
      const fresh = this.#fresh[k]!
      reserve(fresh, candidates.count)
      const { indices, count } = candidates
      fresh.count = window.add(frames, indices, count, fresh.indices)
    }
  }

  /** Counts them in a window that is in none of the others, nor around them. */
  countIn(window: Window, frames: FrameBatch, from: number, to: number): void {
    const { indices, count } = this.#rows(from, to)
    window.count(count, noWindows, indices)
    window.add(frames, indices, count, indices)
  }

  #rows(from: number, to: number): Rows {
    const all = this.#all
    reserve(all, to - from)
    all.count = to - from
    for (let i = from; i < to; i++) all.indices[i - from] = i
    return all
  }

  /** Those who may be new in kind `k`. */
  #candidates(k: number): Rows {
    for (let j = k - 1; j >= 0; j--) {
      if (this.windows[j]?.isInside(k, this.windows[k])) return this.#fresh[j]!
    }
    return this.#all
  }
}

const noWindows: readonly undefined[] = []

function reserve(rows: Rows, count: number): void {
  if (rows.indices.length < count) rows.indices = new Uint32Array(count * 2)
}
