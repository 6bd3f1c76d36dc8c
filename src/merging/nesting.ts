/**
 * Whether windows of one kind make up a window of another. Every kind is a partition of time
 * (calendar.ts), so a coarse window consists of whole fine ones exactly where a fine one begins at
 * its start and another one at its end. That is asked of each window and not of the two kinds:
 * minutes make up days but for zones with an offset in seconds, hours of six do so in UTC and not in
 * Zurich, weeks make up February 2010 and no other month for years.
 */
import type { Calendar, Span, WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'

/** Why the windows of kind `fine` do not make up the coarse one at `ms`; undefined if they do. */
export function misfit(
  { fine, coarse, ms }: { fine: WindowKind; coarse: WindowKind; ms: number },
  { timeText }: Pick<Calendar, 'timeText'>,
): string | undefined {
  if (fine.overlap !== undefined) {
    return `${fine.name} does not fit into ${coarse.name}, as its windows overlap; unite finer ones`
  }
  const { startMs, endMs } = coarse.spanAt(ms)
  const [cutMs, verb] = fine.spanAt(startMs).startMs < startMs
    ? [startMs, 'begins']
    : [endMs, 'ends']
  const cut = fine.spanAt(cutMs)
  if (cut.startMs === cutMs) return undefined
  return `${fine.name} does not fit into ${coarse.name}: one ${coarse.name} ${verb} at ` +
    `${timeText(cutMs)}, within the ${fine.name} from ${timeText(cut.startMs)} to ` +
    `${timeText(cut.endMs)}; unite finer windows`
}

/**
 * The windows of kind `coarse` that a window of kind `fine`, which begins then, goes into, earliest end
 * first: several where they overlap.
 */
export function windowsWith(
  { fine, coarse, ms }: { fine: WindowKind; coarse: WindowKind; ms: number },
): readonly Span[] {
  const { overlap } = coarse
  if (fine.name === coarse.name) return [windowFrom(coarse, ms)]
  if (overlap === undefined) return [coarse.spanAt(ms)]
  const windows = [overlap.windowTo(ms)]
  while (windows.length < overlap.count) {
    const { startMs, endMs } = windows.at(-1)!
    const next = {
      startMs: overlap.slice.spanAt(startMs).endMs,
      endMs: overlap.slice.spanAt(endMs).endMs,
    }
    windows.push(next)
  }
  return windows
}
