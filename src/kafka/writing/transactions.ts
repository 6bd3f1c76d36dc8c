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
  readonly offsets: GroupOffsets
}

export interface TransactionsOptions {
  readonly kafka: Kafka
  readonly transactionalId: string
  readonly group: string
}

/** One that nobody ends keeps readers waiting for so long; a commit takes milliseconds. */
const timeoutMs = 15_000
/** With waits up to 2 s: about a minute, in which a broker can start again. */
const retries = 40

export class Transactions {
  readonly #options: TransactionsOptions
  #producer: Producer | undefined

  constructor(options: TransactionsOptions) {
    this.#options = options
  }

  /** What others have committed when it resolves is all that they ever will. */
  async begin(): Promise<void> {
    await this.close()
    const { kafka, transactionalId } = this.#options
    const producer = kafka.producer({
      transactionalId,
      transactionTimeout: timeoutMs,
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries },
    })
    this.#producer = producer
    await producer.connect()
    const empty = await producer.transaction()
    await empty.abort()
  }

  /**
   * Throws OwnershipLost where another has begun since. Where it fails otherwise nobody knows whether
   * brokers have it all or nothing: that is known after the next `begin`.
   */
  async commit({ messages, offsets }: Written): Promise<void> {
    const { group: consumerGroupId } = this.#options
    try {
      const transaction = await this.#producer!.transaction()
      for (const { topic, messages: all, compression, mostBatchBytes } of messages) {
        for (const batch of batchesOf(all, mostBatchBytes)) {
          const options = { topic, acks: -1, compression: compressionTypes[compression] }
          await transaction.send({ ...options, messages: batch })
        }
      }
      const { topic, partitions } = offsets
      if (partitions.length > 0) {
        const topics = [{ topic, partitions: [...partitions] }]
        await transaction.sendOffsets({ consumerGroupId, topics })
      }
      await transaction.commit()
    } catch (error) {
      if (typesOfFenced.includes(coreOf(error, { brokers: [] }).type)) {
        throw new OwnershipLost('fenced', { cause: error })
      }
      if (mayPass(error)) throw new OwnershipLost('interrupted', { cause: error })
      throw error
    }
  }

  /** What is under way is given up. */
  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.disconnect()
  }
}

const typesOfFenced = [
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'UNKNOWN_PRODUCER_ID',
  'PRODUCER_FENCED',
]
