/**
 * How far sources have come: one object that a run gives to its reader and to the stages behind it.
 * Stages note what they have read of each source, by which the reader chooses whose turn it is; the
 * reader says which of them it has read to the end, by which stages know who is silent.
 */
import type { FrameBatch } from '../records.ts'

const nine = 9

/** What a reader asks and sets. */
export type ReaderProgress = Pick<SourceProgress, 'timeOf' | 'isReadToItsEnd'>

export class SourceProgress {
  /** Whether the source itself keeps us waiting, rather than we the source. Set by the reader. */
  isReadToItsEnd: (source: number) => boolean = () => true
  readonly #lastMs = new Map<number, number[]>()
  readonly #timesMs = new Map<number, number>()

  /**
   * The source stands at the median time of its last nine frames. Four wrong clocks among them change
   * little; and what they change is only which source is read next.
   */
  observe({ source, count, tsMs }: FrameBatch): void {
    const lastMs = this.#lastMs.get(source) ?? []
    lastMs.push(...tsMs.subarray(Math.max(0, count - nine), count))
    this.#lastMs.set(source, lastMs.slice(-nine))
    this.#timesMs.delete(source)
  }

  /** The source stands there, or further. */
  reach(source: number, timeMs: number): void {
    this.#timesMs.set(source, Math.max(this.timeOf(source), timeMs))
  }

  /** Unix milliseconds; -Infinity where nothing has come. */
  timeOf(source: number): number {
    let timeMs = this.#timesMs.get(source)
    if (timeMs === undefined) {
      const sorted = [...this.#lastMs.get(source) ?? []].sort((a, b) => a - b)
      timeMs = sorted[sorted.length >> 1] ?? -Infinity
      this.#timesMs.set(source, timeMs)
    }
    return timeMs
  }
}
