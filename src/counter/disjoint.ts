/**
 * The users of sets that share none: their numbers add up. Exact ones stay exact. Estimates of
 * different users err independently, as hashes do, so the variances add up, and the distances from
 * `users` to `low` and to `high` as the root of the sum of their squares. Each estimate gets at least
 * one user on either side: it may be off by less than one so rarely that its interval has no width,
 * which a hundred of them together may not. Both ends are rounded outwards, so that sums of sums hold
 * what the sum of all holds.
 */
import { type Estimate, exactly } from './counter.ts'

export function sumOfDisjoint(estimates: readonly Estimate[]): Estimate {
  const add = (of: (estimate: Estimate) => number) => {
    return estimates.reduce((sum, each) => sum + of(each), 0)
  }
  const users = add((each) => each.users)
  if (estimates.every(({ method }) => method === 'exact')) {
    return exactly(users)
  }
  const root = (of: (estimate: Estimate) => number) => Math.sqrt(add((each) => of(each) ** 2))
  const atLeast = ({ method }: Estimate, distance: number) => {
    return method === 'exact' ? 0 : Math.max(1, distance)
  }
  const below = root((each) => atLeast(each, each.users - each.low))
  const above = root((each) => atLeast(each, each.high - each.users))
  const error = users === 0 ? 0 : root((each) => each.error * each.users) / users
  return {
    users,
    low: Math.max(0, Math.floor(users - below)),
    high: Math.ceil(users + above),
    method: 'hll',
    error: Number(error.toPrecision(4)),
  }
}
