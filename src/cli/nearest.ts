/** The word that a mistyped one was probably meant to be. */
import { distance } from 'fastest-levenshtein'

/** Undefined when none is near: a far-fetched guess misleads more than it helps. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  // Two edits, which is two letters swapped, but not more than half of what was typed.
  let bestDistance = Math.min(2, Math.floor(word.replace(/^-+/, '').length / 2)) + 1
  for (const candidate of known) {
    const candidateDistance = distance(word, candidate)
    if (candidateDistance < bestDistance) {
      best = candidate
      bestDistance = candidateDistance
    }
  }
  // `--precis` is far from `--precision` by edits, yet the one flag that begins like it.
  const longer = known.filter((candidate) => word.length > 4 && candidate.startsWith(word))
  return best ?? (longer.length === 1 ? longer[0] : undefined)
}
