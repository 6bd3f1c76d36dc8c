import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressOf, couponOf, CouponSet, rankOf } from '../../src/counter/coupons.ts'

test('the example in the header of coupons.ts is right', () => {
  assert.equal(couponOf(0x6c94c7eb >>> 6, 1), 0x5b2531f)
})

test('a coupon gives back its address and rank', () => {
  fc.assert(fc.property(fc.nat(2 ** 26 - 1), fc.integer({ min: 1, max: 63 }), (address, rank) => {
    const coupon = couponOf(address, rank)
    assert.deepEqual([addressOf(coupon), rankOf(coupon)], [address, rank])
    assert.ok(coupon > 0 && coupon < 2 ** 32)
  }))
})

test('adds, sizes and coupons are those of a Set, in ascending order', () => {
  // Few different ones, of few slots, so that they repeat and stand in each other's way.
  const coupon = fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((n) => n * 64),
    fc.constantFrom(0xffffffff, 0x80000000),
    fc.integer({ min: 1, max: 0xffffffff }),
  )
  fc.assert(
    fc.property(fc.array(coupon, { maxLength: 400 }), (added) => {
      const set = new CouponSet()
      const oracle = new Set<number>()
      for (const coupon of added) {
        assert.equal(set.add(coupon), !oracle.has(coupon))
        oracle.add(coupon)
        assert.equal(set.size, oracle.size)
      }
      const expected = [...oracle].sort((a, b) => a - b)
      assert.deepEqual([...set.ascending()], expected)
      const visited: number[] = []
      set.forEach((coupon) => visited.push(coupon))
      assert.deepEqual(visited.sort((a, b) => a - b), expected)
    }),
    { numRuns: 300 },
  )
})
