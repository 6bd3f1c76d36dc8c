/**
 * How far estimates stray, by simulation: users with a slot and a rank at random, as a good hash gives
 * them, estimated by the estimator itself.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { maxRank } from '../../src/counter/coupons.ts'
import { ertlEstimate } from '../../src/counter/ertl.ts'

export interface SimulationOptions {
  /** Registers are 2^precision. */
  readonly precision: number
  readonly sets: number
  /** Users per register at which each set is estimated, ascending. */
  readonly parts: readonly number[]
  readonly seed: number
}

export interface Spread {
  readonly usersPerRegister: number
  /** Standard deviation and mean error of estimate / truth, times the root of the registers. */
  readonly deviation: number
  readonly bias: number
  /** Bounds of 95 % of the sets, as truth / estimate, in deviations. */
  readonly below: number
  readonly above: number
}

export function simulate({ precision, sets, parts, seed }: SimulationOptions): readonly Spread[] {
  const registers = 2 ** precision
  const ratios = parts.map(() => new Float64Array(sets))
  const random = xoroshiro128plus(seed)
  for (let set = 0; set < sets; set++) {
    const ranks = new Uint8Array(registers)
    const counts = new Uint32Array(maxRank + 1)
    counts[0] = registers
    let users = 0
    parts.forEach((part, p) => {
      for (; users < part * registers; users++) {
        const slot = random.next() & (registers - 1)
        const rank = Math.clz32(random.next()) + 1
        const before = ranks[slot]!
        if (rank <= before) continue
        ranks[slot] = rank
        counts[before]!--
        counts[rank]!++
      }
      ratios[p]![set] = ertlEstimate(counts, registers) / users
    })
  }
  return parts.map((usersPerRegister, p) => ({
    usersPerRegister,
    ...spreadOf(ratios[p]!, Math.sqrt(registers)),
  }))
}

function spreadOf(ratios: Float64Array, root: number): Omit<Spread, 'usersPerRegister'> {
  const sorted = ratios.sort()
  const mean = sorted.reduce((sum, ratio) => sum + ratio, 0) / sorted.length
  const variance = sorted.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / sorted.length
  const deviation = Math.sqrt(variance)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!
  return {
    deviation: deviation * root,
    bias: (mean - 1) * root,
    below: (1 - 1 / at(0.975)) / deviation,
    above: (1 / at(0.025) - 1) / deviation,
  }
}
