/**
 * What compaction has emptied. A batch whose messages are all gone may stay, as the last one of its
 * producer, whose sequence it holds. Where an answer brings such batches alone (the rest of a segment;
 * or the next batch does not fit beside them), kafkajs (2.2) sees nothing, and asks for the same again,
 * for ever. So it is shown a record of control at the last offset that they cover, and passes it.
 *
 * Fetch response, version 11, which brokers have since 2.3 (kafka.apache.org/protocol):
 *
 *   throttle 4 | error 2 | session 4 | topics: name 2+n | partitions: partition 4 | error 2 |
 *   high watermark 8 | stable offset 8 | log start 8 | aborted: producer 8, first 8 | replica 4 |
 *   records: 4+n bytes of batches: base offset 8 | length 4 | epoch 4 | magic 1 | sum 4 |
 *   attributes 2 | last offset, less the base 4 | …
 */
import type { FetchedPartition } from './committed-messages.ts'

export interface FetchAnswer {
  readonly responses: readonly {
    readonly topicName: string
    readonly partitions: readonly (FetchedPartition & { readonly partition: number })[]
  }[]
}

const magic = 2
const magicAt = 16
const lastDeltaAt = 23

/** Adds those records to an answer as kafkajs has decoded it. `raw`: as it came. */
export function showEmptied(answer: FetchAnswer, raw: Uint8Array): void {
  const isEmpty = ({ partitions }: FetchAnswer['responses'][number]) => {
    return partitions.some(({ messages }) => messages.length === 0)
  }
  if (!answer.responses.some(isEmpty)) return
  const covered = lastOffsets(raw)
  for (const { topicName, partitions } of answer.responses) {
    for (const fetched of partitions) {
      const last = covered.get(`${topicName}/${fetched.partition}`)
      if (fetched.messages.length > 0 || last === undefined) continue
      fetched.messages = [{
        offset: `${last}`,
        key: null,
        isControlRecord: true,
        batchContext: { producerId: '-1', inTransaction: false },
      }]
    }
  }
}

/** By topic and partition, the last offset of the whole batches that came. */
function lastOffsets(raw: Uint8Array): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>()
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const decoder = new TextDecoder()
  let at = 10
  const count = () => {
    at += 4
    return view.getInt32(at - 4)
  }
  for (let topics = count(); topics > 0; topics--) {
    const length = view.getInt16(at)
    const topic = decoder.decode(raw.subarray(at + 2, at + 2 + length))
    at += 2 + length
    for (let partitions = count(); partitions > 0; partitions--) {
      const partition = count()
      at += 2 + 3 * 8
      const aborted = Math.max(0, count())
      at += aborted * 16 + 4
      const bytes = Math.max(0, count())
      const last = lastOffsetIn(view, at, at + bytes)
      if (last !== undefined) found.set(`${topic}/${partition}`, last)
      at += bytes
    }
  }
  return found
}

function lastOffsetIn(view: DataView, from: number, to: number): bigint | undefined {
  let last: bigint | undefined
  for (let at = from; at + lastDeltaAt + 4 <= to;) {
    const next = at + 12 + view.getInt32(at + 8)
    if (next > to || view.getInt8(at + magicAt) !== magic) break
    last = view.getBigInt64(at) + BigInt(view.getInt32(at + lastDeltaAt))
    at = next
  }
  return last
}
