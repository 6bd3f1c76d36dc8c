/**
 * The words that a mistyped one was probably meant to be. A far-fetched guess misleads more than
 * none helps: one of four letters may be wrong, so that `--chart` is not `--shard`, and letters that
 * are swapped count as one mistake, so that `--dya` is `--day`.
 */

/** Of shorter words too many are near each other: they may have letters swapped, and no other. */
const shortest = 4
/** So many words are as good as none. */
const most = 3

/** How many edits are between words that are near each other; undefined for others. */
export function editsIfNear(typed: string, known: string): number | undefined {
  const [a, b] = [plain(typed), plain(known)]
  const length = Math.max(a.length, b.length)
  const allowed = Math.max(1, Math.floor(length / 4))
  if (Math.abs(a.length - b.length) > allowed) return undefined
  const edits = editDistance(a, b)
  const isNear = edits === 0 || (edits <= allowed && (length >= shortest || isSwapped(a, b)))
  return isNear ? edits : undefined
}

/** Those with the fewest edits; none where none is near. */
export function nearestSpellings(typed: string, known: readonly string[]): readonly string[] {
  const near = known.map((word) => ({ word, edits: editsIfNear(typed, word) ?? Infinity }))
  const fewest = Math.min(...near.map(({ edits }) => edits))
  if (fewest === Infinity) return []
  const words = near.filter(({ edits }) => edits === fewest).map(({ word }) => word)
  return words.slice(0, most)
}

/** Or else the one that begins so, `--precis`, or has it for a word of its own, `--memory`. */
export function nearest(typed: string, known: readonly string[]): readonly string[] {
  const near = nearestSpellings(typed, known)
  const part = plain(typed)
  if (near.length > 0 || part.length < 3) return near
  const longer = known.filter((each) => plain(each).startsWith(part))
  const found = longer.length > 0 ? longer : known.filter((each) => each.split('-').includes(part))
  return found.length > 1 ? [] : found
}

/** The end of an error message; undefined where nothing was probably meant. */
export function didYouMean(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : `did you mean ${words.join(' or ')}?`
}

/** `--maxDelay` and `--max_delay` are spellings of `--max-delay`. */
function plain(word: string): string {
  return word.replace(/^-+/, '').toLowerCase().replace(/[-_ ]/g, '')
}

function isSwapped(a: string, b: string): boolean {
  return [...a].sort().join('') === [...b].sort().join('')
}

/**
 * Optimal string alignment: how many letters must be put in, taken out, replaced or swapped with
 * the next one, none of them twice.
 */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const edits = [row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (isSame ? 0 : 1)]
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits.push(beforeLast[j - 2]! + 1)
      row.push(Math.min(...edits))
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
