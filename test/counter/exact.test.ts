import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ExactSet } from '../../src/counter/exact.ts'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'

function usersOf(set: ExactSet): string[] {
  const users: string[] = []
  set.forEach((hi, lo) => users.push(`${hi} ${lo}`))
  return users
}

test('adds, sizes and users are those of a Set of texts', () => {
  // Few different halves, so that users repeat, and share their slots.
  const half = fc.oneof(
    fc.constantFrom(0, 1, 0x80000000, 0xffffffff, 0xffff0000),
    fc.integer({ min: 0, max: 40 }).map((n) => n * 16),
    fc.integer({ min: 0, max: 0xffffffff }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 400 }), (added) => {
      const set = new ExactSet()
      const oracle = new Set<string>()
      for (const [hi, lo] of added) {
        const isNew = !oracle.has(`${hi} ${lo}`)
        assert.equal(set.add(hi, lo), isNew, `${hi} ${lo}`)
        oracle.add(`${hi} ${lo}`)
        assert.equal(set.size, oracle.size)
      }
      assert.deepEqual(usersOf(set).sort(), [...oracle].sort())
    }),
    { numRuns: 300 },
  )
})

function filled(users: number): ExactSet {
  const set = new ExactSet()
  const out = newFingerprint()
  for (let i = 0; i < users; i++) {
    fingerprintOfText(`user-${i}`, out)
    set.add(out.hi, out.lo)
  }
  return set
}

test('a hundred thousand users are each there once', () => {
  const set = filled(100_000)
  assert.equal(set.size, 100_000)
  assert.equal(new Set(usersOf(set)).size, 100_000)
})

test('the fingerprint of two zeros is a user like any other', () => {
  const set = new ExactSet()
  assert.deepEqual([set.add(0, 0), set.add(0, 0), set.size], [true, false, 1])
  assert.deepEqual(usersOf(set), ['0 0'])
})

test('any beginning of forEach is spread evenly over the slots, so that a copy fills up evenly', () => {
  const set = filled(100_000)
  for (const slots of [1 << 10, 1 << 14, 1 << 18]) { // those of a copy, as it grows
    const visited = new Array<number>(16).fill(0)
    let left = 10_000
    set.forEach((_, lo) => {
      const part = (lo & slots - 1) / slots * 16 | 0
      if (left-- > 0) visited[part] = (visited[part] ?? 0) + 1
    })
    for (const users of visited) assert.ok(users > 500 && users < 750, `${slots}: ${visited}`)
  }
})
