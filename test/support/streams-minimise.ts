/**
 * A failing stream made small: pieces of it are taken away, halves first, then ever smaller ones,
 * as long as what is left still fails (Zeller and Hildebrandt's ddmin, 2002, the plain half of it).
 */
export function smallestFailing<T>(
  frames: readonly T[],
  fails: (frames: readonly T[]) => boolean,
): readonly T[] {
  let left = frames
  let size = Math.ceil(left.length / 2)
  while (size > 0) {
    const before = left.length
    for (let from = 0; from < left.length;) {
      const without = [...left.slice(0, from), ...left.slice(from + size)]
      if (fails(without)) left = without
      else from += size
    }
    // Single frames again and again, until none can go: one may have stood in another's way.
    if (size > 1 || left.length === before) size = size === 1 ? 0 : Math.ceil(size / 2)
  }
  return left
}
