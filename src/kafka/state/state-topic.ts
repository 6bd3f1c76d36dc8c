/**
 * A topic that holds states, one in each partition: its keyed records (state/kept.ts), each as a message
 * of that key, and under the empty key what they are (io/state/contents.ts). What is ended has no
 * value. Brokers keep the last message of each key.
 */
import { Buffer } from 'node:buffer'
import type { Admin, KafkaMessage, Message } from 'kafkajs'
import { Contents, type ReadContents } from '../../io/state/contents.ts'
import { missingRecord, type StateRecord } from '../../state/kept.ts'
import { UcError } from '../../errors.ts'
import { configOf, partitionsOf } from '../brokers/topics.ts'

/**
 * A state changes with each window, and what is over would stay for a week in a segment that is not
 * full: so brokers begin a new one, and clean the last ones, within minutes.
 */
const config: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.bytes': `${64 * 2 ** 20}`,
  'segment.ms': '600000',
  'min.cleanable.dirty.ratio': '0.3',
  'delete.retention.ms': '3600000',
  'max.message.bytes': `${32 * 2 ** 20}`, // frames that are held, with their lines
}

/**
 * Makes the topic where it is missing, and partitions that it lacks. Throws where brokers would delete
 * what is old.
 */
export async function prepareStateTopic(
  admin: Admin,
  topic: string,
  partitions: number,
): Promise<void> {
  const found = await partitionsOf({ admin, topic, create: { partitions, config } })
  if (found < partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] })
  }
  const policy = await configOf({ admin, topic, name: 'cleanup.policy' })
  if (policy === undefined || policy === 'compact') return
  throw new UcError(
    'failed',
    `topic ${topic} has cleanup.policy=${policy}, and would lose what it holds of a state; set it ` +
      'to compact by kafka-configs, or name another --state-topic',
  )
}

/** What has been read of a topic, and what is to be written next. */
export class StateTopic {
  readonly topic: string
  readonly partition: number
  #contents = new Contents()
  #records = new Map<string, Uint8Array>()
  /** Of a commit whose end has not been read. */
  #begun: [key: string, record: Uint8Array | undefined][] = []
  #head: Uint8Array | undefined
  #commits = 0
  /** Of a state that is to be replaced by the next messages. */
  #old: readonly string[] = []

  constructor(topic: string, partition = 0) {
    this.topic = topic
    this.partition = partition
  }

  /** The next message that there is. What they are comes behind the records of each commit. */
  take({ key, value }: Pick<KafkaMessage, 'key' | 'value'>): void {
    const name = key?.toString() ?? ''
    // What a message holds is a part of all that was fetched with it
    const record = value === null ? undefined : new Uint8Array(value)
    if (name !== '') {
      this.#begun.push([name, record])
      return
    }
    this.#head = record
    for (const [key, value] of this.#begun.splice(0)) {
      if (value === undefined) this.#records.delete(key)
      else this.#records.set(key, value)
    }
  }

  /** All have been taken. Undefined where there is no state. Throws where it is not whole. */
  read():
    | { readonly records: readonly StateRecord[]; readonly contents: ReadContents }
    | undefined {
    const records = [...this.#records]
    for (const [key, value] of records) this.#contents.change(key, value)
    if (this.#head === undefined) {
      if (records.length + this.#begun.length > 0) throw missingRecord('contents')
      return undefined
    }
    const contents = this.#contents.read(this.#head)
    this.#commits = contents.commits
    this.#records = new Map()
    return { records, contents }
  }

  get records(): number {
    return this.#contents.records
  }

  /** Of keys and values. */
  get bytes(): number {
    return this.#contents.bytes
  }

  /** What was read is no more, as soon as anything is written. Returns whether there was anything. */
  beginAnew(): boolean {
    const begun = this.#begun.splice(0).map(([key]) => key)
    this.#old = [...new Set([...begun, ...this.#records.keys(), ...this.#contents.keys])]
    this.#records = new Map()
    this.#contents = new Contents()
    this.#commits = 0
    return this.#old.length > 0
  }

  /** With these changes; null: ended. */
  messagesOf(changes: ReadonlyMap<string, Uint8Array | null>): Message[] {
    const messages = this.#old.filter((key) => !changes.has(key))
      .map((key) => this.#message(key, null))
    this.#old = []
    for (const [key, value] of changes) {
      this.#contents.change(key, value)
      messages.push(this.#message(key, value))
    }
    const head = { commits: ++this.#commits, savedMs: Date.now() }
    messages.push(this.#message('', this.#contents.write(head)))
    return messages
  }

  /** That end it. */
  endings(): Message[] {
    const before = this.#old
    this.beginAnew()
    const keys = [...new Set([...before, ...this.#old]), '']
    this.#old = []
    return keys.map((key) => this.#message(key, null))
  }

  #message(key: string, value: Uint8Array | null): Message {
    const { partition } = this
    return { partition, key, value: value === null ? null : Buffer.from(value) }
  }
}
