/**
 * The states of what is ours: one of the whole topic, or one of each partition, in the partition of
 * its number. What is taken from us is told at once, as another may read on.
 */
import type { Admin, EachBatchPayload } from 'kafkajs'
import type { OwnedState } from './state-partition.ts'
import { type Assignment, type StateConsumer, StateReading } from './state-reading.ts'

export interface OwnedStates {
  readonly topic: string
  /** Whether there is one for all partitions, in partition 0. */
  readonly isOne: boolean
  /** That of a partition which is ours from now on. */
  of(partition: number): OwnedState
  /** It is ours no more: what was counted of it is worth nothing. */
  lost(partition: number): void
}

/** Partitions that are begun together, from what one state says. */
export interface BegunTogether {
  readonly partitions: readonly number[]
  /** Undefined: there is none to be read. */
  readonly reading: StateReading | undefined
}

export class StateReadings {
  readonly #states: OwnedStates
  readonly #admin: Admin
  readonly #consumerOf: (partition: number) => StateConsumer
  readonly #byPartition = new Map<number, StateReading>()

  constructor(
    states: OwnedStates,
    admin: Admin,
    consumerOf: (partition: number) => StateConsumer,
  ) {
    this.#states = states
    this.#admin = admin
    this.#consumerOf = consumerOf
  }

  get topic(): string {
    return this.#states.topic
  }

  /** A state of all is read once. */
  begin(partitions: readonly number[]): readonly BegunTogether[] {
    if (!this.#states.isOne) {
      return partitions.map((each) => ({ partitions: [each], reading: this.#reading(each) }))
    }
    const isRead = this.#byPartition.has(0)
    return [{ partitions, reading: isRead ? undefined : this.#reading(0) }]
  }

  /** After a rebalance. Returns those that are ours no more; `isAnew`: we had been out of the group. */
  joined(assignment: Assignment, isAnew: boolean): readonly number[] {
    const lost = [...this.#byPartition]
      .filter(([, reading]) => isAnew || !reading.joined(assignment))
      .map(([partition]) => partition)
    for (const partition of lost) this.lose(partition)
    return lost
  }

  lose(partition: number): void {
    this.#byPartition.get(partition)?.giveUp()
    this.#byPartition.delete(partition)
    this.#states.lost(partition)
  }

  async take(payload: EachBatchPayload): Promise<void> {
    await this.#byPartition.get(payload.batch.partition)?.take(payload)
  }

  /** Up to that offset there was nothing but markers. */
  reach(partition: number, next: number): void {
    this.#byPartition.get(partition)?.reach(next)
  }

  /** Nobody waits for them any more. */
  giveUp(): void {
    for (const reading of this.#byPartition.values()) reading.giveUp()
  }

  #reading(partition: number): StateReading {
    const state = this.#states.of(partition)
    const reading = new StateReading(state, this.#admin, this.#consumerOf(partition))
    this.#byPartition.set(partition, reading)
    return reading
  }
}
