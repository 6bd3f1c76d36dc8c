/** Where a topic is read from and to, by what a broker says; a whole one is in restart.test.ts. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Admin } from 'kafkajs'
import { explainGap, type SpanOptions, spansOf } from '../../../src/kafka/reading/offsets.ts'

interface Topic {
  readonly low?: number
  readonly high?: number
  /** What the group has stored; -1: nothing. */
  readonly stored?: number
  /** Of the first message of that time or later; -1: there is none. */
  readonly atTime?: number
}

function broker({ low = 0, high = 100, stored = -1, atTime = 50 }: Topic) {
  const asked: string[] = []
  const answer = <T>(name: string, value: T) => () => {
    asked.push(name)
    return Promise.resolve(value)
  }
  const bounds = { partition: 0, offset: `${high}`, low: `${low}`, high: `${high}` }
  const metadata = stored < 0 ? null : 'kept'
  const admin = {
    fetchTopicMetadata: answer('metadata', { topics: [] }),
    fetchTopicOffsets: answer('bounds', [bounds, { ...bounds, partition: 1 }]),
    fetchOffsets: answer('stored', [
      { topic: 't', partitions: [{ partition: 0, offset: `${stored}`, metadata }] },
    ]),
    fetchTopicOffsetsByTimestamp: answer('times', [{ partition: 0, offset: `${atTime}` }]),
  } as unknown as Admin
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  return { admin, asked, said, say }
}

async function span(topic: Topic, options: Partial<SpanOptions> = {}) {
  const { admin, said, say } = broker(topic)
  const where = { topic: 't', partitions: [0], group: 'g' }
  const at = { startAt: 'stored', stopAt: 'never' } as const
  const spans = await spansOf({ admin, say, ...where, ...at, ...options })
  assert.deepEqual([...spans.keys()], [0])
  return { ...spans.get(0)!, said }
}

describe('a topic is read', () => {
  test('from its beginning where nothing is stored, else from there, with what was kept', async () => {
    assert.deepEqual(await span({ low: 7 }), {
      ...{ start: 7, stop: undefined, high: 100 },
      said: [],
    })
    assert.deepEqual(await span({ low: 7, stored: 20 }), {
      ...{ start: 20, stop: undefined, high: 100 },
      said: [],
    })
  })

  test('from and to a place, whatever is stored', async () => {
    const ends = async (options: Partial<SpanOptions>) => {
      const { start, stop } = await span({ low: 7, stored: 20 }, options)
      return [start, stop]
    }
    assert.deepEqual(await ends({ startAt: 'beginning', stopAt: 'end' }), [7, 100])
    assert.deepEqual(await ends({ startAt: 'end' }), [100, undefined])
    assert.deepEqual(await ends({ startAt: 1468244340, stopAt: 1468244399 }), [50, 50])
  })

  test('from the first message that is left; the gap is told', async () => {
    const { start, said } = await span({ low: 23, stored: 20 })
    assert.equal(start, 23)
    assert.match(said.join(), /^t\[0\]: 3 messages, 20 to 22, had been deleted .*; going on at 23$/)
  })

  test('not at all where what was stored lies behind its end', async () => {
    await assert.rejects(span({ high: 5, stored: 7 }), /offset 7 was asked for.* from 5 on; .*anew/)
  })
})

describe('offsets that are missing before a batch', () => {
  const reading = { topic: 't', partition: 0, name: 't[0]', next: 10, high: 100, stop: undefined }

  test('are markers or compacted where the broker knew the offset, which costs no question', async () => {
    for (const first of [11, 60]) {
      const { admin, asked, said, say } = broker({ low: 60 })
      await explainGap(reading, { first, asked: 10 }, { admin, say })
      assert.deepEqual([said, asked], [[], []])
    }
  })

  for (const asked of [11, undefined]) {
    test(`were deleted where the topic begins behind them: fetched from ${asked}`, async () => {
      const { admin, said, say } = broker({ low: 11 })
      await explainGap(reading, { first: 11, asked }, { admin, say })
      assert.match(said.join(), /^t\[0\]: message 10 had been deleted .* going on at 11$/)
    })
  }

  test('count as deleted only up to where the reading ends', async () => {
    const { admin, said, say } = broker({ low: 50 })
    await explainGap({ ...reading, stop: 20 }, { first: 50, asked: 50 }, { admin, say })
    assert.match(said.join(), /10 messages, 10 to 19,/)
  })

  test('are none where the batch begins earlier, unless the topic was made anew', async () => {
    const { admin, said, say } = broker({})
    await explainGap(reading, { first: 4, asked: 4 }, { admin, say })
    assert.deepEqual(said, [])
    const anew = explainGap({ ...reading, high: 6 }, { first: 4, asked: 4 }, { admin, say })
    await assert.rejects(anew, /made anew/)
  })
})
