/**
 * Whether windows of one kind make up a window of another. Every kind is a partition of time
 * (calendar.ts), so a coarse window consists of whole fine ones exactly where a fine one begins at
 * its start and another one at its end. That is asked of each window and not of the two kinds:
 * minutes make up days but for zones with an offset in seconds, hours of six do so in UTC and not in
 * Zurich, weeks make up February 2010 and no other month for years.
 */
import type { Calendar, WindowKind } from '../time/calendar.ts'

/** Why the windows of kind `fine` do not make up the coarse one at `ms`; undefined if they do. */
export function misfit(
  { fine, coarse, ms }: { fine: WindowKind; coarse: WindowKind; ms: number },
  { timeText }: Pick<Calendar, 'timeText'>,
): string | undefined {
  if (fine.overlap !== undefined) {
    return `windows ${fine.name} overlap, so that they make up no ${coarse.name}; unite finer windows`
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
