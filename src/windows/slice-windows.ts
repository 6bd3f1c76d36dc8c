/**
 * What becomes of frames where windows overlap. A frame lies in one slice, and counts in each of the
 * windows that hold it by that window's own time: on time before its end, late until its allowed
 * lateness is over, not at all afterwards. All those that it is late for show it at one due time, so
 * that this time alone says what the frame is in each:
 *
 *   due − ∞    no window has closed: on time in all
 *   due        a window that ends before is revised then, if it is not over before; one that ends
 *              then or later counts the frame on time
 */
import { nextRevisionMs } from '../sources/watermark.ts'
import type { Span, WindowKind } from '../time/calendar.ts'
import type { Overlap } from '../time/overlap.ts'

/** Spans of windows kept for slices that are asked for again. */
const mostKept = 20_000

export class SliceWindows {
  readonly #overlap: Overlap
  readonly #latenessMs: number
  readonly #lastEndsMs = new Map<number, number>()
  readonly #windows = new Map<number, readonly Span[]>()

  constructor(overlap: Overlap, latenessMs: number) {
    this.#overlap = overlap
    this.#latenessMs = latenessMs
  }

  /** Of the slice that begins then: whether all its windows are over at that time. */
  isOver(startMs: number, reachedMs: number): boolean {
    return this.lastEndMs(startMs) + this.#latenessMs <= reachedMs
  }

  /** When frames are shown that have come when time had reached so far. Undefined: never. */
  dueMs({ startMs, endMs }: Span, reachedMs: number): number | undefined {
    if (reachedMs < endMs) return -Infinity
    const lastEndMs = this.lastEndMs(startMs)
    const latenessMs = this.#latenessMs
    if (lastEndMs + latenessMs <= reachedMs) return undefined
    const { slice } = this.#overlap
    const nextEndMs = slice.spanAt(reachedMs).endMs
    const nextOverMs = Math.max(endMs, slice.spanAt(reachedMs - latenessMs).endMs) + latenessMs
    const dueMs = Math.min(nextRevisionMs(reachedMs), nextOverMs)
    return nextEndMs > lastEndMs ? dueMs : Math.min(dueMs, nextEndMs)
  }

  /** Those that hold the slice, earliest end first. */
  windowsOf(startMs: number): readonly Span[] {
    const known = this.#windows.get(startMs)
    if (known !== undefined) return known
    const { slice, count } = this.#overlap
    if ((this.#windows.size + 1) * count > mostKept) this.#windows.clear()
    const windows = [this.#overlap.windowTo(startMs)]
    while (windows.length < count) {
      const before = windows.at(-1)!
      windows.push({
        startMs: slice.spanAt(before.startMs).endMs,
        endMs: slice.spanAt(before.endMs).endMs,
      })
    }
    this.#windows.set(startMs, windows)
    return windows
  }

  lastEndMs(startMs: number): number {
    const known = this.#lastEndsMs.get(startMs)
    if (known !== undefined) return known
    if (this.#lastEndsMs.size >= mostKept) this.#lastEndsMs.clear()
    const { endMs } = this.#overlap.windowFrom(startMs)
    this.#lastEndsMs.set(startMs, endMs)
    return endMs
  }
}

/** Of each kind; undefined where windows do not overlap. */
export function sliceWindows(
  kinds: readonly WindowKind[],
  latenessMs: readonly number[],
): readonly (SliceWindows | undefined)[] {
  return kinds.map(({ overlap }, k) => overlap && new SliceWindows(overlap, latenessMs[k]!))
}
