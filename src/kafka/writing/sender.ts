/**
 * Messages to a topic: idempotent, acknowledged by all replicas in sync. One batch is on its way,
 * the next gathers meanwhile; so batches are small while little comes, and large under load.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, {
  type Admin,
  type Kafka,
  type Message,
  type PartitionerArgs,
  type Producer,
} from 'kafkajs'
import { compressionTypes } from '../codecs/codecs.ts'
import type { Compression } from '../codecs/compression.ts'
import type { Owner } from '../reading/owner.ts'
import { mostBatchBytes } from '../brokers/topics.ts'
import { batchBytes, batchLength, sizeOf } from './batches.ts'

export interface SenderOptions {
  readonly kafka: Kafka
  /** Connected. */
  readonly admin: Admin
  readonly topic: string
  readonly compression: Compression
  /** Time for a batch to gather before it is sent, where none is on its way. */
  readonly lingerMs?: number
}

/** So much may wait to be sent. */
const mostPendingBytes = 8_000_000

export class Sender {
  readonly #options: SenderOptions
  #producer: Producer
  #isConnected = false
  #owner: Owner | undefined
  #messages: Message[] = []
  #bytes = 0
  #batchBytes = batchBytes
  #sending: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(options: SenderOptions) {
    this.#options = options
    this.#producer = this.#newProducer()
  }

  async connect(): Promise<void> {
    await this.#reach()
    const most = await mostBatchBytes(this.#options.admin, this.#options.topic)
    this.#batchBytes = Math.min(batchBytes, most ?? Infinity)
  }

  add(message: Message): void {
    this.#messages.push(message)
    this.#bytes += sizeOf(message)
  }

  /** Begins to send; waits only where much is pending. Throws what has failed before. */
  async pass(): Promise<void> {
    this.#start()
    while (this.#bytes > mostPendingBytes && this.#sending !== undefined) await this.#sending
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /**
   * Resolves when the brokers have all that was added. Where an owner is named, nothing is sent, and
   * nothing sent again, before the owner is confirmed.
   */
  async flush(owner?: Owner): Promise<void> {
    this.#owner = owner
    this.#start()
    await this.#sending
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** What was added and has not gone out never does; what failed with it is over. */
  async discard(): Promise<void> {
    this.#messages = []
    this.#bytes = 0
    await this.#sending
    if (this.#failure === undefined) return
    this.#failure = undefined
    // Nobody knows whether the broker has what failed: under the same producer it could take what
    // comes next for that, sent again.
    const failed = this.#producer
    this.#isConnected = false
    this.#producer = this.#newProducer()
    await failed.disconnect().catch(() => {}) // it has failed already
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }

  #newProducer(): Producer {
    return this.#options.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => this.#partitioner(),
    })
  }

  /**
   * A message keeps its partition when it is sent again: kafkajs asks anew then, and one without a
   * key would go elsewhere, where no broker knows that it has been there. That it asks each time is
   * also where a message can be kept from going out: after a suspension it would be tried again.
   */
  #partitioner(): (args: PartitionerArgs) => number {
    const choose = kafkajs.Partitioners.DefaultPartitioner()
    const chosen = new WeakMap<Message, number>()
    return (args) => {
      if (this.#owner?.isConfirmed() === false) throw new Unconfirmed()
      const partition = chosen.get(args.message) ?? choose(args)
      chosen.set(args.message, partition)
      return partition
    }
  }

  async #reach(): Promise<void> {
    if (!this.#isConnected) await this.#producer.connect()
    this.#isConnected = true
  }

  #start(): void {
    if (this.#sending !== undefined || this.#failure !== undefined) return
    if (this.#messages.length === 0) return
    this.#sending = this.#send()
      .catch((error) => this.#failure ??= { error })
      .then(() => this.#sending = undefined)
  }

  async #send(): Promise<void> {
    const { topic, compression, lingerMs = 0 } = this.#options
    if (lingerMs > 0) await sleep(lingerMs)
    await this.#reach()
    while (this.#messages.length > 0) {
      await this.#owner?.confirm()
      const messages = this.#batch()
      const options = { topic, acks: -1, compression: compressionTypes[compression] }
      await this.#producer.send({ ...options, messages })
    }
  }

  /** The first messages, at least one. */
  #batch(): Message[] {
    const length = batchLength(this.#messages, this.#batchBytes)
    const batch = this.#messages.slice(0, length)
    this.#messages = this.#messages.slice(length)
    for (const message of batch) this.#bytes -= sizeOf(message)
    return batch
  }
}

/** kafkajs tries again after a while, as with an answer of a broker that will pass. */
class Unconfirmed extends Error {
  readonly retriable = true
  override readonly message = 'the group has not confirmed for long that the topic is still ours'
}
