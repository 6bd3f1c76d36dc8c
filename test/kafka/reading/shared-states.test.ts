/** Each partition with a state of its own: what a rebalance in the middle of something leaves. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TopicReader } from '../../../src/kafka/reading/reader.ts'
import { FakeConsumer } from '../../support/fake-consumer.ts'
import { until } from '../../support/kafka-runs.ts'

const readers: TopicReader[] = []

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

/** The topic t, whose states are in s: each has offsets 0 to 999 and says that 5 is next. */
function reading() {
  const consumer = new FakeConsumer()
  /** What happens to states, and what is handed over. */
  const seen: string[] = []
  /** What the beginning of a state waits for. */
  let mayBegin: Promise<void> | undefined
  let gate: Promise<void> | undefined
  let open = () => {}
  const closed = () => new Promise<void>((resolve) => open = resolve)
  const reader = new TopicReader({
    kafka: consumer.kafka,
    admin: consumer.admin,
    topics: ['t'],
    group: 'g',
    assigner: undefined,
    consumer: { sessionTimeout: 3000, heartbeatInterval: 50 },
    startAt: 'stored',
    stopAt: 'never',
    say() {},
    states: {
      topic: 's',
      isOne: false,
      of: (partition) => ({
        topic: 's',
        partition,
        isOfOne: true,
        async begin() {
          seen.push(`begin ${partition}`)
          await mayBegin
        },
        take() {},
        progress() {},
        end: () => Promise.resolve(new Map([[partition, 5]])),
        goOn: () => void seen.push(`go on ${partition}`),
      }),
      lost: (partition) => void seen.push(`lost ${partition}`),
    },
  })
  readers.push(reader)
  const loop = async () => {
    for await (const message of reader.messages()) {
      await gate
      const { type, source } = message
      if (!reader.isLost(message)) seen.push(`${type} ${source}`)
    }
  }
  loop().catch((error) => seen.push(`${error}`))
  const has = (text: string) => until(text, () => seen.includes(text))
  return {
    consumer,
    reader,
    seen,
    has,
    join: (partitions: readonly number[], id = 'me') => {
      return consumer.join([...partitions], id, { s: [...partitions] })
    },
    async readState(partition: number) {
      await until(`state ${partition}`, () => {
        return consumer.calls.includes(`seek {"topic":"s","partition":${partition},"offset":"0"}`)
      })
      consumer.calls.length = 0
      await consumer.give({ topic: 's', partition, offsets: [999] })
      await has(`source ${partition}`)
    },
    holdBeginnings: () => void (mayBegin = closed()),
    holdLoop: () => void (gate = closed()),
    open: () => open(),
  }
}

const resumes = (call: string) => call.startsWith('resume') && call.includes('"t"')

test('while the state of one is read no batch of another waits, which it would wait for', async () => {
  const { consumer, reader, join, readState, has } = reading()
  await sleep(1)
  join([0])
  await readState(0)
  await sleep(5)
  consumer.calls.length = 0
  join([0, 1])
  await until('the state', () => consumer.calls.some((call) => /^seek.*"s"/.test(call)))
  assert.ok(!consumer.calls.some(resumes), `${consumer.calls}`)
  await readState(1)
  await until('both', () => consumer.calls.some(resumes))

  consumer.calls.length = 0
  reader.redo('t', 0)
  await consumer.give({ partition: 1, offsets: [5] })
  await readState(0)
  await until('both', () => consumer.calls.some(resumes))
  await consumer.give({ partition: 1, offsets: [5] })
  await has('lines 1')
})

test('one that is lost as it begins is begun when it comes back', async () => {
  const { join, readState, has, holdBeginnings, open } = reading()
  await sleep(1)
  holdBeginnings()
  join([0])
  await has('begin 0')
  join([])
  await has('lost 0')
  open()
  join([0])
  await readState(0)
})

test('what was read of one before it was lost does not come when it is back', async () => {
  const { consumer, seen, join, readState, holdLoop, open } = reading()
  await sleep(1)
  join([0])
  await readState(0)
  holdLoop()
  const first = consumer.give({ offsets: [5] })
  const rebalance = () => Promise.reject(new Error('The group is rebalancing'))
  const second = consumer.give({ offsets: [6], heartbeat: rebalance })
  await assert.rejects(second, /rebalancing/)
  join([0], 'another')
  await sleep(20)
  open()
  await first
  const before = seen.lastIndexOf('lost 0')
  await readState(0)
  await until('all of it', () => seen.lastIndexOf('source 0') > before)
  assert.deepEqual(seen.slice(seen.indexOf('lost 0')), ['lost 0', 'begin 0', 'go on 0', 'source 0'])
})
