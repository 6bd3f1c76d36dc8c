/**
 * Commits of a run that keeps its state in a topic: the lines that have come out since the last one,
 * what has changed in the state, and how far the topic is counted, in one transaction. One is on its
 * way while the next gathers; so they are small while little comes, and large under load.
 */
import type { Message } from 'kafkajs'
import type { Kept } from '../../state/kept.ts'
import type { GroupOffsets, TopicMessages, Written } from '../writing/transactions.ts'
import type { StateTopic } from './state-topic.ts'
import type { TopicPositions } from './topic-positions.ts'

/** What goes out with the state. */
export interface LinesToCommit {
  /** How many there are that are to go out soon. */
  readonly waiting: number
  /** Positions are those from which all goes on. */
  begin?(): void
  /** Before the state is saved: what has not become a line yet does. */
  gather?(): void
  /** None waits any more, even before it resolves. */
  take(): readonly TopicMessages[] | Promise<readonly TopicMessages[]>
}

export interface CommitsOptions {
  /** Of the owner. */
  commit(written: Written): Promise<void>
  readonly stateTopic: StateTopic
  readonly positions: TopicPositions
  /** All that is saved. */
  readonly kept: Kept
  /** Where nothing has come out, so long after the last commit. */
  readonly everyMs: number
  /** Whether all that the stages have taken is noted, and in its place: else nothing is saved. */
  isWhole(): boolean
  /** What goes out another way has arrived when it resolves: before the state says that it came out. */
  arrived(): Promise<unknown>
  /** Lines that are to go out with the state; undefined: they go that other way. */
  readonly lines: LinesToCommit | undefined
}

/** What brokers have of a run: `perhaps` where one was begun, and none has been answered. */
export type Committed = 'nothing' | 'perhaps' | 'something'

/** So many lines wait at most, while a commit is on its way, and it is waited for after so long. */
const mostWaiting = 20_000
const mostMs = 5000

export class Commits {
  readonly #options: CommitsOptions
  #running: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #atMs = performance.now()
  #committed: Committed = 'nothing'
  #isOver = false

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  get committed(): Committed {
    return this.#committed
  }

  /** Called between two messages: begins what is due. Throws what has failed before. */
  async pass(): Promise<void> {
    this.#start()
    const isBehind = () => this.#waiting > mostWaiting || performance.now() - this.#atMs > mostMs
    while (this.#running !== undefined && isBehind()) await this.#running
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** All is committed when it resolves. */
  async last(): Promise<void> {
    await this.#end()
    if (this.#options.isWhole()) await this.#commit()
  }

  /** The same, with nothing left of the state. */
  async lastAndEmpty(): Promise<void> {
    await this.#end()
    const { stateTopic, positions, lines } = this.#options
    lines?.gather?.()
    await this.#write(stateTopic.endings(), positions.groupOffsets(undefined))
  }

  /** None begins by itself any more, and none is on its way when it resolves. */
  async #end(): Promise<void> {
    this.#isOver = true
    await this.#running
    if (this.#failure !== undefined) throw this.#failure.error
  }

  get #waiting(): number {
    return this.#options.lines?.waiting ?? 0
  }

  #start(): void {
    if (this.#running !== undefined || this.#failure !== undefined || this.#isOver) return
    if (!this.#options.isWhole()) return
    const isDue = performance.now() - this.#atMs >= this.#options.everyMs
    if (this.#waiting === 0 && !isDue) return
    this.#running = this.#commit()
      .catch((error) => this.#failure = { error })
      .then(() => {
        this.#running = undefined
        if (this.#waiting > 0) this.#start()
      })
  }

  async #commit(): Promise<void> {
    const { stateTopic, positions, kept, lines } = this.#options
    this.#atMs = performance.now()
    lines?.gather?.()
    const changes = new Map<string, Uint8Array | null>()
    kept.save!((key, value) => changes.set(key, value))
    if (changes.size === 0 && this.#waiting === 0) return
    const state = stateTopic.messagesOf(changes)
    await this.#write(state, positions.groupOffsets(stateTopic.topic))
  }

  async #write(state: Message[], offsets: GroupOffsets): Promise<void> {
    const { stateTopic: { topic }, lines } = this.#options
    const messages: TopicMessages[] = [{ topic, messages: state, compression: 'none' }]
    const taken = lines !== undefined && lines.waiting > 0 ? lines.take() : []
    const [ofLines] = await Promise.all([taken, this.#options.arrived()])
    messages.push(...ofLines)
    if (this.#committed === 'nothing') this.#committed = 'perhaps'
    await this.#options.commit({ messages, offsets: [offsets] })
    this.#committed = 'something'
  }
}
