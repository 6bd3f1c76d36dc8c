/** Offsets are stored where they have changed, and again where it is not sure that they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Committer } from '../../../src/kafka/reading/committer.ts'
import { TopicReader } from '../../../src/kafka/reading/reader.ts'
import { FakeConsumer } from '../../support/fake-consumer.ts'

test('what was not stored, as in a rebalance, is stored with the next call', async () => {
  const stored: number[] = []
  let isStored = false
  const reader = {
    commit(positions: ReadonlyMap<number, number>) {
      stored.push(positions.get(0)!)
      return Promise.resolve(isStored)
    },
  } as unknown as TopicReader
  let offset = 1
  const committer = new Committer(reader, {
    positions: () => new Map([[0, offset]]),
    say() {},
  })
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

/** As kafkajs wraps what it does not try again. */
function givenUp(name: string, fields: { retriable: boolean; type?: string }): Error {
  const cause = Object.assign(new Error(name), { name, ...fields })
  return Object.assign(new Error(name, { cause }), { name: 'KafkaJSNonRetriableError' })
}

interface Committing {
  readonly committer: Committer
  readonly consumer: FakeConsumer
  readonly said: string[]
  /** How often offsets were sent. */
  sent(): number
  wait(ms: number): void
}

async function withCommitter(use: (committing: Committing) => Promise<void>): Promise<void> {
  const consumer = new FakeConsumer()
  const said: string[] = []
  const reader = new TopicReader({
    kafka: consumer.kafka,
    admin: consumer.admin,
    topics: ['t'],
    group: 'g',
    assigner: undefined,
    consumer: { sessionTimeout: 6000, heartbeatInterval: 2000 },
    startAt: 'beginning',
    stopAt: 'never',
    say() {},
  })
  const messages = reader.messages()
  const first = messages.next()
  await sleep(1)
  consumer.join([0])
  await first
  let nowMs = 0
  const committer = new Committer(reader, {
    positions: () => new Map([[0, 1]]),
    say: (text) => said.push(text),
    now: () => nowMs,
  })
  const sent = () => consumer.calls.filter((call) => call.startsWith('commit ')).length
  try {
    await use({ committer, consumer, said, sent, wait: (ms) => nowMs += ms })
  } finally {
    await reader.close()
  }
}

test('an outage leaves offsets unstored until it is over, and is told once when it lasts', async () => {
  for (
    const error of [
      givenUp('KafkaJSGroupCoordinatorNotFound', { retriable: false }),
      givenUp('KafkaJSLockTimeout', { retriable: false }),
      givenUp('KafkaJSConnectionError', { retriable: true }),
      givenUp('KafkaJSRequestTimeoutError', { retriable: true }),
      givenUp('KafkaJSProtocolError', { retriable: true, type: 'COORDINATOR_LOAD_IN_PROGRESS' }),
    ]
  ) {
    await withCommitter(async ({ committer, consumer, said, sent, wait }) => {
      const failFor = async (seconds: number) => {
        consumer.commitError = error
        for (let i = 0; i < seconds; i++) {
          wait(1001)
          await committer.commitIfDue()
        }
      }
      await failFor(9)
      assert.equal(sent(), 9, error.message)
      assert.equal(said.length, 0)
      await failFor(20)
      const words = 'brokers have stored no offsets for 10 s; '
      assert.deepEqual(said.map((text) => text.slice(0, words.length)), [words])
      await assert.rejects(committer.commit(), error, 'the last one has to be stored')
      consumer.commitError = undefined
      wait(1001)
      await committer.commitIfDue()
      assert.equal(sent(), 31)
      wait(1001)
      await committer.commitIfDue()
      assert.equal(sent(), 31, 'it is stored')
    })
  }
})

test('what will not pass ends the run at once', async () => {
  for (
    const error of [
      givenUp('KafkaJSProtocolError', { retriable: false, type: 'GROUP_AUTHORIZATION_FAILED' }),
      givenUp('KafkaJSProtocolError', { retriable: false, type: 'OFFSET_METADATA_TOO_LARGE' }),
      givenUp('KafkaJSSASLAuthenticationError', { retriable: false }),
      new TypeError('a mistake of ours'),
    ]
  ) {
    await withCommitter(async ({ committer, consumer, wait }) => {
      consumer.commitError = error
      wait(1001)
      await assert.rejects(committer.commitIfDue(), error)
    })
  }
})
