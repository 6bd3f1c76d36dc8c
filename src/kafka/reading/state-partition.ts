/** The partition that holds a state, read from its first message to the last one that is there. */
import type { KafkaMessage } from 'kafkajs'
import type { StartAt } from './offsets.ts'

/** What an owner does with the state that he finds. */
export interface OwnedState {
  readonly topic: string
  readonly partition: number
  /** Whether it covers one of several partitions. */
  readonly isOfOne: boolean
  /** What it covers is ours now: from here on nobody else may change it. */
  begin(): Promise<void>
  /** One of its messages, in their order. */
  take(message: KafkaMessage): void
  /** How many of so many have been taken. */
  progress(taken: number, of: number): void
  /**
   * All have been taken. Returns the offsets to go on from, by partition; undefined: there is none.
   * `startAt`: from where this run is to begin.
   */
  end(startAt: StartAt): Promise<ReadonlyMap<number, number> | undefined>
  /** The offsets from which they do go on: nothing has been read of them yet. */
  goOn(starts: ReadonlyMap<number, number>): void
}

export class StatePartition {
  readonly #state: Pick<OwnedState, 'take' | 'progress'>
  readonly #low: number
  readonly #high: number
  /** Settled when all has been taken. */
  readonly isRead: Promise<void>
  #settle = () => {}
  /** Offset of the message that is taken next. */
  next: number

  constructor(
    state: Pick<OwnedState, 'take' | 'progress'>,
    { low, high }: { readonly low: number; readonly high: number },
  ) {
    this.#state = state
    this.#low = this.next = low
    this.#high = high
    this.isRead = new Promise((resolve) => this.#settle = resolve)
    this.reach(low)
  }

  get isDone(): boolean {
    return this.next >= this.#high
  }

  take(messages: readonly KafkaMessage[]): void {
    for (const message of messages) {
      if (Number(message.offset) < this.next) continue // taken before a rebalance
      if (Number(message.offset) >= this.#high) return
      this.#state.take(message)
    }
  }

  /** All before that offset has been taken. */
  reach(next: number): void {
    this.next = Math.max(this.next, next)
    this.#state.progress(Math.min(this.next, this.#high) - this.#low, this.#high - this.#low)
    if (this.isDone) this.#settle()
  }

  /** Nobody waits for it any more. */
  giveUp(): void {
    this.#settle()
  }
}
