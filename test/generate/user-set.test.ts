import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserSet } from '../../src/generate/user-set.ts'

test('a user set has the size of a Set of the same users', () => {
  // Around the edges of words and pages, and up to the largest user number.
  const user = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 4000, max: 4200 }),
    fc.integer({ min: 0, max: 2 ** 24 }),
  )
  fc.assert(
    fc.property(fc.array(user), (users) => {
      const set = new UserSet()
      for (const user of users) set.add(user)
      assert.equal(set.size, new Set(users).size)
    }),
  )
})

test('each of neighbouring users counts once', () => {
  const set = new UserSet()
  for (let i = 0; i < 20_000; i++) set.add(i % 10_000)
  assert.equal(set.size, 10_000)
})
