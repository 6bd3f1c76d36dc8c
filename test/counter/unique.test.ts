import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Counter, Estimate } from '../../src/counter/counter.ts'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'

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

const exactly = (users: number): Estimate => ({
  users,
  low: users,
  high: users,
  method: 'exact',
  error: 0,
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

test('neither order nor repetition of the users matters, on both sides of the limit', () => {
  const users = fc.array(fc.nat(200), { maxLength: 300 })
  fc.assert(
    fc.property(
      users,
      fc.nat(150),
      fc.constantFrom('auto', 'exact', 'hll'),
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
