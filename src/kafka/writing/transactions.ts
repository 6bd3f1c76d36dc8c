/**
 * Messages to topics and offsets of a group, all of them or none, by one transactional id. Whoever
 * begins with it ends what another process has under way with it, and fences that one for good:
 * kafkajs tells brokers no generation of the group, so nothing else keeps out one that was suspended.
 * (KIP-98, Exactly Once Delivery and Transactional Messaging)
 */
import type { Kafka, Message, Producer } from 'kafkajs'
import { coreOf, mayPass } from '../brokers/trouble.ts'
import { compressionTypes } from '../codecs/codecs.ts'
import type { Compression } from '../codecs/compression.ts'
import { OwnershipLost } from '../reading/owner.ts'
import { batchesOf } from './batches.ts'

export interface TopicMessages {
  readonly topic: string
  readonly messages: readonly Message[]
  readonly compression: Compression
  readonly mostBatchBytes?: number | undefined
}

/** How far a group has come in a topic. */
export interface GroupOffsets {
  readonly topic: string
  readonly partitions: readonly {
    readonly partition: number
    /** Of the message that is read next. */
    readonly offset: string
    readonly metadata: string
  }[]
}

/** What is written together. */
export interface Written {
  readonly messages: readonly TopicMessages[]
  readonly offsets: readonly GroupOffsets[]
}

export interface TransactionsOptions {
  readonly kafka: Kafka
  readonly transactionalId: string
  readonly group: string
  /** An error as the user is to read it; `topic`: which was written to. */
  inWords(error: unknown, topic: string): unknown
}

/** One that nobody ends keeps readers waiting for so long; a commit takes milliseconds. */
const timeoutMs = 60_000
/** With waits up to 2 s: about a minute, in which a broker can start again. */
const retries = 40

export class Transactions {
  readonly #options: TransactionsOptions
  #last: Promise<Committing> | undefined

  constructor(options: TransactionsOptions) {
    this.#options = options
  }

  /**
   * What others have committed when it resolves is all that they ever will, and so is what was
   * committed by what was begun here before.
   */
  async begin(): Promise<Committing> {
    const before = this.#last
    this.#last = (async () => {
      await (await before?.catch(() => undefined))?.close()
      return await this.#begun()
    })()
    return await this.#last
  }

  async close(): Promise<void> {
    await (await this.#last?.catch(() => undefined))?.close()
  }

  async #begun(): Promise<Committing> {
    const { kafka, transactionalId } = this.#options
    const producer = kafka.producer({
      transactionalId,
      transactionTimeout: timeoutMs,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries },
    })
    try {
      await producer.connect()
      const empty = await producer.transaction()
      await empty.abort()
      return new Committing(producer, this.#options)
    } catch (error) {
      await producer.disconnect().catch(() => {}) // it has failed already
      throw error
    }
  }
}

/** Of who has begun last. */
export class Committing {
  readonly #producer: Producer
  readonly #options: TransactionsOptions
  #isOver = false

  constructor(producer: Producer, options: TransactionsOptions) {
    this.#producer = producer
    this.#options = options
  }

  /**
   * Throws OwnershipLost where another has begun since, or where nobody knows whether brokers have it
   * all or nothing: that is known after the next `begin`.
   */
  async commit({ messages, offsets }: Written): Promise<void> {
    if (this.#isOver) throw new OwnershipLost()
    const { group: consumerGroupId } = this.#options
    let writtenTo = messages[0]!.topic
    try {
      const transaction = await this.#producer.transaction()
      for (const { topic, messages: all, compression, mostBatchBytes } of messages) {
        writtenTo = topic
        for (const batch of batchesOf(all, mostBatchBytes)) {
          const options = { topic, acks: -1, compression: compressionTypes[compression] }
          await transaction.send({ ...options, messages: batch })
        }
      }
      for (const { topic, partitions } of offsets) {
        writtenTo = topic
        const topics = [{ topic, partitions: [...partitions] }]
        if (partitions.length > 0) await transaction.sendOffsets({ consumerGroupId, topics })
      }
      await transaction.commit()
    } catch (error) {
      const { type } = coreOf(error, { brokers: [] })
      if (this.#isOver || ofReplaced.includes(type)) {
        throw new OwnershipLost('replaced', { cause: error })
      }
      const cause = this.#options.inWords(error, writtenTo)
      if (mayPass(error) || curedAnew.includes(type)) {
        throw new OwnershipLost('interrupted', { cause })
      }
      throw cause
    }
  }

  /** What is under way is given up. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#producer.disconnect()
  }
}

/** Answers to one whose transactional id another has, or who was away for longer than a transaction. */
const ofReplaced = [
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'UNKNOWN_PRODUCER_ID',
]

/** Answers that who begins anew does not get. */
const curedAnew = ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'TRANSACTION_COORDINATOR_FENCED']
