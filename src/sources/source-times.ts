/**
 * How far the frames of each source have come, for a reader that reads several side by side: the
 * median time of the last nine. Four wrong clocks among them change little; and what they change is
 * only which source is read next.
 */
import type { FrameBatch } from '../records.ts'

const nine = 9

export class SourceTimes {
  readonly #lastMs = new Map<number, number[]>()
  readonly #mediansMs = new Map<number, number>()

  observe({ source, count, tsMs }: FrameBatch): void {
    const lastMs = this.#lastMs.get(source) ?? []
    lastMs.push(...tsMs.subarray(Math.max(0, count - nine), count))
    this.#lastMs.set(source, lastMs.slice(-nine))
    this.#mediansMs.delete(source)
  }

  /** Unix milliseconds; -Infinity where no frame has come. */
  timeOf(source: number): number {
    let medianMs = this.#mediansMs.get(source)
    if (medianMs === undefined) {
      const sorted = [...this.#lastMs.get(source) ?? []].sort((a, b) => a - b)
      medianMs = sorted[sorted.length >> 1] ?? -Infinity
      this.#mediansMs.set(source, medianMs)
    }
    return medianMs
  }
}
