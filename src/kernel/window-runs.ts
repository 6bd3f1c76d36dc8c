/**
 * Frames in a row that fall into the same windows: most of a batch. Who handles them together looks
 * at the columns once, and not at every frame.
 */
import type { WindowedBatch } from '../records.ts'

/** The place behind the last frame that has the windows and verdicts of frame `i`. */
export function endOfRun({ startsMs, verdicts, to }: WindowedBatch, i: number): number {
  let end = to
  for (let k = 0; k < startsMs.length; k++) {
    const starts = startsMs[k]!
    const marks = verdicts[k]!
    const startMs = starts[i]
    const verdict = marks[i]
    let next = i + 1
    while (next < end && starts[next] === startMs && marks[next] === verdict) next++
    end = next
  }
  return end
}
