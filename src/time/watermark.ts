/**
 * The watermark of one source: the largest ts it has brought, minus --max-delay. It never goes
 * back, and it moves after every frame, never per batch, so that batches decide nothing. (Dataflow
 * model, Akidau et al., VLDB 2015, section 3.)
 */
import type { Calendar } from './calendar.ts'

export class SourceClock {
  /** Unix milliseconds; what ends by then is complete. */
  watermarkMs: number = -Infinity
  readonly #calendar: Calendar
  readonly #maxDelayMs: number
  /** Up to here no window of any kind ends, so that nothing can fall due. */
  #nextEndMs = -Infinity

  constructor(calendar: Calendar, maxDelayMs: number) {
    this.#calendar = calendar
    this.#maxDelayMs = maxDelayMs
  }

  /** Takes the time of the next frame. Returns whether the watermark has come to a window's end. */
  observe(tsMs: number): boolean {
    const watermarkMs = tsMs - this.#maxDelayMs
    if (watermarkMs <= this.watermarkMs) return false
    this.watermarkMs = watermarkMs
    if (watermarkMs < this.#nextEndMs) return false
    this.#nextEndMs = Infinity
    for (const kind of this.#calendar.kinds) {
      this.#nextEndMs = Math.min(this.#nextEndMs, kind.spanAt(watermarkMs).endMs)
    }
    return true
  }
}
