import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumOfDisjoint } from '../../src/counter/disjoint.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { below, seededRandom } from '../../src/generate/random.ts'
import { seed, seedHint } from '../support/seed.ts'

const exact = (users: number) =>
  ({ users, low: users, high: users, method: 'exact', error: 0 }) as const
const hll = { users: 10_000, low: 9_900, high: 10_200, method: 'hll', error: 0.01 } as const

test('exact numbers add up to an exact one', () => {
  assert.deepEqual(sumOfDisjoint([exact(3), exact(0), exact(4)]), exact(7))
})

test('distances from the estimate add up as squares', () => {
  const { users, low, high, error } = sumOfDisjoint([hll, hll, hll, hll, exact(5)])
  assert.deepEqual([users, low, high], [40_005, 40_005 - 200, 40_005 + 400])
  assert.equal(error, 0.004999) // 200 of 40,005, the root of 4 times 100 squared
})

test('an estimate without width may still be one user off', () => {
  const narrow = { users: 100, low: 100, high: 100, method: 'hll', error: 0.008125 } as const
  const { low, high } = sumOfDisjoint(Array.from({ length: 9 }, () => narrow))
  assert.deepEqual([low, high], [897, 903])
})

test('a sum of sums holds what the sum of all holds', () => {
  const all = sumOfDisjoint([hll, hll, hll, exact(9)])
  const nested = sumOfDisjoint([sumOfDisjoint([hll, exact(9)]), sumOfDisjoint([hll, hll])])
  assert.equal(nested.users, all.users)
  assert.ok(nested.low <= all.low && all.low - nested.low <= 2)
  assert.ok(nested.high >= all.high && nested.high - all.high <= 2)
})

test('the interval of a sum holds the true number in nearly 95 of 100 cases', () => {
  const random = seededRandom(seed)
  const rounds = 300
  let held = 0
  for (let round = 0; round < rounds; round++) {
    const parts = [500, 2000, 5000, 9000].map((users) => {
      const sketch = new Sketch(10)
      for (let i = 0; i < users; i++) sketch.add(below(random, 2 ** 32), below(random, 2 ** 32))
      return sketch.estimate()
    })
    const { low, high } = sumOfDisjoint(parts)
    held += Number(low <= 16_500 && 16_500 <= high)
  }
  assert.ok(held >= rounds * 0.89, `${held} of ${rounds}; ${seedHint}`) // five deviations below 95 %
})
