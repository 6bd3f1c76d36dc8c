/** Whether the group can still take us for a member, by clocks that a test sets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOfRebalance, Membership } from '../../../src/kafka/reading/membership.ts'

function member() {
  const clocks = { steady: 0, wall: 1e12 }
  const membership = new Membership(6000, [() => clocks.steady, () => clocks.wall])
  membership.answered(0)
  membership.joined('me')
  const pass = (ms: number) => {
    clocks.steady += ms
    clocks.wall += ms
  }
  return { membership, clocks, pass }
}

test('it is one for as long as a session after it was last asked', () => {
  const { membership, pass } = member()
  pass(5999)
  assert.equal(membership.isCurrent, true)
  pass(1)
  assert.equal(membership.isCurrent, false)
  membership.answered(0)
  assert.equal(membership.isCurrent, false, 'the answer may say that we are none')
  membership.heard()
  assert.equal(membership.isCurrent, true)
})

test('an answer that has lain while we were suspended is as old as its question', () => {
  const { membership, pass } = member()
  pass(14_000)
  membership.answered(13_900)
  membership.heard()
  assert.equal(membership.isCurrent, false)
})

test('a machine that slept is noticed, though one clock stood still', () => {
  const { membership, clocks } = member()
  clocks.wall += 14_000
  assert.equal(membership.isCurrent, false)
})

test('a clock that is set back hides nothing', () => {
  const { membership, clocks } = member()
  clocks.wall -= 3_600_000
  clocks.steady += 7000
  assert.equal(membership.isCurrent, false)
})

test('under a new id others may have read on, under the same one not', () => {
  const { membership } = member()
  assert.equal(membership.joined('me'), false)
  assert.equal(membership.joined('another'), true)
  assert.equal(membership.isCurrent, true)
})

test('who has left is none until it has joined again', () => {
  const { membership } = member()
  membership.left()
  membership.heard()
  assert.deepEqual([membership.isCurrent, membership.hasLeft], [false, true])
  membership.joined('another')
  assert.deepEqual([membership.isCurrent, membership.hasLeft], [true, false])
})

test('a rebalance is known also where kafkajs has wrapped it', () => {
  const inner = Object.assign(new Error('x'), { type: 'ILLEGAL_GENERATION' })
  assert.equal(isOfRebalance(new Error('gave up', { cause: inner })), true)
  assert.equal(isOfRebalance(new Error('gave up')), false)
  assert.equal(isOfRebalance(undefined), false)
})
