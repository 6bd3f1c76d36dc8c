/**
 * The estimator is judged over many sets with given seeds: no run differs from another, and none of
 * the bounds is a matter of luck.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { type HyperLogLog, hyperLogLog } from '../../src/counter/hyperloglog.ts'

/** A source of fingerprints: what a good hash gives for ever new uids. */
function fingerprints(seed: number): (sketch: HyperLogLog) => void {
  const random = xoroshiro128plus(seed)
  return (sketch) => sketch.add(random.next() >>> 0, random.next() >>> 0)
}

const sets = 48

for (const precision of [4, 8, 12, 14]) {
  const registers = 2 ** precision
  const checked = [1, 2, 5, 10, 30, 100, 300, 1000, 3000]
    .filter((users) => users < registers / 4)
    .concat([0.25, 0.5, 1, 1.5, 2, 2.5, 2.6, 2.8, 3, 3.5, 4].map((part) => part * registers))

  /** Per checked number of users: the estimate of each set. */
  const estimates = new Map(
    checked.map((users) => [users, [] as ReturnType<HyperLogLog['estimate']>[]]),
  )
  for (let seed = 1; seed <= sets; seed++) {
    const sketch = hyperLogLog(precision)
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

  test(`precision ${precision}: the interval holds the true number in at least 93 % of the sets`, () => {
    let held = 0
    for (const [users, found] of estimates) {
      for (const { low, high } of found) held += low <= users && users <= high ? 1 : 0
    }
    const share = held / (estimates.size * sets)
    assert.ok(share >= 0.93, `${share}`)
  })

  test(`precision ${precision}: low <= users <= high, all whole`, () => {
    for (const { low, users, high } of [...estimates.values()].flat()) {
      assert.ok(low <= users && users <= high, `${low} ${users} ${high}`)
      assert.ok([low, users, high].every(Number.isSafeInteger), `${low} ${users} ${high}`)
    }
  })
}

test('the interval is not wider than 95 % needs', () => {
  const sketch = hyperLogLog(14)
  const addUser = fingerprints(7)
  for (let i = 0; i < 60_000; i++) addUser(sketch)
  const { low, users, high } = sketch.estimate()
  const width = (high - low) / users
  assert.ok(width > 0.0315 && width < 0.0325, `${width}`) // 2 * 1.96 * 0.81 %
})

test('the estimate is right wherever the registers hold what they should, up to full ones', () => {
  const { registers, estimate } = hyperLogLog(14)
  for (let usersPerRegister = 0.001; usersPerRegister < 2 ** 40; usersPerRegister *= 1.7) {
    // The share of registers with a rank of at most k is exp(-usersPerRegister / 2^k).
    let from = 0
    for (let rank = 0; rank <= 39; rank++) {
      const share = rank === 39 ? 1 : Math.exp(-usersPerRegister * 2 ** -rank)
      const to = Math.round(registers.length * share)
      registers.fill(rank, from, Math.max(from, to))
      from = Math.max(from, to)
    }
    const users = usersPerRegister * registers.length
    const estimated = estimate().users
    assert.ok(Math.abs(estimated - users) <= 1 + users * 0.002, `${users}: ${estimated}`)
  }
})

test('the error is given with four digits', () => {
  assert.equal(hyperLogLog(13).estimate().error, 0.01149)
})

function sketchOf(users: number, precision: number): HyperLogLog {
  const sketch = hyperLogLog(precision)
  const out = newFingerprint()
  for (let i = 0; i < users; i++) {
    fingerprintOfText(`user-${i}`, out)
    sketch.add(out.hi, out.lo)
  }
  return sketch
}

test('47,633 users, where the count() of the package is 2 % off, are within their interval', () => {
  const { low, users, high, error } = sketchOf(47_633, 14).estimate()
  assert.ok(low <= 47_633 && 47_633 <= high, `${low} ${users} ${high}`)
  assert.ok(Math.abs(users / 47_633 - 1) < error, `${users}`)
})

test('an empty sketch counts nobody', () => {
  assert.deepEqual(hyperLogLog(14).estimate(), {
    users: 0,
    low: 0,
    high: 0,
    method: 'hll',
    error: 0.008125,
  })
})

test('a user added twice is one user', () => {
  const once = sketchOf(1000, 12)
  const twice = sketchOf(1000, 12)
  const out = newFingerprint()
  for (let i = 999; i >= 0; i--) {
    fingerprintOfText(`user-${i}`, out)
    twice.add(out.hi, out.lo)
  }
  assert.deepEqual(twice.registers, once.registers)
})

/** The bits of the fingerprint, as hash.ts draws them. */
function add(sketch: HyperLogLog, h1: number, h2: bigint): void {
  const h2Bits = BigInt.asUintN(64, h2) >> 26n
  sketch.add((h1 << 6 | Number(h2Bits >> 32n)) >>> 0, Number(h2Bits & 0xffffffffn))
}

for (const precision of [4, 14, 21, 26]) {
  test(`precision ${precision}: the slot is h1 mod 2^n, the rank the leading zeros of h2 plus 1`, () => {
    const sketch = hyperLogLog(precision)
    for (let zeros = 0; zeros <= 37; zeros++) {
      const slot = zeros % 16
      add(sketch, 0x3ffff0 | slot, 1n << BigInt(63 - zeros) | 12345n)
      const expected = (0x3ffff0 | slot) % 2 ** precision
      assert.equal(sketch.registers[expected], zeros + 1, `${zeros} zeros`)
    }
    add(sketch, 15, 0n)
    assert.equal(sketch.registers[15], 39, 'the rank ends behind the bits that are known')
  })
}

test('a smaller rank leaves the register as it is', () => {
  const sketch = hyperLogLog(14)
  add(sketch, 5, 1n << 50n)
  add(sketch, 5, 1n << 60n)
  assert.equal(sketch.registers[5], 14)
})
