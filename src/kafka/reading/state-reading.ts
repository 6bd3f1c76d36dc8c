/**
 * How the owner of a topic, or of one of its partitions, reads the state of it: by the consumer of
 * the topic, as one more partition, so that it needs no group of its own. It is read before anything
 * else, and never again.
 */
import type { Admin, EachBatchPayload } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { OwnershipLost } from './owner.ts'
import { boundsOf, type StartAt } from './offsets.ts'
import { type OwnedState, StatePartition } from './state-partition.ts'

/** Of the consumer, for the partition of the state. */
export interface StateConsumer {
  seek(offset: number): void
  resume(): void
  pause(): void
}

export type Assignment = Readonly<Record<string, readonly number[]>>

export class StateReading {
  readonly #state: OwnedState
  readonly #consumer: StateConsumer
  readonly #admin: Admin
  /** From the moment at which all was given to us. */
  #isOwner = false
  /** While it is read. */
  #partition: StatePartition | undefined
  #isGivenUp = false

  constructor(state: OwnedState, admin: Admin, consumer: StateConsumer) {
    this.#state = state
    this.#admin = admin
    this.#consumer = consumer
  }

  /**
   * Returns from where the partitions go on, by it. Throws where whoever leads the group, who gives
   * what the members of its kind have subscribed to, has given us another one.
   */
  async read(
    startAt: StartAt,
    assignment: Assignment,
  ): Promise<ReadonlyMap<number, number> | undefined> {
    const { topic, partition, isOfOne } = this.#state
    if (!this.#isIn(assignment)) {
      if (!isOfOne) throw elsewhere(topic)
      // The frames have a new partition, and the state will
      throw new OwnershipLost('interrupted', { cause: elsewhere(topic) })
    }
    this.#isOwner = true
    await this.#state.begin()
    const bounds = (await boundsOf(topic, this.#admin)).find((each) => each.partition === partition)
    if (this.#isGivenUp) return undefined // meanwhile
    this.#partition = new StatePartition(this.#state, bounds!)
    this.#readOn()
    await this.#partition.isRead
    this.#partition = undefined
    this.#consumer.pause()
    return this.#isGivenUp ? undefined : await this.#state.end(startAt)
  }

  /** It is ours no more, or all has failed. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** From there all goes on. */
  goOn(starts: ReadonlyMap<number, number>): void {
    this.#state.goOn(starts)
  }

  /** After a rebalance. Returns whether it is ours still, or has not been yet. */
  joined(assignment: Assignment): boolean {
    if (!this.#isOwner) return true
    if (!this.#isIn(assignment)) return false
    if (this.#partition !== undefined) this.#readOn()
    return true
  }

  async take({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    if (this.#partition === undefined || isStale()) return
    this.#partition.take(batch.messages)
    this.#partition.reach(Number(batch.lastOffset()) + 1)
    resolveOffset(batch.messages.at(-1)!.offset)
    await heartbeat()
  }

  /** Up to that offset there was nothing but markers. */
  reach(next: number): void {
    this.#partition?.reach(next)
  }

  /** Nobody waits for it any more. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#partition?.giveUp()
  }

  #isIn(assignment: Assignment): boolean {
    const { topic, partition } = this.#state
    return assignment[topic]?.includes(partition) === true
  }

  #readOn(): void {
    this.#consumer.seek(this.#partition!.next)
    this.#consumer.resume()
  }
}

function elsewhere(topic: string): UcError {
  return new UcError(
    'failed',
    `the group has members that keep its state elsewhere than in topic ${topic}; ` +
      'give all of them the same --state-topic',
  )
}
