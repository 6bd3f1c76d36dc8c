/** Shares of partitions: even, whole, and with few moves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evenly, type Holder } from '../../../src/kafka/reading/assigner.ts'

const partitions = (count: number) => Array.from({ length: count }, (_, i) => i)

function held(shares: ReadonlyMap<string, readonly number[]>): Holder[] {
  return [...shares].map(([memberId, own]) => ({ memberId, held: own }))
}

/** What a member says that it holds may be anything. */
const holders = fc.uniqueArray(
  fc.record({
    memberId: fc.string({ minLength: 1, maxLength: 3 }),
    held: fc.uniqueArray(fc.integer({ min: 0, max: 20 })),
  }),
  { minLength: 1, maxLength: 6, selector: ({ memberId }) => memberId },
)

test('each partition has one holder, and shares differ by one at most', () => {
  fc.assert(fc.property(holders, fc.nat(16), (members, count) => {
    const shares = evenly(members, partitions(count))
    const all = [...shares.values()].flat().sort((a, b) => a - b)
    assert.deepEqual(all, partitions(count))
    const sizes = [...shares.values()].map(({ length }) => length)
    assert.equal(shares.size, members.length)
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
  }))
})

test('who comes or goes moves no more partitions than that takes', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(16), (count, size) => {
    const members = (names: number) =>
      partitions(names).map((i) => ({ memberId: `${i}`, held: [] as number[] }))
    const before = evenly(members(count), partitions(size))
    const moved = (after: ReadonlyMap<string, readonly number[]>) => {
      return [...after].flatMap(([name, own]) => {
        return own.filter((each) => before.get(name)?.includes(each) !== true)
      }).length
    }
    const joined = evenly([...held(before), { memberId: 'new', held: [] }], partitions(size))
    assert.equal(moved(joined), joined.get('new')!.length)
    const [, ...staying] = held(before)
    if (staying.length === 0) return
    const left = evenly(staying, partitions(size))
    assert.equal(moved(left), before.get('0')!.length)
    assert.deepEqual(evenly(held(left), partitions(size)), left)
  }))
})
