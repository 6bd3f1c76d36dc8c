/** Which partitions wait for others, are behind, or have lost their messages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Partition, Partitions } from '../../../src/kafka/reading/partitions.ts'
import type { ReaderProgress } from '../../../src/sources/source-progress.ts'

const minuteMs = 60_000
const span = { start: 5, stop: undefined, high: 100 }

function three(
  times: readonly number[],
): readonly [Partitions, readonly Partition[], ReaderProgress] {
  const timeOf = (source: number) => times[source] ?? -Infinity
  const progress: ReaderProgress = { timeOf, isReadToItsEnd: () => true }
  const partitions = new Partitions({ progress })
  return [partitions, [0, 1, 2].map((partition) => partitions.add('t', partition, span)), progress]
}

const names = (each: readonly Partition[]) => each.map(({ name }) => name)

test('one that is more than ten minutes ahead of the slowest waits, until it is not', () => {
  const times = [0, 10 * minuteMs, 10 * minuteMs + 1]
  const [partitions] = three(times)
  assert.deepEqual(names(partitions.pace().paused), ['t[2]'])
  assert.deepEqual(partitions.pace(), { paused: [], resumed: [] })
  times[0] = 1
  assert.deepEqual(names(partitions.pace().resumed), ['t[2]'])
})

test('those with nothing to read, or at their end, hold back none', () => {
  const times = [0, 0, 60 * minuteMs]
  const [partitions, [first, second]] = three(times)
  first!.next = first!.high
  second!.isEnded = true
  assert.deepEqual(partitions.pace().paused, [])
})

test('without times of frames the times of the messages count', () => {
  const partitions = new Partitions()
  const [first, second] = [0, 1].map((partition) => partitions.add('t', partition, span))
  first!.writtenMs = 0
  second!.writtenMs = 11 * minuteMs
  assert.deepEqual(names(partitions.pace().paused), ['t[1]'])
})

test('one that comes again after it was lost is a new source', () => {
  const [partitions, [first]] = three([])
  assert.deepEqual(names(partitions.without(({ partition }) => partition > 0)), ['t[0]'])
  assert.equal(partitions.get('t', 0), undefined)
  assert.equal(partitions.ofSource(first!.source), undefined)
  const again = partitions.add('t', 0, span)
  assert.notEqual(again.source, first!.source)
  assert.equal(partitions.ofSource(again.source), again)
  assert.deepEqual(names(partitions.without(() => false)), ['t[1]', 't[2]', 't[0]'])
})

test('is read to its end only by what a broker has said lately, and not while it waits', () => {
  const [partitions, [first], progress] = three([])
  const isRead = () => progress.isReadToItsEnd(first!.source)
  first!.next = first!.high
  assert.equal(isRead(), false)
  partitions.noteFetch()
  assert.equal(isRead(), true)
  first!.isPaused = true
  assert.equal(isRead(), false)
  first!.isPaused = false
  first!.next--
  assert.equal(isRead(), false)
  first!.isEnded = true
  assert.equal(isRead(), true)
  assert.equal(progress.isReadToItsEnd(99), true, 'another member has it')
})

test('the lag is what is there and was not read, up to where reading ends', () => {
  const partitions = new Partitions()
  partitions.add('t', 0, span)
  partitions.add('t', 1, { ...span, stop: 10 })
  partitions.add('t', 2, { ...span, start: 200 })
  assert.equal(partitions.lag, 95 + 5)
})

test('messages are missing that were there and do not come, but not of one that waits', () => {
  const [partitions, [first, second, third]] = three([])
  for (const each of [first!, second!, third!]) each.heardAtMs = performance.now() - 2000
  second!.isPaused = true
  third!.next = third!.high
  assert.deepEqual(names(partitions.missing), ['t[0]'])
  first!.heardAtMs = Infinity // they are being handed over
  assert.deepEqual(partitions.missing, [])
})
