/** Batches that compaction has emptied are passed: in answers as brokers write them. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { type FetchAnswer, showEmptied } from '../../../src/kafka/reading/emptied-batches.ts'

interface Batch {
  readonly base: number
  /** Of its last offset. */
  readonly delta: number
  /** Bytes that are missing at its end. */
  readonly cut?: number
}

function bytes(size: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size)
  write(buffer)
  return buffer
}

function batchBytes({ base, delta, cut = 0 }: Batch): Buffer {
  const whole = bytes(61, (buffer) => {
    buffer.writeBigInt64BE(BigInt(base))
    buffer.writeInt32BE(61 - 12, 8)
    buffer.writeInt8(2, 16)
    buffer.writeInt32BE(delta, 23)
  })
  return whole.subarray(0, 61 - cut)
}

/** Of one topic; `aborted`: how many transactions are listed, -1 for none. */
function answerBytes(
  topic: string,
  partitions: readonly { readonly batches: readonly Batch[]; readonly aborted?: number }[],
): Buffer {
  const name = Buffer.from(topic)
  const int32 = (value: number) => bytes(4, (buffer) => buffer.writeInt32BE(value))
  return Buffer.concat([
    ...[Buffer.alloc(10), int32(1), bytes(2, (buffer) => buffer.writeInt16BE(name.length)), name],
    int32(partitions.length),
    ...partitions.flatMap(({ batches, aborted = -1 }, partition) => {
      const records = Buffer.concat(batches.map(batchBytes))
      return [
        ...[int32(partition), Buffer.alloc(2 + 24), int32(aborted)],
        ...[Buffer.alloc(Math.max(0, aborted) * 16), int32(-1), int32(records.length), records],
      ]
    }),
  ])
}

function decoded(topicName: string, messages: readonly (readonly string[])[]): FetchAnswer {
  return {
    responses: [{
      topicName,
      partitions: messages.map((offsets, partition) => {
        return { partition, messages: offsets.map((offset) => ({ offset })) }
      }),
    }],
  }
}

function shownIn(answer: FetchAnswer): unknown {
  return answer.responses[0]!.partitions.map(({ messages }) => {
    return messages.map(({ offset, isControlRecord = false }) => [offset, isControlRecord])
  })
}

test('an answer of emptied batches alone ends behind the last of them', () => {
  const answer = decoded('tøpic', [[], ['7'], [], []])
  const raw = answerBytes('tøpic', [
    { batches: [{ base: 5, delta: 0 }, { base: 6, delta: 8000 }], aborted: 2 },
    { batches: [{ base: 7, delta: 0 }], aborted: 0 },
    { batches: [] },
    { batches: [{ base: 2 ** 40, delta: 3 }, { base: 2 ** 40 + 9, delta: 9, cut: 20 }] },
  ])
  // Of a larger buffer, as answers are
  showEmptied(answer, Buffer.concat([Buffer.alloc(3), raw]).subarray(3))
  assert.deepEqual(shownIn(answer), [
    [['8006', true]],
    [['7', false]],
    [],
    [[`${2 ** 40 + 3}`, true]],
  ])
})

test('one of messages of another time, without batches, stays as it is', () => {
  const answer = decoded('t', [[]])
  const raw = answerBytes('t', [{ batches: [{ base: 1, delta: 1 }] }])
  raw[raw.length - 61 + 16] = 1
  showEmptied(answer, raw)
  assert.deepEqual(shownIn(answer), [[]])
})
