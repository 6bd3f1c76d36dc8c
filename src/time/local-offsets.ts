/**
 * From local time to UTC, for times that are written without a zone. Where clocks go forward, times
 * that are skipped go on from before; where they go back, the first of both is meant, since a time
 * that is too early costs delay and one too late costs data. So, with a change from offset a to b at
 * the instant T, b holds from the local time T + max(a, b) on:
 *
 *   forward   local 01:59 | 02:00 … 02:59 are skipped, a | 03:00, b
 *   back      local 02:00 … 02:59, a | 02:00 … 02:59 again, a | 03:00, b
 */
import type { Zone } from './zone.ts'

/** Of a zone, as plain data: it goes to threads. */
export interface LocalOffsets {
  /** Local times from which each offset holds, in order; the first is -Infinity. */
  readonly fromMs: readonly number[]
  readonly offsetsMs: readonly number[]
}

/** The local times around one that have its offset. */
export interface LocalSpan {
  readonly fromMs: number
  readonly untilMs: number
  readonly offsetMs: number
}

/** Frames are of the years 1970 to 9999. */
const lastMs = Date.UTC(10_000, 0, 2)

export function localOffsets(zone: Zone): LocalOffsets {
  const beginMs = Date.UTC(1969, 11, 30)
  const fromMs = [-Infinity]
  const offsetsMs = [zone.offsetMsAt(beginMs)]
  for (let at = zone.nextTransitionMs(beginMs); at !== undefined && at < lastMs;) {
    const offsetMs = zone.offsetMsAt(at)
    fromMs.push(at + Math.max(offsetsMs.at(-1)!, offsetMs))
    offsetsMs.push(offsetMs)
    at = zone.nextTransitionMs(at)
  }
  return { fromMs, offsetsMs }
}

export function spanOf({ fromMs, offsetsMs }: LocalOffsets, localMs: number): LocalSpan {
  let low = 0
  let high = fromMs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (fromMs[middle]! <= localMs) low = middle
    else high = middle - 1
  }
  return { fromMs: fromMs[low]!, untilMs: fromMs[low + 1] ?? Infinity, offsetMs: offsetsMs[low]! }
}
