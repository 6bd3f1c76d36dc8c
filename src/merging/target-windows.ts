/** The windows that a line goes into: one, but for windows that overlap and are made of such as its own. */
import type { Span, WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'

/** Of kind `target`, from the first to the last, of a line whose window of kind `kindName` begins then. */
export function* targetWindows(
  target: WindowKind,
  kindName: string,
  startMs: number,
): Generator<Span> {
  const { name, overlap } = target
  if (overlap === undefined || name === kindName) {
    yield windowFrom(target, target.spanAt(startMs).startMs)
    return
  }
  const last = overlap.windowFrom(startMs)
  let window = overlap.windowTo(startMs)
  yield window
  while (window.startMs < last.startMs) {
    window = overlap.windowFrom(overlap.slice.spanAt(window.startMs).endMs)
    yield window
  }
}
