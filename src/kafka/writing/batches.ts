/** Messages in batches that brokers take. */
import type { Message } from 'kafkajs'

/** A batch is no larger than brokers take by default, or the topic. */
export const batchBytes = 900_000
/** What a message takes beside key and value, about. */
const messageBytes = 70

/** The number of messages from the first on that go together: at least one, if there is any. */
export function batchLength(messages: readonly Message[], mostBytes: number = batchBytes): number {
  let bytes = 0
  const end = messages.findIndex((message, i) => {
    bytes += sizeOf(message)
    return i > 0 && bytes > mostBytes
  })
  return end === -1 ? messages.length : end
}

/** All of them, in their order. */
export function* batchesOf(
  messages: readonly Message[],
  mostBytes: number = batchBytes,
): Generator<Message[]> {
  for (let rest = messages; rest.length > 0;) {
    const length = batchLength(rest, mostBytes)
    yield rest.slice(0, length)
    rest = rest.slice(length)
  }
}

export function sizeOf({ key, value }: Message): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + messageBytes
}
