/**
 * Sets of users, and what is estimated of them. The users of set 7 are the texts `7-0`, `7-1` and so
 * on; a set of n users is the first n, so that one pass gives all sizes.
 */
import createRegisters from 'hyperloglog'
import { addressOf, rankOf } from '../../src/counter/coupons.ts'
import { fingerprint, newFingerprint } from '../../src/counter/hash.ts'
import { hyperLogLog } from '../../src/counter/hyperloglog.ts'
import { Sketch } from '../../src/counter/sketch.ts'

/** The estimates of one counter for all sets of one size: a line of raw numbers. */
export interface Estimates {
  readonly counter: string
  /** Of 2^precision registers, where it can be chosen. */
  readonly precision?: number
  readonly users: number
  /** One per set. */
  readonly estimates: readonly number[]
  /** In how many sets the truth lies within low and high, and in how many these are the truth. */
  readonly held?: number
  readonly exact?: number
}

export const ours = 'uc'
export const packageCount = 'count() of hyperloglog'

/** 1, 2, 5, 10, 20 … */
export function sizesUpTo(most: number): readonly number[] {
  const sizes: number[] = []
  for (let decade = 1; decade <= most; decade *= 10) sizes.push(decade, 2 * decade, 5 * decade)
  return sizes.filter((size) => size <= most)
}

export interface SetOptions {
  readonly sets: number
  readonly most: number
  readonly precisions: readonly number[]
  /** So many sets are counted by the package's own count() too. */
  readonly packageSets: number
  readonly onSet?: (set: number) => void
}

export function estimateSets(options: SetOptions): readonly Estimates[] {
  const { sets, most, precisions, packageSets, onSet } = options
  const sizes = sizesUpTo(most)
  const found = precisions.map(() => sizes.map(() => [] as ReturnType<Sketch['estimate']>[]))
  const byPackage = precisions.map(() => sizes.map(() => [] as number[]))
  const bytes = new Uint8Array(24)
  const out = newFingerprint()
  for (let set = 0; set < sets; set++) {
    const sketches = precisions.map((precision) => new Sketch(precision))
    let at = writeNumber(bytes, 0, set)
    bytes[at++] = 0x2d
    let users = 0
    sizes.forEach((size, s) => {
      for (; users < size; users++) {
        fingerprint(bytes, 0, writeNumber(bytes, at, users), out)
        for (const sketch of sketches) sketch.add(out.hi, out.lo)
      }
      sketches.forEach((sketch, p) => {
        found[p]![s]!.push(sketch.estimate())
        if (set < packageSets) byPackage[p]![s]!.push(countOfPackage(sketch))
      })
    })
    onSet?.(set)
  }
  return precisions.flatMap((precision, p) => [
    ...sizes.map((users, s) => ({
      counter: ours,
      precision,
      users,
      estimates: found[p]![s]!.map((each) => each.users),
      held: found[p]![s]!.filter(({ low, high }) => low <= users && users <= high).length,
      exact: found[p]![s]!.filter(({ low, high }) => low === users && users === high).length,
    })),
    ...sizes.map((users, s) => {
      return { counter: packageCount, precision, users, estimates: byPackage[p]![s]! }
    }),
  ])
}

/** Writes the digits of a whole number; returns where they end. */
function writeNumber(bytes: Uint8Array, start: number, number: number): number {
  let end = start + 1
  for (let rest = number; rest >= 10; rest = rest / 10 | 0) end++
  let rest = number
  for (let at = end - 1; at >= start; at--) {
    bytes[at] = 0x30 + rest % 10
    rest = rest / 10 | 0
  }
  return end
}

/** The same registers, counted by the package itself. */
function countOfPackage({ precision, coupons, registers }: Sketch): number {
  const filled = hyperLogLog(precision)
  coupons?.forEach((coupon) => filled.raise(addressOf(coupon), rankOf(coupon)))
  if (registers !== undefined) filled.merge(registers)
  const sketch = createRegisters(precision) as unknown as {
    merge(other: { n: number; buckets: Uint8Array }): void
    count(): number
  }
  sketch.merge({ n: precision, buckets: filled.registers })
  return sketch.count()
}
