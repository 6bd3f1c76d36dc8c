/** Only what was committed is read, wherever several producers write to a partition. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Producer, Transaction } from 'kafkajs'
import fc from 'fast-check'
import { below, happens, seededRandom } from '../../../src/generate/random.ts'
import { type FetchedMessage, hideAborted } from '../../../src/kafka/reading/committed-messages.ts'
import { type Broker, skipReason, startBroker } from '../../support/broker.ts'
import { freshName, kafkaOutput } from '../../support/kafka-runs.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { newTopic, patientKafka } from '../../support/topics.ts'

const abortMarker = Uint8Array.of(0, 0, 0, 0)
const commitMarker = Uint8Array.of(0, 0, 0, 1)

/** What producers do one after the other: the last word of each decides on all since the one before. */
const steps = fc.array(
  fc.record({
    producerId: fc.constantFrom('7', '11', '100'),
    does: fc.constantFrom('send', 'send', 'send', 'abort', 'commit', 'send outside'),
  }),
  { maxLength: 60 },
)

test('messages of aborted transactions are hidden, in whatever order they are listed', () => {
  const shuffled = fc.tuple(steps, fc.nat(10), fc.infiniteStream(fc.nat()))
  fc.assert(fc.property(shuffled, ([all, from, numbers]) => {
    const messages: FetchedMessage[] = []
    const sent = new Map<string, FetchedMessage[]>()
    const hidden = new Set<FetchedMessage>()
    const aborted: { producerId: string; firstOffset: string }[] = []
    for (const [i, { producerId, does }] of all.entries()) {
      const isMarker = does === 'abort' || does === 'commit'
      const message = {
        offset: `${95 + i}`,
        key: isMarker ? does === 'abort' ? abortMarker : commitMarker : null,
        isControlRecord: isMarker,
        batchContext: { producerId, inTransaction: does !== 'send outside' },
      }
      messages.push(message)
      const own = sent.get(producerId) ?? []
      if (does === 'send') sent.set(producerId, [...own, message])
      if (!isMarker) continue
      sent.delete(producerId)
      if (does === 'commit' || own.length === 0) continue
      if (i >= from) aborted.push({ producerId, firstOffset: own[0]!.offset }) // what ended before is not listed
      for (const each of own) hidden.add(each)
    }
    const order = aborted.map((each) => [numbers.next().value as number, each] as const)
    const listed = order.sort(([a], [b]) => a - b).map(([, each]) => each)
    const data = messages.filter(({ isControlRecord }) => !isControlRecord).slice(from)
    const fetched = { messages: messages.slice(from), abortedTransactions: listed }
    hideAborted(fetched)
    const isGone = ({ offset }: FetchedMessage) =>
      !fetched.messages.some((m) => m.offset === offset)
    for (const message of data) {
      if (isGone(message)) continue
      // Of a transaction whose end was not reached nothing is listed: it is not read so far
      assert.equal(message.isControlRecord, hidden.has(message), JSON.stringify(message))
    }
  }))
})

describe('several producers in one partition', { skip: skipReason }, () => {
  let broker: Broker
  before(async () => broker = await startBroker())
  after(() => broker.stop())

  test('what was committed is read, in its order, and nothing else', async (t) => {
    t.diagnostic(seedHint)
    const random = seededRandom(seed)
    const topic = await newTopic(broker.brokers)
    const kafka = patientKafka(broker.brokers)
    const producers: Producer[] = []
    for (let i = 0; i < 4; i++) {
      const producer = kafka.producer({ transactionalId: freshName(), maxInFlightRequests: 1 })
      await producer.connect()
      producers.push(producer)
    }
    const open = new Map<Producer, { readonly transaction: Transaction; readonly sent: string[] }>()
    const committed = new Set<string>()
    const all: string[] = []
    const end = async (producer: Producer) => {
      const { transaction, sent } = open.get(producer)!
      open.delete(producer)
      if (happens(random, 50)) return await transaction.abort()
      await transaction.commit()
      for (const each of sent) committed.add(each)
    }
    for (let i = 0; i < 150; i++) {
      const producer = producers[below(random, producers.length)]!
      const known = open.get(producer)
      if (known !== undefined && happens(random, 30)) {
        await end(producer)
        continue
      }
      const { transaction, sent } = known ??
        { transaction: await producer.transaction(), sent: [] as string[] }
      open.set(producer, { transaction, sent })
      const value = `{"n":${i}}`
      await transaction.send({ topic, messages: [{ value }] })
      sent.push(value)
      all.push(value)
    }
    for (const producer of [...open.keys()]) await end(producer)
    for (const producer of producers) await producer.disconnect()
    const read = await kafkaOutput(broker, `uc-from-kafka ${topic} --plain --stop-at end`)
    const expected = all.filter((each) => committed.has(each)).map((each) => `${each}\n`).join('')
    assert.equal(read, expected)
  })
})
