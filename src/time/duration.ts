/**
 * Lengths of time as a person writes them: `90s`, `5m`, `1h30m`. Units run from large to small,
 * each at most once, whole numbers only, so that a text has one meaning and no rounding.
 */

const unitsMs: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const shape = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** The length in milliseconds. */
export function parseDuration(text: string): number {
  const counts = shape.exec(text)?.slice(1)
  let sumMs = counts === undefined ? NaN : 0
  counts?.forEach((count, i) => sumMs += Number(count ?? 0) * (unitsMs[i]?.[1] ?? NaN))
  if (!Number.isSafeInteger(sumMs)) throw new Error('expected a duration such as 90s, 5m or 1h')
  return sumMs
}

/** The one way in which uc writes this length: by the largest unit that divides it. */
export function durationName(ms: number): string {
  if (ms === 0) return '0s'
  const [unit, unitMs] = unitsMs.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1]
  return `${ms / unitMs}${unit}`
}
