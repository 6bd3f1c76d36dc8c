/**
 * Trusted time and watermark of one source. Both follow from the source's frames in their order,
 * after every frame, never per batch, so that a replay decides the same. (Watermark: Dataflow model,
 * Akidau et al., VLDB 2015, section 3.)
 *
 * A frame more than --max-delay ahead of the trusted time waits: it becomes the trusted time only
 * if the next frame is not far behind it. So one wrong clock within --max-jump closes no window. A
 * frame behind the watermark is late: it says nothing about the present, so it decides nothing.
 * What cannot be told apart: two frames in a row that are both wrong by about the same, and a real
 * jump. They are trusted, and what follows is late, which --lateness forgives.
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { Calendar } from '../time/calendar.ts'

/** Revisions fall due at multiples of this, so that a burst of late frames gives one line. */
const revisionStepMs = 10_000

/** The first of them behind that time. */
export function nextRevisionMs(reachedMs: number): number {
  return (Math.floor(reachedMs / revisionStepMs) + 1) * revisionStepMs
}

export interface SourceClockOptions {
  readonly calendar: Calendar
  readonly maxDelayMs: number
  /** Undefined: every time is believed at once. */
  readonly maxJumpMs: number | undefined
  /** Per kind of window, in the order of the calendar. */
  readonly latenessMs: readonly number[]
}

export class SourceClock {
  /** The largest ts that is believed, unix milliseconds. */
  trustedMs: number = -Infinity
  readonly #options: SourceClockOptions
  /** The ts that waits for confirmation. */
  #waitingMs = NaN
  /** Up to here nothing falls due. */
  #nextDueMs = -Infinity

  constructor(options: SourceClockOptions) {
    this.#options = options
  }

  writeTo(record: RecordWriter): void {
    record.number(this.trustedMs).number(this.#waitingMs).number(this.#nextDueMs)
  }

  readFrom(record: RecordReader): void {
    this.trustedMs = record.number()
    this.#waitingMs = record.number()
    this.#nextDueMs = record.number()
  }

  /** What ends by then is complete. */
  get watermarkMs(): number {
    return this.trustedMs - this.#options.maxDelayMs
  }

  /** Whether a time is so far ahead of a trusted one that its frame must be held. */
  isFarFrom(trustedMs: number, tsMs: number): boolean {
    const { maxDelayMs, maxJumpMs = Infinity } = this.#options
    return tsMs > trustedMs + Math.max(maxDelayMs, maxJumpMs)
  }

  /**
   * Up to here a frame's time needs no look: it is trusted if it is the largest, and nothing waits or
   * falls due by it. -Infinity: every frame needs one.
   */
  get quietUntilMs(): number {
    const { maxDelayMs, maxJumpMs } = this.#options
    if (this.isWaiting || this.watermarkMs >= this.#nextDueMs) return -Infinity
    const beforeDueMs = this.#nextDueMs + maxDelayMs - 1
    return maxJumpMs === undefined
      ? beforeDueMs
      : Math.min(beforeDueMs, this.trustedMs + maxDelayMs)
  }

  get isWaiting(): boolean {
    return !Number.isNaN(this.#waitingMs)
  }

  /** What waits is neither confirmed nor waited for any longer. */
  forget(): void {
    this.#waitingMs = NaN
  }

  /**
   * The next frame that is not held has come: before it is judged, it may confirm the one before,
   * or refute it; one that is late does neither.
   */
  confirm(tsMs: number): void {
    if (tsMs < this.watermarkMs) return
    if (tsMs >= this.#waitingMs - this.#options.maxDelayMs) this.trust(this.#waitingMs)
    this.#waitingMs = NaN
  }

  /** The same frame has been judged: its time is trusted, or waits. */
  advance(tsMs: number): void {
    const { maxDelayMs, maxJumpMs } = this.#options
    if (maxJumpMs !== undefined && tsMs > this.trustedMs + maxDelayMs) this.#waitingMs = tsMs
    else this.trust(tsMs)
  }

  trust(tsMs: number): void {
    if (tsMs > this.trustedMs) this.trustedMs = tsMs
  }

  /** Whether the watermark has come to a time at which something may fall due, since last asked. */
  isDue(): boolean {
    const { watermarkMs } = this
    if (watermarkMs < this.#nextDueMs) return false
    const { calendar, latenessMs } = this.#options
    this.#nextDueMs = Infinity
    calendar.kinds.forEach((kind, k) => {
      const late = latenessMs[k]!
      const nextEndMs = kind.spanAt(watermarkMs).endMs
      this.#dueAt(nextEndMs)
      if (late === 0) return
      this.#dueAt(kind.spanAt(watermarkMs - late).endMs + late)
      this.#dueAt(nextRevisionMs(watermarkMs))
    })
    return true
  }

  #dueAt(ms: number): void {
    if (ms < this.#nextDueMs) this.#nextDueMs = ms
  }
}
