import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Counted, Counter, Estimate } from '../../src/counter/counter.ts'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { sketchOf } from '../support/sketches.ts'

function add(counter: Counter, user: number): void {
  const out = newFingerprint()
  fingerprintOfText(`user-${user}`, out)
  counter.add(out.hi, out.lo)
}

function counted(
  method: 'auto' | 'exact' | 'hll',
  users: Iterable<number>,
  exactLimit = 1000,
): Estimate {
  const counter = uniqueCounter({ method, exactLimit, precision: 12 })
  for (const user of users) add(counter, user)
  return counter.estimate()
}

const upTo = (users: number) => Array.from({ length: users }, (_, i) => i)

const exactly = (users: number, image?: Uint8Array): Counted => ({
  users,
  low: users,
  high: users,
  method: 'exact',
  error: 0,
  ...(image === undefined ? {} : { image }),
})

test('as many users as the limit are still counted exactly', () => {
  assert.deepEqual(counted('auto', upTo(1000)), exactly(1000))
})

test('one user more than the limit is counted as HyperLogLog counts from the start', () => {
  const estimate = counted('auto', upTo(1001))
  assert.equal(estimate.method, 'hll')
  assert.deepEqual(estimate, counted('hll', upTo(1001)))
})

test('users seen again do not bring the limit nearer', () => {
  assert.deepEqual(counted('auto', [...upTo(1000), ...upTo(1000)]), exactly(1000))
})

test('exact stays exact beyond the limit', () => {
  assert.deepEqual(counted('exact', upTo(5000)), exactly(5000))
})

test('a limit of 0 is HyperLogLog as soon as there is a user', () => {
  assert.deepEqual(counted('auto', [], 0), exactly(0))
  assert.deepEqual(counted('auto', [1], 0), counted('hll', [1]))
})

test('an estimate on the way changes nothing', () => {
  const counter = uniqueCounter({ method: 'auto', exactLimit: 1000, precision: 12 })
  for (const user of upTo(3000)) {
    if (user % 500 === 0) counter.estimate()
    add(counter, user)
  }
  assert.deepEqual(counter.estimate(), counted('hll', upTo(3000)))
})

const methods = fc.constantFrom('auto', 'exact', 'hll')

/** Counts the users apart, in so many counters of their own methods, and merges these. */
function mergedOf(
  parts: readonly (readonly [method: 'auto' | 'exact' | 'hll', users: readonly number[]])[],
  options: Omit<UniqueCounterOptions, 'method' | 'sketch'>,
): Counted {
  const [first, ...rest] = parts.map(([method, users]) => {
    const counter = uniqueCounter({ method, ...options, sketch: true })
    for (const user of users) add(counter, user)
    return counter
  })
  for (const counter of rest) first!.merge(counter.state)
  return first!.estimate()
}

test('counted apart and merged, users give what they give counted at once, sketch and all', () => {
  // Around the limit, and around 96 coupons, the most that 2^10 registers' sketches keep.
  const part = fc.tuple(methods, fc.array(fc.nat(200), { maxLength: 120, size: 'max' }))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(150), (parts, limit) => {
      const options = { exactLimit: limit, precision: 10 }
      const used = new Set(parts.map(([method]) => method))
      const all = parts.flatMap(([, users]) => users)
      const merged = mergedOf(parts, options)
      const whole = (method: 'auto' | 'exact' | 'hll') => mergedOf([[method, all]], options)
      assert.deepEqual(merged.image, whole('hll').image)
      if (merged.method === 'hll') assert.deepEqual(merged, whole('hll'))
      else assert.deepEqual(merged, exactly(new Set(all).size, merged.image))
      const [first] = used
      if (used.size === 1) assert.deepEqual(merged, whole(first!))
    }),
    { numRuns: 300 },
  )
})

test('merged with a coarser sketch, exact users and finer sketches are as coarse', () => {
  for (const [users, others] of [[5, 5], [300, 5], [5, 300], [900, 900]] as const) {
    for (const method of ['exact', 'hll'] as const) {
      const counter = uniqueCounter({ method, exactLimit: 0, precision: 14, sketch: true })
      for (const user of upTo(users)) add(counter, user)
      counter.merge(sketchOf(others, 11))
      const options = { exactLimit: 0, precision: 11 }
      assert.deepEqual(
        counter.estimate(),
        mergedOf([['hll', upTo(Math.max(users, others))]], options),
      )
    }
  }
})

test('a merge leaves the other counter as it was', () => {
  for (const method of ['exact', 'hll'] as const) {
    const options = { method, exactLimit: 0, precision: 10, sketch: true }
    const [mine, theirs] = [uniqueCounter(options), uniqueCounter(options)]
    for (const user of upTo(90)) add(theirs, user)
    const before = theirs.estimate()
    mine.merge(theirs.state)
    for (let user = 1000; user < 2000; user++) add(mine, user)
    assert.deepEqual(theirs.estimate(), before)
  }
})

test('a user that changes nothing changes nothing in a counter with more users', () => {
  const part = fc.array(fc.nat(300), { minLength: 60, maxLength: 250, size: 'max' })
  const user = { hi: 0, lo: 0 }
  fc.assert(
    fc.property(part, part, methods, fc.nat(200), (fewer, more, method, exactLimit) => {
      const options = { method, exactLimit, precision: 10, sketch: true }
      const [minute, day] = [uniqueCounter(options), uniqueCounter(options)]
      for (const each of more) add(day, each)
      for (const each of fewer) {
        fingerprintOfText(`user-${each}`, user)
        const before = [minute.estimate(), day.estimate()]
        if (minute.add(user.hi, user.lo)) day.add(user.hi, user.lo)
        else assert.deepEqual([minute.estimate(), day.estimate()], before)
      }
      const whole = uniqueCounter(options)
      for (const each of [...more, ...fewer]) add(whole, each)
      assert.deepEqual(day.estimate(), whole.estimate())
    }),
    { numRuns: 30, endOnFailure: true }, // to make it smaller takes minutes
  )
})

test('without being asked for, there is no sketch', () => {
  assert.deepEqual(Object.keys(counted('hll', upTo(3))), [
    'users',
    'low',
    'high',
    'method',
    'error',
  ])
})

test('neither order nor repetition of the users matters, on both sides of the limit', () => {
  const users = fc.array(fc.nat(200), { maxLength: 300 })
  fc.assert(
    fc.property(
      users,
      fc.nat(150),
      methods,
      (added, limit, method) => {
        const [once, expected] = [new Set(added), counted(method, added, limit)]
        assert.deepEqual(counted(method, [...once].sort((a, b) => a - b), limit), expected)
        assert.deepEqual(counted(method, [...added, ...added].reverse(), limit), expected)
        if (method === 'exact' || (method === 'auto' && once.size <= limit)) {
          assert.deepEqual(expected, exactly(once.size))
        }
      },
    ),
    { numRuns: 300 },
  )
})
