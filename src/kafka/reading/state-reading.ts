/**
 * How the owner of a topic, or of one of its partitions, reads the state of it: by the consumer of
 * the topic, as one more partition, so that it needs no group of its own. It is read before anything
 * else, and never again.
 */
import type { Admin, EachBatchPayload } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { patiently } from '../brokers/patiently.ts'
import { OwnershipLost } from './owner.ts'
import { boundsOf, type StartAt } from './offsets.ts'
import { type OwnedState, StatePartition } from './state-partition.ts'

/** Of the consumer, for the partition of the state. */
export interface StateConsumer {
  seek(offset: number): void
  resume(): void
  pause(): void
}

/** One that was under way, one that brought nothing, and the next, before which it would be taken. */
const sureAnswers = 3
/** What is there comes sooner; once it has stood still, each emptied offset is passed at once. */
const sureMs = 500

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
  /** Who is asked for it. */
  #leader: number | undefined
  /** Since it came to the offset that it stands at: the time, and answers of the leader. */
  #still = { next: -1, sinceMs: 0, answers: 0 }

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
    this.#leader = await this.#leaderNow()
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
    this.dropped()
    if (this.#partition !== undefined) this.#readOn()
    return true
  }

  /** What an answer has brought is not taken, and is asked for again: no answer so far says anything. */
  dropped(): void {
    this.#still = { ...this.#still, next: -1 }
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

  /**
   * A broker has answered, after what the answer before has brought was taken. Where compaction has
   * emptied a batch, and it is the last of its segment, or the next is larger than a fetch, an answer
   * brings nothing, and kafkajs asks for the same again. Then there is no message at that offset: its
   * batch would have come, whatever its size. Only here: in a topic of frames a transaction that is
   * open looks the same. `nodeId`: kafkajs gives it as text.
   */
  fetched(nodeId: number | string): void {
    if (this.#partition === undefined || Number(nodeId) !== this.#leader) return
    const { next } = this.#partition
    if (next !== this.#still.next) {
      this.#still = { next, sinceMs: performance.now(), answers: 0 }
      return
    }
    this.#still.answers++
    if (this.#still.answers < sureAnswers || performance.now() - this.#still.sinceMs < sureMs) {
      return
    }
    this.#partition.reach(next + 1)
    this.#still = { ...this.#still, next: next + 1, answers: 0 }
    if (!this.#partition.isDone) this.#readOn()
  }

  /** Nobody waits for it any more. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#partition?.giveUp()
  }

  /** Undefined where that is not known. */
  async #leaderNow(): Promise<number | undefined> {
    const { topic, partition } = this.#state
    const ask = () => this.#admin.fetchTopicMetadata({ topics: [topic] })
    const { topics: [found] } = await patiently(ask)
    return found?.partitions.find(({ partitionId }) => partitionId === partition)?.leader
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
