/**
 * HyperLogLog over the registers of the `hyperloglog` package: 2^n bytes, whatever the number of
 * users. The registers are filled as Apache DataSketches fills its own (hash.ts), which the package
 * allows: its add() takes words, not text. Its count() is not used: it is off by up to 2 % between
 * two and four users a register. Nor is the more exact HIP estimator, whose result depends on the
 * order of arrival, and is lost on merging.
 */
import createRegisters from 'hyperloglog'
import type { Counter, Estimate } from './counter.ts'

export interface HyperLogLog extends Counter {
  /** The live registers, for sketch formats: the largest rank met in each slot, 0 for none. */
  readonly registers: Uint8Array
}

/** Bits of h2 that a fingerprint has; a user with none of them set has rank 39. */
const rankBits = 38

/** A sketch of 2^precision registers; precision from 4 to 26. */
export function hyperLogLog(precision: number): HyperLogLog {
  const sketch = createRegisters(precision)
  const registers = sketch.output().buckets
  const words = [0, 0, 0, 0]
  return {
    registers,
    add(hashHi, hashLo) {
      const h1 = hashHi >>> 6
      const zeros = leadingZeros(hashHi & 0x3f, hashLo)
      const slot = h1 & (registers.length - 1)
      if ((registers[slot] ?? 0) > zeros) return false // the usual case, and the package's add is slow
      // The package takes the top bits of words[0] for the slot, and counts the rank from the lower
      // end of words[3], then words[2]. h2 would have to be reversed; one bit does as well.
      words[0] = h1 << (32 - precision)
      words[3] = zeros < 32 ? 1 << zeros : 0
      words[2] = zeros < 32 ? 0 : 1 << (zeros - 32)
      sketch.add(words)
      return true
    },
    estimate: () => estimate(registers),
  }
}

/** Zeros before the first one of the 38 bits: 6 of `upper`, 32 of `lower`, and a one behind. */
function leadingZeros(upper: number, lower: number): number {
  if (upper !== 0) return Math.clz32(upper) - 26
  return 6 + Math.clz32(lower)
}

function estimate(registers: Uint8Array): Estimate {
  const counts = rankCounts(registers)
  const estimated = ertlEstimate(counts, registers.length)
  const users = Math.round(estimated)
  const error = 1.04 / Math.sqrt(registers.length)
  // 95 % of a normal distribution lie within 1.96 standard deviations. The deviation goes with the
  // true number, not with the estimate, hence the quotients. With few users a register the error
  // is smaller than this, and the registers in use are a bound that is never wrong.
  const inUse = registers.length - (counts[0] ?? 0)
  const low = Math.max(inUse, Math.floor(estimated / (1 + 1.96 * error)))
  const high = Math.ceil(estimated / (1 - 1.96 * error))
  return {
    users,
    low: Math.min(low, users),
    high: Math.max(high, users),
    method: 'hll',
    error: Number(error.toPrecision(4)),
  }
}

/** How many registers hold each rank, from 0 to 39. */
function rankCounts(registers: Uint8Array): number[] {
  const counts = new Array<number>(rankBits + 2).fill(0)
  for (const rank of registers) counts[rank] = (counts[rank] ?? 0) + 1
  return counts
}

/**
 * The improved raw estimator of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv 1702.01284, section 4, algorithm 6. One formula for every number of users, and
 * only sums, products and square roots, so that all runtimes give the same bits. Over 1,500 sets at
 * n = 14 its mean is within 0.03 % from 1,000 users to 65,536 (one standard error is 0.02 %), its
 * deviation 0.56 to 0.71 %; 97.5 to 99.8 % of the intervals hold the true number.
 */
function ertlEstimate(counts: readonly number[], registers: number): number {
  let z = registers * tau(1 - (counts[rankBits + 1] ?? 0) / registers)
  for (let rank = rankBits; rank >= 1; rank--) z = (z + (counts[rank] ?? 0)) / 2
  z += registers * sigma((counts[0] ?? 0) / registers)
  return registers * registers / (2 * Math.LN2 * z)
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

/** (1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k) / 3: corrects for registers that are full. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let root = x
  let weight = 1
  let sum = 1 - x
  for (let before = NaN; sum !== before;) {
    before = sum
    root = Math.sqrt(root)
    weight /= 2
    sum -= (1 - root) ** 2 * weight
  }
  return sum / 3
}
