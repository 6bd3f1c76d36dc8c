/**
 * What a sketch says of its users: their number, and the interval that holds the true one in 95 % of
 * all sets. Both follow from the coupons or the registers alone, by sums, products, quotients and
 * square roots, so that every runtime gives the same.
 */
import type { Estimate } from './counter.ts'
import { deviationAt } from './deviation.ts'
import { ertlEstimate, rankCounts } from './ertl.ts'

/** 95 % of a normal distribution lie within so many standard deviations. */
const quantile = 1.96

/**
 * Of n users about n^2 / (6 * 2^26) share another one's coupon (coupons.ts), a number that is Poisson
 * distributed. There are never fewer users than coupons, so that the 5 % are all above. `high` is the
 * 95 % quantile of that distribution, or one more where the approximation is too careful: 0 up to
 * 4,524 coupons, 1 up to 11,609. Registers of 2^14 take over from 1,537 on, of 2^16 from 6,145 on.
 */
export function estimateOfCoupons(coupons: number, precision: number): Estimate {
  const shared = coupons * coupons / (6 * 2 ** 26)
  const root = Math.sqrt(shared)
  const missed = coupons === 0 ? 0 : Math.ceil(shared + 1.645 * root - 0.2 - 0.05 / root)
  return {
    users: coupons + Math.round(shared),
    low: coupons,
    high: coupons + Math.max(0, missed),
    method: 'hll',
    error: errorOf(2 ** precision),
  }
}

export function estimateOfRegisters(registers: Uint8Array): Estimate {
  const counts = rankCounts(registers)
  // Registers that no users have filled may say more than a number can hold.
  const estimated = Math.min(ertlEstimate(counts, registers.length), 2 ** 52)
  const users = Math.round(estimated)
  const deviation = deviationAt(estimated / registers.length) / Math.sqrt(registers.length)
  // Both are whole numbers within the interval: rounded outwards they would hold 97 % where it is
  // a few users wide. The registers in use are a bound that is never wrong.
  const low = Math.ceil(estimated * (1 - quantile * deviation))
  const high = Math.floor(estimated * (1 + quantile * deviation))
  const inUse = registers.length - (counts[0] ?? 0)
  return {
    users,
    low: Math.min(users, Math.max(inUse, low)),
    high: Math.max(users, high),
    method: 'hll',
    error: errorOf(registers.length),
  }
}

/** The relative standard error of many users; few have a smaller one. */
function errorOf(registers: number): number {
  return Number((1.04 / Math.sqrt(registers)).toPrecision(4))
}
