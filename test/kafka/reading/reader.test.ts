/**
 * What a reader does when the group changes in mid-batch, on a consumer that does as it is told.
 * What a broker does by itself is in restart.test.ts and trouble.test.ts.
 */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Owner, OwnershipLost } from '../../../src/kafka/reading/owner.ts'
import { TopicReader } from '../../../src/kafka/reading/reader.ts'
import type { ReaderOptions } from '../../../src/kafka/reading/reader-options.ts'
import type { OwnedState } from '../../../src/kafka/reading/state-partition.ts'
import { FakeConsumer } from '../../support/fake-consumer.ts'
import { until } from '../../support/kafka-runs.ts'

interface Reading {
  readonly consumer: FakeConsumer
  readonly reader: TopicReader
  /** What was handed over: `source 0`, `lines 0 1-3`. */
  readonly seen: string[]
  readonly said: string[]
  /** Rejects where the loop does. */
  readonly ended: Promise<void>
  /** The loop works on what it has taken last until it is opened again. */
  close(): void
  open(): void
}

const readings: Reading[] = []

afterEach(async () => {
  for (const reading of readings.splice(0)) {
    reading.open()
    await reading.reader.close()
  }
})

function read(options: Partial<ReaderOptions> = {}): Reading {
  const consumer = new FakeConsumer()
  const said: string[] = []
  const reader = new TopicReader({
    kafka: consumer.kafka,
    admin: consumer.admin,
    topics: ['t'],
    group: 'g',
    assigner: undefined,
    consumer: { sessionTimeout: 300, heartbeatInterval: 50 },
    startAt: 'beginning',
    stopAt: 'never',
    say: (text) => said.push(text),
    ...options,
  })
  const seen: string[] = []
  const loop = async () => {
    for await (const message of reader.messages()) {
      const { type, source } = message
      const range = type === 'lines' ? ` ${message.next - message.count}-${message.next - 1}` : ''
      seen.push(`${type} ${source}${range}`)
      await gate
    }
  }
  const ended = loop()
  ended.catch(() => {})
  let gate: Promise<void> | undefined
  let open = () => {}
  const close = () => void (gate = new Promise((resolve) => open = resolve))
  const reading = { consumer, reader, seen, said, ended, close, open: () => open() }
  readings.push(reading)
  return reading
}

/** Joined, with partitions 0 and 1 begun. */
async function begun(options: Partial<ReaderOptions> = {}): Promise<Reading> {
  const reading = read(options)
  await sleep(1)
  reading.consumer.join([0, 1])
  await until('the partitions', () => reading.consumer.calls.some((call) => /^resume/.test(call)))
  await until('their marks', () => reading.seen.length === 2)
  return reading
}

/** As small transactions leave them: each message followed by a marker. */
const everyOther = Array.from({ length: 8 }, (_, i) => 2 * i)

test('nothing of a partition comes behind its end, though its batch is under way', async () => {
  const { consumer, seen, close, open } = await begun()
  close()
  const given = consumer.give({ offsets: everyOther })
  await until('its mark', () => seen.length === 3)
  consumer.join([1])
  await sleep(20)
  open()
  await given
  await sleep(20)
  const end = seen.indexOf('source-end 0')
  assert.ok(end > 0, `${seen}`)
  assert.deepEqual(seen.slice(end + 1), [])
  assert.deepEqual(consumer.resolved, [])
})

test('a partition that comes back meanwhile is a new source, from what was stored', async () => {
  const { consumer, seen } = await begun()
  consumer.join([1])
  consumer.join([0, 1])
  await consumer.give({ offsets: [0, 1] })
  await until('the new source', () => seen.includes('lines 2 0-1'))
  assert.deepEqual(seen.slice(2), ['source-end 0', 'source 2', 'lines 2 0-1'])
})

test('a batch that was fetched before a seek is not handed over', async () => {
  const { consumer, seen } = await begun()
  await consumer.give({ offsets: [0, 1], isStale: () => true })
  assert.equal(seen.length, 2)
})

test('after a rebalance in mid-batch the rest of it comes once', async () => {
  const { consumer, seen } = await begun()
  const rebalance = () => Promise.reject(new Error('The group is rebalancing'))
  await assert.rejects(consumer.give({ offsets: everyOther, heartbeat: rebalance }), /rebalancing/)
  consumer.join([0, 1])
  await until('the seek', () => consumer.calls.at(-1)!.startsWith('resume'))
  assert.ok(consumer.calls.includes('seek {"topic":"t","partition":0,"offset":"1"}'))
  await consumer.give({ offsets: everyOther })
  const offsets = seen.filter((each) => /^lines/.test(each)).map((each) => each.split(/[ -]/)[2])
  assert.deepEqual(offsets.map(Number), everyOther)
})

test('where one owns all, its messages end with its ownership, and no batch follows', async () => {
  const { consumer, reader, seen, ended } = await begun({ ownsAll: true })
  await consumer.give({ offsets: [0] })
  const before = [...seen]
  consumer.join([0, 1], 'another id') // the group has forgotten us
  await assert.rejects(ended, OwnershipLost)
  await consumer.give({ offsets: [1, 2] })
  assert.deepEqual(seen, before)
  assert.deepEqual(consumer.resolved, ['0'])
  assert.equal(reader.isMember, false)
  await assert.rejects(reader.confirm(), OwnershipLost)
})

test('an owner that is suspended is confirmed only by what was asked after it', async () => {
  const { consumer, reader } = await begun({ ownsAll: true })
  consumer.beat()
  assert.equal((reader as Owner).isConfirmed(), true)
  await sleep(350)
  assert.equal(reader.isConfirmed(), false)
  consumer.beat(340) // its answer has lain here
  assert.equal(reader.isConfirmed(), false)
  let isConfirmed = false
  const confirmed = reader.confirm().then(() => isConfirmed = true)
  await sleep(60)
  assert.equal(isConfirmed, false)
  consumer.beat()
  await confirmed
})

test('one that has crashed ends, may write nothing, and stores nothing', async () => {
  const { consumer, reader, ended } = await begun({ ownsAll: true })
  consumer.crash(new Error('not authorized'), false)
  await assert.rejects(ended, /not authorized/)
  await assert.rejects(reader.confirm(), /not authorized/)
  assert.equal(await reader.commit(new Map([[0, 1]])), false)
  await reader.close()
  await reader.close()
})

test('one that failed and is a member still may write what it has counted', async () => {
  const { consumer, reader, ended } = await begun({ ownsAll: true })
  consumer.admin.fetchTopicOffsets = () => Promise.reject(new Error('no offsets'))
  consumer.join([0, 1, 2])
  await assert.rejects(ended, /no offsets/)
  await reader.confirm()
})

for (const ownsAll of [true, false]) {
  test(`kafkajs begins anew: the owner of ${ownsAll ? 'all' : 'a share'} goes on right`, async () => {
    const { consumer, reader, seen, ended } = await begun({ ownsAll })
    await consumer.give({ offsets: [0, 1] })
    const position = new Map([[0, 2]])
    consumer.crash(new Error('the broker is away'), true)
    assert.equal(reader.isMember, false)
    assert.equal(await reader.commit(position), false)
    consumer.emit(consumer.events.FETCH, { payload: {} })
    consumer.emit(consumer.events.END_BATCH_PROCESS, {
      payload: { topic: 't', partition: 0, highWatermark: '1000', lastOffset: '1', batchSize: 2 },
    })
    await sleep(5)
    consumer.join([0, 1], 'another id')
    if (ownsAll) {
      await assert.rejects(ended, OwnershipLost)
    } else {
      await until('the seek', () => consumer.calls.at(-1)!.startsWith('resume'))
      await consumer.give({ offsets: [2] })
      assert.deepEqual(seen.at(-1), 'lines 0 2-2')
      assert.equal(await reader.commit(position), true)
    }
  })
}

test('before it has joined nothing waits for the group', async () => {
  const { reader } = read({ ownsAll: true })
  await sleep(350)
  await reader.confirm()
})

test('one without partitions stands by, and says so', async () => {
  const { consumer, said, seen } = read({ ownsAll: true })
  await sleep(1)
  consumer.join([])
  await until('words', () => said.length === 1)
  assert.match(said[0]!, /^standing by: another member of the group reads t$/)
  assert.deepEqual(seen, [])
})

test('exactly one message that was deleted is told, and a marker is not, nor asked for', async () => {
  const { consumer, said } = await begun()
  await consumer.give({ offsets: [0] })
  const before = consumer.asks
  await consumer.give({ offsets: [2], asked: 1 }) // a marker stood between
  assert.deepEqual([said, consumer.asks], [[], before])
  consumer.lows[0] = 4
  await consumer.give({ offsets: [4], asked: 4 })
  assert.deepEqual(said, [
    "t[0]: message 3 had been deleted by the topic's retention before it was read; going on at 4",
  ])
})

test('an end that is seen when kafkajs has given up is an end, and no failure', async () => {
  const { consumer, seen, ended } = await begun({ stopAt: 'end' })
  consumer.crash(new Error('the broker is away'), true)
  for (const partition of [0, 1]) {
    consumer.emit(consumer.events.END_BATCH_PROCESS, {
      payload: { topic: 't', partition, highWatermark: '1000', lastOffset: '999', batchSize: 0 },
    })
  }
  await ended
  assert.deepEqual(seen.slice(2), ['source-end 0', 'source-end 1'])
})

test('it ends behind the last message, with an end for each partition', async () => {
  const { consumer, seen, ended } = await begun({ stopAt: 'end' })
  for (const partition of [0, 1]) {
    await consumer.give({ partition, offsets: [999] })
    consumer.emit(consumer.events.END_BATCH_PROCESS, {
      payload: { topic: 't', partition, highWatermark: '1000', lastOffset: '999', batchSize: 1 },
    })
  }
  await ended
  assert.deepEqual(seen.slice(-2), ['lines 1 999-999', 'source-end 1'])
})

describe('the owner of all reads the state first', () => {
  /** In the order in which it happened. */
  function owner() {
    const done: string[] = []
    let settle = () => {}
    const ended = new Promise<void>((resolve) => settle = resolve)
    const state: OwnedState = {
      topic: 's',
      partition: 0,
      isOfOne: false,
      begin() {
        done.push('begin')
        return Promise.resolve()
      },
      take: ({ offset }) => void done.push(`take ${offset}`),
      progress() {},
      async end(startAt) {
        done.push(`end ${startAt}`)
        await ended
        return new Map([[0, 7]])
      },
      goOn: (starts) => void done.push(`go on ${[...starts].join()}`),
    }
    const states = { topic: 's', isOne: true, of: () => state, lost() {} }
    const reading = read({ ownsAll: true, startAt: 'stored', states })
    return { ...reading, done, settle }
  }

  /** Its topic has offsets 0 to 999. */
  async function joined() {
    const owned = owner()
    await sleep(1)
    owned.consumer.join([0, 1], 'me', { s: [0] })
    await until('the state', () => owned.consumer.calls.some((call) => /^seek.*"s"/.test(call)))
    return owned
  }

  test('and goes on from its offsets, by the numbers of the partitions', async () => {
    const { consumer, seen, done, settle } = await joined()
    await consumer.give({ topic: 's', offsets: [0, 1] })
    assert.deepEqual(done, ['begin', 'take 0', 'take 1'])
    await consumer.give({ topic: 's', offsets: [999] })
    await until('its end', () => done.includes('end stored'))
    assert.deepEqual(seen, [])
    settle()
    await until('the marks', () => seen.length === 2)
    const seeks = consumer.calls.filter((call) => /^seek.*"t"/.test(call))
    assert.deepEqual(seeks.map((call) => JSON.parse(call.slice(5)).offset), ['7', '0'])
    assert.deepEqual(seen, ['source 0', 'source 1'])
  })

  test('also when the group changes meanwhile', async () => {
    const { consumer, seen, done, settle } = await joined()
    await consumer.give({ topic: 's', offsets: [0, 1] })
    consumer.join([0, 1], 'me', { s: [0] })
    assert.equal(consumer.calls.findLast((call) => /^seek/.test(call))?.includes('"2"'), true)
    await consumer.give({ topic: 's', offsets: [2, 999] })
    settle()
    await until('the marks', () => seen.length === 2)
    assert.deepEqual(done, [
      ...['begin', 'take 0', 'take 1', 'take 2', 'take 999', 'end stored'],
      'go on 0,7,1,0',
    ])
  })

  test('not where the others of its group keep it elsewhere', async () => {
    const { consumer, ended } = owner()
    await sleep(1)
    consumer.join([0, 1])
    await assert.rejects(
      ended,
      /elsewhere than in topic s; give all of them the same --state-topic/,
    )
  })

  test('where another takes over meanwhile, it goes on with nothing', async () => {
    const { consumer, ended, done } = await joined()
    consumer.join([])
    await assert.rejects(ended, OwnershipLost)
    assert.ok(!done.includes('end stored'))
  })

  test('so too when all is read, and not yet begun', async () => {
    const { consumer, reader, ended, done } = await joined()
    await consumer.give({ topic: 's', offsets: [999] })
    await until('its end', () => done.includes('end stored'))
    consumer.join([])
    await assert.rejects(reader.confirm(), OwnershipLost)
    await assert.rejects(ended, OwnershipLost)
  })
})
