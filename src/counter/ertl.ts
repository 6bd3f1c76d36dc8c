/**
 * How many users the registers stand for: the improved raw estimator of Otmar Ertl, "New cardinality
 * estimation algorithms for HyperLogLog sketches", arXiv 1702.01284, section 4, algorithm 6. One
 * formula for every number of users, and only sums, products and quotients, so that all runtimes give
 * the same bits. Its correction for registers that can count no further (tau) is left out, as none of
 * 63 is full before 2^62 users.
 *
 * It looks at nothing but the registers: HIP is a little more exact, but depends on the order of
 * arrival, and is lost on merging.
 */
import { maxRank } from './coupons.ts'

/** `counts`: how many of the registers hold each rank, from 0 to 63. */
export function ertlEstimate(counts: Uint32Array, registers: number): number {
  let z = 0
  for (let rank = maxRank; rank >= 1; rank--) z = (z + (counts[rank] ?? 0)) / 2
  z += registers * sigma((counts[0] ?? 0) / registers)
  return registers * registers / (2 * Math.LN2 * z)
}

/** How many registers hold each rank. */
export function rankCounts(registers: Uint8Array): Uint32Array {
  const counts = new Uint32Array(maxRank + 1)
  for (let i = 0; i < registers.length; i++) counts[registers[i]!]!++
  return counts
}

/** x + the sum of x^(2^k) * 2^(k-1) for k = 1, 2 …: corrects for empty registers. */
function sigma(x: number): number {
  if (x === 1) return Infinity
  let power = x
  let weight = 1
  let sum = x
  for (let before = NaN; sum !== before;) {
    before = sum
    power *= power
    sum += power * weight
    weight *= 2
  }
  return sum
}
