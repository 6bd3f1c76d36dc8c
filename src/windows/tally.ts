/**
 * All windows that count the same: every frame, or the groups of one breakdown. Those of a kind are
 * found by their start, which is cheaper than by a key where neighbouring frames change windows.
 */
import type { FrameBatch } from '../records.ts'
import type { TalliedWindow } from './counted-window.ts'
import { OnTimeFrames } from './on-time.ts'

export class Tally<Window extends TalliedWindow<Window>> {
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

  /** A new one, open from now on. */
  open(rank: number, startMs: number): Window {
    const window = this.#make(rank, startMs)
    this.#open[rank]!.set(startMs, window)
    return window
  }

  close(rank: number, startMs: number): void {
    this.#open[rank]!.delete(startMs)
  }

  /** Another batch begins, and others may have been closed. */
  begin(): void {
    this.#current.fill(undefined)
  }

  /** That of the frames before, if it is still the one. */
  current(rank: number, startMs: number): Window | undefined {
    const window = this.#current[rank]
    return window?.startMs === startMs ? window : undefined
  }

  turnTo(rank: number, window: Window | undefined): void {
    this.#current[rank] = window
  }

  /** The next frames count there on time, or nowhere. */
  expect(rank: number, window: Window | undefined): void {
    this.#onTime.windows[rank] = window
  }

  /** Frames [from, to) are those. */
  count(frames: FrameBatch, from: number, to: number): void {
    this.#onTime.count(frames, from, to)
  }

  *windows(): Generator<Window> {
    for (const each of this.#open) yield* each.values()
  }

  clear(): void {
    for (const each of this.#open) each.clear()
  }
}
