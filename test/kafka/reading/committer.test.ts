/** Offsets are stored where they have changed, and again where it is not sure that they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Committer } from '../../../src/kafka/reading/committer.ts'
import type { TopicReader } from '../../../src/kafka/reading/reader.ts'
import type { Position } from '../../../src/kafka/reading/reader-options.ts'

test('what was not stored, as in a rebalance, is stored with the next call', async () => {
  const stored: number[] = []
  let isStored = false
  const reader = {
    commit(positions: ReadonlyMap<number, Position>) {
      stored.push(positions.get(0)!.offset)
      return Promise.resolve(isStored)
    },
  } as unknown as TopicReader
  let offset = 1
  const committer = new Committer(reader, () => new Map([[0, { offset, metadata: '' }]]))
  await committer.commit()
  isStored = true
  await committer.commit()
  assert.deepEqual(stored, [1, 1])
  await committer.commit()
  assert.deepEqual(stored, [1, 1], 'it has not changed')
  offset = 2
  await committer.commitIfDue()
  assert.deepEqual(stored, [1, 1], 'it is not due')
  await committer.commit()
  assert.deepEqual(stored, [1, 1, 2])
})
