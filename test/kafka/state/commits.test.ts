/** When a run commits, and what: on transactions that take as long as a test wants. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Commits, type CommitsOptions } from '../../../src/kafka/state/commits.ts'
import { StateTopic } from '../../../src/kafka/state/state-topic.ts'
import { TopicPositions } from '../../../src/kafka/state/topic-positions.ts'
import type { Written } from '../../../src/kafka/writing/transactions.ts'
import { WaitingLines } from '../../../src/kafka/writing/waiting-lines.ts'
import type { ResultLine } from '../../../src/records.ts'
import { together } from '../../../src/state/kept.ts'

function set(options: Partial<CommitsOptions> = {}) {
  const written: Written[] = []
  const ends: ((error?: Error) => void)[] = []
  const positions = new TopicPositions('t')
  const lines = new WaitingLines({ topic: 'r', compression: 'none', mostBatchBytes: undefined })
  const commits = new Commits({
    commit(each) {
      written.push(each)
      return new Promise<void>((resolve, reject) => {
        ends.push((error) => error === undefined ? resolve() : reject(error))
      })
    },
    stateTopic: new StateTopic('s'),
    positions,
    kept: together([positions]),
    everyMs: Infinity,
    isWhole: () => true,
    arrived: () => Promise.resolve(),
    lines,
    ...options,
  })
  const add = (start: number) => {
    lines.add({ type: 'result', line: { window: 'minute', start } as ResultLine })
  }
  /** Of each commit: offsets, and the starts of lines. */
  const seen = () =>
    written.map(({ messages, offsets }) => ({
      offsets: offsets[0]!.partitions.map(({ offset }) => Number(offset)),
      lines: (messages.find(({ topic }) => topic === 'r')?.messages ?? [])
        .map(({ value }) => (JSON.parse(String(value)) as ResultLine).start),
    }))
  return { commits, positions, add, seen, ends, written }
}

test('a line is committed at once, with the place that it comes from', async () => {
  const { commits, positions, add, seen, ends } = set()
  positions.reach(0, 5)
  await commits.pass()
  assert.deepEqual(seen(), [])
  add(1)
  await commits.pass()
  await sleep(1)
  assert.deepEqual(seen(), [{ offsets: [5], lines: [1] }])
  ends[0]!()
})

test('while one is on its way the next gathers, and follows', async () => {
  const { commits, positions, add, seen, ends } = set()
  positions.reach(0, 5)
  add(1)
  await commits.pass()
  await sleep(1)
  for (const next of [6, 7]) {
    positions.reach(0, next)
    add(next)
    await commits.pass()
  }
  await sleep(1)
  assert.equal(seen().length, 1)
  ends[0]!()
  await sleep(1)
  assert.deepEqual(seen()[1], { offsets: [7], lines: [6, 7] })
  ends[1]!()
})

test('where nothing comes out there is one every so often, if anything has changed', async () => {
  const { commits, positions, seen, ends } = set({ everyMs: 0 })
  await commits.pass()
  await sleep(1)
  assert.deepEqual(seen(), [])
  positions.reach(0, 5)
  await commits.pass()
  await sleep(1)
  assert.deepEqual(seen(), [{ offsets: [5], lines: [] }])
  ends[0]!()
  await sleep(1)
  await commits.pass()
  await sleep(1)
  assert.equal(seen().length, 1)
})

test('nothing is committed in mid-message, by no way', async () => {
  let isWhole = true
  const { commits, positions, add, seen, ends } = set({ everyMs: 0, isWhole: () => isWhole })
  positions.reach(0, 5)
  add(1)
  await commits.pass()
  await sleep(1)
  add(2)
  isWhole = false
  ends[0]!() // what waits would follow
  await sleep(1)
  await commits.pass()
  await commits.last()
  assert.equal(seen().length, 1)
})

test('what has failed is told, and nothing follows it', async () => {
  const { commits, positions, add, seen, ends } = set()
  positions.reach(0, 5)
  add(1)
  await commits.pass()
  await sleep(1)
  ends[0]!(new Error('no broker'))
  await sleep(1)
  add(2)
  await assert.rejects(commits.pass(), /no broker/)
  await assert.rejects(commits.last(), /no broker/)
  assert.equal(seen().length, 1)
})

test('what goes out another way has arrived before', async () => {
  const order: string[] = []
  const { commits, positions, ends, written } = set({
    everyMs: 0,
    arrived: async () => {
      await sleep(5)
      order.push(`arrived, ${written.length} commits`)
    },
    lines: undefined,
  })
  positions.reach(0, 5)
  await commits.pass()
  await sleep(20)
  assert.deepEqual(order, ['arrived, 0 commits'])
  ends[0]!()
})

test('the last one ends the state where the stream is over', async () => {
  const { commits, positions, ends, written } = set()
  positions.reach(0, 5)
  const first = commits.last()
  await sleep(1)
  ends[0]!()
  await first
  const last = commits.lastAndEmpty()
  await sleep(1)
  ends[1]!()
  await last
  assert.deepEqual(written[1]!.messages[0]!.messages.map(({ key, value }) => [key, value]), [
    ['topic/0', null],
    ['', null],
  ])
  const partitions = [{ partition: 0, offset: '5', metadata: '' }]
  assert.deepEqual(written[1]!.offsets, [{ topic: 't', partitions }])
})
