/**
 * The window of a kind that holds a time, found without the calendar most of the time: frames come
 * nearly in order, and around a window's end they alternate between two windows.
 */
import type { Span, WindowKind } from './calendar.ts'

const nothing: Span = { startMs: 0, endMs: 0 }

export class SpanCache {
  readonly #kind: WindowKind
  #last = nothing
  #other = nothing

  constructor(kind: WindowKind) {
    this.#kind = kind
  }

  /** That of the time asked for last. */
  get last(): Span {
    return this.#last
  }

  at(tsMs: number): Span {
    const last = this.#last
    if (tsMs >= last.startMs && tsMs < last.endMs) return last
    const other = this.#other
    this.#other = last
    const holds = tsMs >= other.startMs && tsMs < other.endMs
    return this.#last = holds ? other : this.#kind.spanAt(tsMs)
  }
}
