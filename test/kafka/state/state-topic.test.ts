/** What is read of a topic is what was written, all of it, or an error. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import type { Message } from 'kafkajs'
import { below, pick, seededRandom } from '../../../src/generate/random.ts'
import { StateTopic } from '../../../src/kafka/state/state-topic.ts'
import { RecordWriter } from '../../../src/state/record.ts'
import { seed, seedHint } from '../../support/seed.ts'

type Records = ReadonlyMap<string, Uint8Array>

function record(key: string, n: number): Uint8Array {
  return new RecordWriter().number(n).of(key)
}

/** As brokers give it back. */
function readOf(messages: readonly Message[]): StateTopic {
  const topic = new StateTopic('t')
  for (const { key, value } of messages) {
    topic.take({
      key: Buffer.from(key as string),
      value: value === null ? null : Buffer.from(value as Buffer),
    })
  }
  return topic
}

function recordsOf(topic: StateTopic): Records | undefined {
  const found = topic.read()
  return found && new Map(found.records.map(([key, value]) => [key, value]))
}

test(`commits read again are the records that stand; ${seedHint}`, () => {
  const random = seededRandom(seed)
  for (let run = 0; run < 200; run++) {
    const messages: Message[] = []
    const records = new Map<string, Uint8Array>()
    let topic = new StateTopic('t')
    for (let commit = below(random, 10); commit >= 0; commit--) {
      const changes = new Map<string, Uint8Array | null>()
      for (let n = below(random, 8); n >= 0; n--) {
        const key = `k${below(random, 12)}`
        changes.set(key, below(random, 3) > 0 ? record(key, below(random, 1000)) : null)
      }
      if (below(random, 10) === 0) {
        topic.beginAnew()
        records.clear()
      }
      messages.push(...topic.messagesOf(changes))
      for (const [key, value] of changes) {
        if (value === null) records.delete(key)
        else records.set(key, value)
      }
      if (below(random, 4) > 0) continue
      topic = readOf(messages)
      assert.deepEqual(recordsOf(topic), records)
    }
    assert.deepEqual(recordsOf(readOf(messages)), records)
    assert.ok(messages.every(({ partition }) => partition === 0))
    const compacted = messages.filter(({ key }, i) => {
      return messages.findLastIndex((other) => other.key === key) === i
    })
    assert.deepEqual(recordsOf(readOf(compacted)), records)
    const lost = pick(random, compacted)
    const rest = compacted.filter((message) => message !== lost)
    if (lost.value === null) assert.deepEqual(recordsOf(readOf(rest)), records)
    else if (rest.some(({ value }) => value !== null)) {
      assert.throws(() => readOf(rest).read(), /damaged|missing/, String(lost.key))
    }
    messages.push(...topic.endings())
  }
})

test('a state that was ended is none', () => {
  const topic = new StateTopic('t')
  const messages = topic.messagesOf(new Map([['a', record('a', 1)], ['b', record('b', 2)]]))
  messages.push(...topic.endings())
  assert.equal(readOf(messages).read(), undefined)
})

test('what is begun anew ends what was there, whatever it was', () => {
  const messages = new StateTopic('t').messagesOf(new Map([['a', record('a', 1)]]))
  const damaged = readOf(messages.slice(0, 1))
  damaged.beginAnew()
  messages.push(...damaged.messagesOf(new Map([['b', record('b', 2)]])))
  assert.deepEqual([...recordsOf(readOf(messages))!.keys()], ['b'])
})
