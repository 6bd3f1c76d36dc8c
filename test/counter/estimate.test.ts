/**
 * The estimate is judged over many sets with given seeds: no run differs from another, and none of
 * the bounds is a matter of luck. `npm run accuracy` does it at length.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { estimateOfCoupons, estimateOfRegisters } from '../../src/counter/estimate.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { addUsers, sketchOf } from '../support/sketches.ts'

/** A source of fingerprints: what a good hash gives for ever new uids. */
function fingerprints(seed: number): (sketch: Sketch) => void {
  const random = xoroshiro128plus(seed)
  return (sketch) => sketch.add(random.next() >>> 0, random.next() >>> 0)
}

const sets = 96
type Estimate = ReturnType<Sketch['estimate']>

for (const precision of [8, 10, 12, 14]) {
  const registers = 2 ** precision
  const checked = [1, 2, 5, 10, 30, 100, 300, 1000]
    .filter((users) => users < registers / 12)
    .concat([0.1, 0.15, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 6].map((part) => part * registers | 0))

  /** Per checked number of users: the estimate of each set. */
  const estimates = new Map(checked.map((users) => [users, [] as Estimate[]]))
  for (let seed = 1; seed <= sets; seed++) {
    const sketch = new Sketch(precision)
    const addUser = fingerprints(seed)
    let users = 0
    for (const [checkedUsers, found] of estimates) {
      for (; users < checkedUsers; users++) addUser(sketch)
      found.push(sketch.estimate())
    }
  }

  test(`precision ${precision}: estimates are right on average, for few users and many`, () => {
    for (const [users, found] of estimates) {
      const errors = found.map((estimate) => estimate.users / users - 1)
      const mean = errors.reduce((sum, error) => sum + error, 0) / sets
      const bound = 4 * 1.04 / Math.sqrt(registers) / Math.sqrt(sets)
      assert.ok(Math.abs(mean) <= bound, `${users} users: off by ${mean}, allowed are ${bound}`)
    }
  })

  test(`precision ${precision}: the interval of registers holds the truth in 93 to 97 %`, () => {
    let [held, tried] = [0, 0]
    for (const [users, found] of estimates) {
      if (users < registers / 10 - 1) continue
      for (const { low, high } of found) held += low <= users && users <= high ? 1 : 0
      tried += found.length
    }
    assert.ok(held / tried >= 0.93 && held / tried <= 0.97, `${held / tried}`)
  })

  test(`precision ${precision}: coupons are counted one by one`, () => {
    for (const [users, found] of estimates) {
      if (users >= registers / 12) continue
      // Two of a thousand users share a coupon in one of 400 sets.
      const missed = found.filter((each) => each.users !== users)
      assert.ok(missed.length <= 1, `${users} users: ${missed.length} sets are not exact`)
      for (const { low, high, users: estimated } of found) {
        assert.ok(low === estimated && high === estimated)
      }
    }
  })

  test(`precision ${precision}: low <= users <= high, all whole`, () => {
    for (const { low, users, high } of [...estimates.values()].flat()) {
      assert.ok(low <= users && users <= high, `${low} ${users} ${high}`)
      assert.ok([low, users, high].every(Number.isSafeInteger), `${low} ${users} ${high}`)
    }
  })
}

test('the interval is as wide as 95 % of many users need, and of few', () => {
  const widthOf = (users: number) => {
    const { low, users: estimated, high } = sketchOf(users, 14).estimate()
    return (high - low) / estimated * 128 / 2 / 1.96
  }
  assert.ok(Math.abs(widthOf(60_000) - 0.905) < 0.01, `${widthOf(60_000)}`)
  assert.ok(Math.abs(widthOf(5000) - 0.738) < 0.01, `${widthOf(5000)}`)
})

test('the estimate is right wherever the registers hold what they should', () => {
  const registers = new Uint8Array(2 ** 14)
  for (let usersPerRegister = 0.1; usersPerRegister < 2 ** 28; usersPerRegister *= 1.7) {
    // The share of registers with a rank of at most k is exp(-usersPerRegister / 2^k).
    let from = 0
    for (let rank = 0; rank <= 63; rank++) {
      const share = rank === 63 ? 1 : Math.exp(-usersPerRegister * 2 ** -rank)
      const to = Math.round(registers.length * share)
      registers.fill(rank, from, Math.max(from, to))
      from = Math.max(from, to)
    }
    const users = usersPerRegister * registers.length
    const { low, high, users: estimated } = estimateOfRegisters(registers)
    assert.ok(Math.abs(estimated - users) <= 1 + users * 0.002, `${users}: ${estimated}`)
    assert.ok(low <= users && users <= high, `${low} ${users} ${high}`)
  }
})

test('whatever registers hold, low <= users <= high, and no fewer than are in use', () => {
  const random = xoroshiro128plus(1)
  for (let set = 0; set < 3000; set++) {
    const registers = new Uint8Array(2 ** (set % 40 === 0 ? 20 : 4 + set % 5))
    const inUse = (random.next() >>> 0) % Math.min(registers.length, 1200) + 1
    const largest = set % 3 === 0 ? 63 : 4
    registers.subarray(0, inUse).forEach((_, i) => {
      registers[i] = (random.next() >>> 0) % largest + 1
    })
    const { low, users, high } = estimateOfRegisters(registers)
    assert.ok(inUse <= low && low <= users && users <= high, `${inUse} ${low} ${users} ${high}`)
    assert.ok(Number.isSafeInteger(high))
  }
})

test('of coupons high is the least number that holds 95 % of a Poisson distribution, or one more', () => {
  for (let coupons = 1; coupons <= 200_000; coupons += 1 + (coupons >> 5)) {
    const { low, users, high } = estimateOfCoupons(coupons, 21)
    const mean = coupons * coupons / (6 * 2 ** 26)
    let [shared, term] = [0, Math.exp(-mean)]
    for (let sum = term; sum < 0.95; sum += term) term *= mean / ++shared
    assert.ok(high === coupons + shared || high === coupons + shared + 1, `${coupons}: ${high}`)
    assert.equal(low, coupons)
    assert.equal(users, coupons + Math.round(mean))
  }
})

test('the error is given with four digits', () => {
  assert.equal(sketchOf(5000, 13).estimate().error, 0.01149)
  assert.equal(sketchOf(5, 14).estimate().error, 0.008125)
})

test('47,633 users, where the count() of the package is 2 % off, are within their interval', () => {
  const { low, users, high, error } = sketchOf(47_633, 14).estimate()
  assert.ok(low <= 47_633 && 47_633 <= high, `${low} ${users} ${high}`)
  assert.ok(Math.abs(users / 47_633 - 1) < error, `${users}`)
})

test('an empty sketch counts nobody', () => {
  const nobody = { users: 0, low: 0, high: 0, method: 'hll', error: 0.008125 } as const
  assert.deepEqual(new Sketch(14).estimate(), nobody)
  assert.deepEqual(estimateOfRegisters(new Uint8Array(2 ** 14)), nobody)
})

test('a user added twice is one user', () => {
  const once = sketchOf(1000, 12)
  const twice = sketchOf(1000, 12)
  addUsers(twice, 0, 1000)
  assert.deepEqual(twice.registers, once.registers)
})
