/** Which of a few times belong together: what a cold start and a ballot decide by. */

/** The most times within `maxJumpMs` of each other; among equals the group that begins first. */
export function largestGroup(
  timesMs: readonly number[],
  maxJumpMs: number,
): { readonly smallestMs: number; readonly size: number } {
  const sorted = timesMs.toSorted((a, b) => a - b)
  let best = { smallestMs: NaN, size: 0 }
  let end = 0
  sorted.forEach((smallestMs, i) => {
    while (end < sorted.length && sorted[end]! <= smallestMs + maxJumpMs) end++
    if (end - i > best.size) best = { smallestMs, size: end - i }
  })
  return best
}

/** The smallest time that has another within `maxJumpMs`, else the smallest. */
export function smallestPaired(timesMs: readonly number[], maxJumpMs: number): number {
  const sorted = timesMs.toSorted((a, b) => a - b)
  return sorted.find((timeMs, i) => sorted[i + 1]! - timeMs <= maxJumpMs) ?? sorted[0]!
}
