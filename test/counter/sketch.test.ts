/** What a sketch holds: of a user, of sets of users, after merges and folds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { imageOf } from '../../src/counter/image.ts'
import { mostCoupons, Sketch } from '../../src/counter/sketch.ts'
import { addUsers, sketchOf } from '../support/sketches.ts'

/** Registers, whatever the number of users. */
function withRegisters(precision: number): Sketch {
  const sketch = new Sketch(precision)
  sketch.addRegisters(new Uint8Array(2 ** precision))
  return sketch
}

/** The bits of the fingerprint, as hash.ts draws them. */
function add(sketch: Sketch, h1: number, h2: bigint): void {
  const h2Bits = BigInt.asUintN(64, h2) >> 26n
  sketch.add((h1 << 6 | Number(h2Bits >> 32n)) >>> 0, Number(h2Bits & 0xffffffffn))
}

for (const precision of [4, 14, 18]) {
  test(`precision ${precision}: the slot is h1 mod 2^n, the rank the leading zeros of h2 plus 1`, () => {
    const last = 2 ** precision - 1
    for (const h1 of [0, 1, last, 0x3ffffff, 0x2aaaaaa]) {
      for (let zeros = 0; zeros <= 37; zeros++) {
        const sketch = withRegisters(precision)
        add(sketch, h1, 1n << BigInt(63 - zeros) | 0x155n)
        const slot = sketch.registers!.findIndex((rank) => rank !== 0)
        assert.deepEqual([slot, sketch.registers![slot]], [h1 & last, zeros + 1], `h1 ${h1}`)
        assert.ok(sketch.registers!.subarray(slot + 1).every((rank) => rank === 0))
      }
    }
  })
}

test('a user without any rank bit has rank 39', () => {
  const sketch = withRegisters(14)
  add(sketch, 9, 0x3ffffffn)
  assert.equal(sketch.registers![9], 39)
})

test('a coupon of the largest rank raises its register to 63', () => {
  const sketch = withRegisters(14)
  sketch.addCoupon((63 << 26 | 9) >>> 0)
  assert.equal(sketch.registers![9], 63)
})

test('a smaller rank leaves the register as it is', () => {
  const sketch = withRegisters(14)
  add(sketch, 5, 1n << 50n)
  add(sketch, 5, 1n << 60n)
  assert.equal(sketch.registers![5], 14)
})

for (
  const [precision, most] of [[4, 7], [7, 7], [8, 24], [10, 96], [12, 384], [14, 1536]] as const
) {
  test(`precision ${precision}: ${most} coupons are kept, one more makes registers`, () => {
    assert.equal(mostCoupons(precision), most)
    const [few, many] = [sketchOf(most, precision), sketchOf(most + 1, precision)]
    assert.deepEqual([few.coupons?.size, few.registers], [most, undefined])
    assert.deepEqual([many.coupons, many.registers?.length], [undefined, 2 ** precision])
    addUsers(few, 0, most) // again
    assert.equal(few.coupons?.size, most)
  })
}

test('a sketch says whether a user changes it', () => {
  for (const sketch of [new Sketch(14), withRegisters(14)]) {
    assert.equal(sketch.add(7, 9), true)
    assert.equal(sketch.add(7, 9), false)
  }
})

/** A user whose coupon is as good as any: few addresses and ranks, so that they meet. */
const user = fc.tuple(
  fc.oneof(fc.nat(300), fc.nat(2 ** 26 - 1)),
  fc.integer({ min: 1, max: 30 }),
).map(([address, rank]) => (rank << 26 | address) >>> 0)
const users = fc.oneof(
  fc.array(user, { maxLength: 10 }),
  fc.array(user, { minLength: 20, maxLength: 130, size: 'max' }),
)

function sketchOfCoupons(coupons: readonly number[], precision: number): Sketch {
  const sketch = new Sketch(precision)
  for (const coupon of coupons) sketch.addCoupon(coupon)
  return sketch
}

/** All that can be known of a sketch. */
function seen(sketch: Sketch): unknown {
  return [sketch.precision, sketch.estimate(), Array.from(imageOf(sketch)).join()]
}

function merged(...sketches: readonly Sketch[]): Sketch {
  const sketch = new Sketch(21)
  for (const each of sketches) sketch.merge(each)
  return sketch
}

const precisions = fc.integer({ min: 4, max: 11 })

test('a merge is the sketch of all users from the start, in the smallest precision', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(users, precisions), { minLength: 1, maxLength: 4 }), (parts) => {
      const least = Math.min(...parts.map(([, precision]) => precision))
      const whole = sketchOfCoupons(parts.flatMap(([coupons]) => coupons), least)
      const sketches = parts.map(([coupons, precision]) => sketchOfCoupons(coupons, precision))
      assert.deepEqual(seen(merged(...sketches)), seen(whole))
      assert.deepEqual(seen(merged(...sketches.toReversed())), seen(whole), 'in another order')
      assert.deepEqual(seen(merged(...sketches, ...sketches)), seen(whole), 'each twice')
      const [first, ...rest] = sketches
      assert.deepEqual(seen(merged(first!, merged(...rest))), seen(whole), 'in two steps')
    }),
    { numRuns: 300 },
  )
})

test('a merge leaves the other sketch as it was', () => {
  for (const users of [5, 60, 500]) {
    const [mine, theirs] = [sketchOf(3, 8), sketchOf(users, 10)]
    const before = seen(theirs)
    mine.merge(theirs)
    addUsers(mine, 1000, 2000)
    assert.deepEqual(seen(theirs), before)
  }
})

test('folded, a sketch is that of the smaller precision from the start', () => {
  for (const users of [0, 5, 8, 24, 25, 90, 100, 2000]) {
    for (const [from, to] of [[12, 8], [12, 4], [10, 10], [8, 12]] as const) {
      const sketch = sketchOf(users, from)
      sketch.foldTo(to)
      assert.deepEqual(seen(sketch), seen(sketchOf(users, Math.min(from, to))), `${users}, ${to}`)
    }
  }
})
