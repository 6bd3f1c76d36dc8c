/** Which of a few times belong together: what a cold start decides by. */

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

/** The earliest time from which steps of at most `maxJumpMs` lead up to `timeMs`. */
export function earliestLinked(
  timesMs: readonly number[],
  timeMs: number,
  maxJumpMs: number,
): number {
  const descending = timesMs.toSorted((a, b) => b - a)
  return descending.reduce(
    (ms, nextMs) => nextMs < ms && ms - nextMs <= maxJumpMs ? nextMs : ms,
    timeMs,
  )
}
