/** What the group has stored has to fit the state, or there is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkStored, offsetsOf, Unsettled } from '../../../src/kafka/state/group-offsets.ts'
import type { StoredOffset } from '../../../src/kafka/reading/stored-offsets.ts'

const place = { group: 'g', topic: 't', stateTopic: 'g-state' }
const positions = new Map([[0, 5], [1, 7]])

function stored(...offsets: readonly StoredOffset[]): ReadonlyMap<number, StoredOffset> {
  return new Map(offsets.map((each, partition) => [partition, each]))
}

function storedWith(stateTopic: string | undefined) {
  return stored(
    ...offsetsOf('t', positions, stateTopic).partitions.map(({ offset, metadata }) => {
      return { offset: Number(offset), metadata }
    }),
  )
}

test('what was committed with a state fits it', () => {
  checkStored(storedWith('g-state'), positions, place)
  checkStored(stored(), positions, place)
})

test('offsets of whoever keeps no state are gone on from', () => {
  checkStored(storedWith(undefined), undefined, place)
  checkStored(stored({ offset: 3, metadata: '' }), undefined, place)
  checkStored(
    stored({ offset: 3, metadata: 'text' }, { offset: 4, metadata: 'null' }),
    undefined,
    place,
  )
})

test('a state that is missing is', () => {
  assert.throws(
    () => checkStored(storedWith('other'), undefined, place),
    /group g has read t with a state, and topic other holds none \(this run looks in g-state\); .*--start-at beginning/,
  )
})

test('so are offsets of an earlier uc', () => {
  const earlier = stored({ offset: 5, metadata: '{"uc":1,"over":1,"read":5}' })
  assert.throws(() => checkStored(earlier, undefined, place), /a uc of another version/)
})

test('offsets that were set by hand are refused', () => {
  const set = stored({ offset: 5, metadata: '' }, { offset: 2, metadata: '' })
  assert.throws(() => checkStored(set, positions, place), /t\[1\] is at 2, and was counted up to 7/)
})

test('where both are ours, brokers may not have settled on one of them', () => {
  const earlier = storedWith('g-state')
  const later = new Map([[0, 5], [1, 9]])
  assert.throws(() => checkStored(earlier, later, place), Unsettled)
  const elsewhere = storedWith('other')
  assert.throws(
    () => checkStored(elsewhere, later, place),
    (error) => !(error instanceof Unsettled),
  )
})
