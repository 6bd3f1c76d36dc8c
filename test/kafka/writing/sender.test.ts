/**
 * What goes out on whose behalf: nothing of an owner who may have been replaced, on a producer that
 * does as it is told. What a broker takes is in topics-in-out.test.ts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ICustomPartitioner, Kafka, Message, PartitionerArgs } from 'kafkajs'
import type { Owner } from '../../../src/kafka/reading/owner.ts'
import { Sender } from '../../../src/kafka/writing/sender.ts'

/** Asks the partitioner before each try, as kafkajs does, and again where it may try again. */
class FakeProducer {
  readonly sent: string[] = []
  isConnected = false
  /** Awaited between the tries of a batch. */
  answer: () => Promise<void> = () => Promise.resolve()
  readonly #choose: (args: PartitionerArgs) => number

  constructor(createPartitioner: ICustomPartitioner) {
    this.#choose = createPartitioner()
  }

  connect(): Promise<void> {
    this.isConnected = true
    return Promise.resolve()
  }

  disconnect(): Promise<void> {
    this.isConnected = false
    return Promise.resolve()
  }

  async send({ topic, messages }: { topic: string; messages: Message[] }): Promise<void> {
    assert.ok(this.isConnected)
    const partitionMetadata = [0].map((partitionId) => ({ partitionId, leader: 1 }))
    for (;;) {
      try {
        for (const message of messages) {
          this.#choose({ topic, partitionMetadata, message } as unknown as PartitionerArgs)
        }
        await this.answer()
        this.sent.push(...messages.map(({ value }) => `${value}`))
        return
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable !== true) throw error
        await sleep(5)
      }
    }
  }
}

function newSender() {
  const producers: FakeProducer[] = []
  const kafka = {
    producer({ createPartitioner }: { createPartitioner: ICustomPartitioner }) {
      producers.push(new FakeProducer(createPartitioner))
      return producers.at(-1)
    },
  } as unknown as Kafka
  const admin = { describeConfigs: () => Promise.resolve({ resources: [] }) } as unknown as Admin
  const sender = new Sender({ kafka, admin, topic: 't', compression: 'none' })
  const sent = () => producers.map((producer) => producer.sent)
  return { sender, producers, sent }
}

class Lost extends Error {}
const passing = Object.assign(new Error('no answer'), { retriable: true })

function newOwner(): Owner & { state: 'sure' | 'unsure' | 'lost' } {
  return {
    state: 'sure',
    isConfirmed() {
      if (this.state === 'lost') throw new Lost()
      return this.state === 'sure'
    },
    async confirm() {
      while (!this.isConfirmed()) await sleep(5)
    },
  }
}

test('all that was added goes out, in its order', async () => {
  const { sender, sent } = newSender()
  await sender.connect()
  for (const value of ['a', 'b']) sender.add({ value })
  await sender.flush(newOwner())
  sender.add({ value: 'c' })
  await sender.flush()
  assert.deepEqual(sent(), [['a', 'b', 'c']])
})

test('nothing goes out while the owner is not confirmed', async () => {
  const { sender, sent } = newSender()
  const owner = newOwner()
  await sender.connect()
  owner.state = 'unsure'
  sender.add({ value: 'a' })
  const flushed = sender.flush(owner)
  await sleep(30)
  assert.deepEqual(sent(), [[]])
  owner.state = 'sure'
  await flushed
  assert.deepEqual(sent(), [['a']])
})

test('a batch without an answer is not tried again for an owner who was replaced', async () => {
  const { sender, producers, sent } = newSender()
  const owner = newOwner()
  await sender.connect()
  producers[0]!.answer = () => {
    owner.state = 'unsure' // suspended
    return Promise.reject(passing)
  }
  sender.add({ value: 'stale' })
  const flushed = assert.rejects(sender.flush(owner), Lost)
  await sleep(30)
  producers[0]!.answer = () => Promise.resolve()
  owner.state = 'lost'
  await flushed
  await sender.discard()
  sender.add({ value: 'fresh' })
  await sender.flush(newOwner())
  assert.deepEqual(sent(), [[], ['fresh']], 'a new producer, whose first message is no repeat')
  assert.deepEqual(producers.map(({ isConnected }) => isConnected), [false, true])
})

test('what waits behind a batch under way dies with the ownership', async () => {
  const { sender, producers, sent } = newSender()
  const owner = newOwner()
  await sender.connect()
  let answer = () => {}
  producers[0]!.answer = () => new Promise<void>((resolve) => answer = resolve)
  sender.add({ value: 'sent while it was ours' })
  const flushed = assert.rejects(sender.flush(owner), Lost)
  await sleep(5)
  sender.add({ value: 'stale' })
  owner.state = 'lost'
  answer()
  await flushed
  producers[0]!.answer = () => Promise.resolve()
  await sender.discard()
  await sender.flush()
  assert.deepEqual(sent().flat(), ['sent while it was ours'])
})

test('what is discarded before it was sent leaves the producer as it is', async () => {
  const { sender, sent } = newSender()
  await sender.connect()
  sender.add({ value: 'stale' })
  await sender.discard()
  sender.add({ value: 'fresh' })
  await sender.flush(newOwner())
  assert.deepEqual(sent(), [['fresh']])
})

test('a failure is told with the next call, and again, and nothing overtakes what failed', async () => {
  const { sender, producers, sent } = newSender()
  await sender.connect()
  producers[0]!.answer = () => Promise.reject(new Error('too large'))
  sender.add({ value: 'a' })
  await sender.pass()
  await sleep(5)
  await assert.rejects(sender.pass(), /too large/)
  producers[0]!.answer = () => Promise.resolve()
  sender.add({ value: 'b' })
  await assert.rejects(sender.flush(), /too large/)
  assert.deepEqual(sent(), [[]])
})
