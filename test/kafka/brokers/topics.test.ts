/** Who asks how many partitions there are gets an answer that was asked for afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { partitionsByNow } from '../../../src/kafka/brokers/topics.ts'

test('those who ask while a question is under way share the next one', async () => {
  const begun: number[] = []
  let partitions = 3
  const admin = {
    async fetchTopicMetadata() {
      begun.push(partitions)
      const found = Array.from({ length: partitions }, () => ({}))
      await sleep(20)
      return { topics: [{ partitions: found }] }
    },
  } as unknown as Admin
  const now = partitionsByNow({ admin, topic: 't' })
  const first = now()
  await sleep(5)
  partitions = 4
  const others = [now(), now(), now()]
  assert.deepEqual(await Promise.all([first, ...others]), [3, 4, 4, 4])
  assert.deepEqual(begun, [3, 4])
  partitions = 5
  assert.equal(await now(), 5)
})

test('a question that fails is asked anew by the next', async () => {
  const answers = [
    Promise.reject(new Error('away')),
    Promise.resolve({ topics: [{ partitions: [0] }] }),
  ]
  const admin = { fetchTopicMetadata: () => answers.shift() } as unknown as Admin
  const now = partitionsByNow({ admin, topic: 't' })
  await assert.rejects(now(), /away/)
  assert.equal(await now(), 1)
})
