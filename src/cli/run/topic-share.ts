/**
 * What is counted from one state in a topic: all partitions, or one of several that processes share.
 * Each commit adds to the state what has changed; what comes out is committed with it, or has gone
 * out before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UcError } from '../../errors.ts'
import type { Outcome } from '../../io/drive.ts'
import { turn } from '../../io/pipe-chunks.ts'
import { grouped } from '../../io/result-format.ts'
import type { KafkaSession } from '../../kafka/brokers/kafka-session.ts'
import type { StartAt } from '../../kafka/reading/offsets.ts'
import type { ReaderMessage } from '../../kafka/reading/outlet.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import type { OwnedState } from '../../kafka/reading/state-partition.ts'
import { storedOffsets } from '../../kafka/reading/stored-offsets.ts'
import { Commits, type Committed, type LinesToCommit } from '../../kafka/state/commits.ts'
import { checkStored, Unsettled } from '../../kafka/state/group-offsets.ts'
import { StateTopic } from '../../kafka/state/state-topic.ts'
import { TopicPositions } from '../../kafka/state/topic-positions.ts'
import type { Committing, Transactions } from '../../kafka/writing/transactions.ts'
import type { Ledger } from '../../ledger.ts'
import type { Reject } from '../../records.ts'
import type { Emit, Held, Stage } from '../../stage.ts'
import { type Kept, together } from '../../state/kept.ts'
import type { ReadTopic } from '../kafka-plan.ts'
import { SavedFlags } from './saved-flags.ts'

/** The stages of a share, made when it begins. */
export interface ShareStages<Out> {
  readonly stage: Stage<ReaderMessage, Out | Reject>
  readonly openWindows: () => number
  readonly held: () => Held
  /** What is committed with the state; undefined: it goes out before. */
  readonly lines: LinesToCommit | undefined
  /** What comes out, its rejects aside. */
  take(message: Out): void
}

export interface ShareParts<Out> {
  readonly read: ReadTopic
  /** Of the state. */
  readonly partition: number
  /** Whether it covers that partition of the topic alone. */
  readonly isOfOne: boolean
  readonly kafka: Omit<KafkaSession, 'close'>
  readonly transactions: Transactions
  readonly ledger: Ledger
  readonly newStages: (positions: TopicPositions) => ShareStages<Out>
  /** Bytes that were read. */
  onBytes(count: number): void
  /** All that goes out before a commit has arrived when it resolves. */
  arrived(): Promise<unknown>
  /** Waits until we are the owner for sure; throws where we are not. */
  confirm(): Promise<void>
}

export class TopicShare<Out extends { readonly type: string }> implements OwnedState {
  readonly topic: string
  readonly partition: number
  readonly isOfOne: boolean
  readonly ledger: Ledger
  readonly #parts: ShareParts<Out>
  readonly #positions: TopicPositions
  readonly #stateTopic: StateTopic
  readonly #stages: ShareStages<Out>
  readonly #kept: Kept
  readonly #commits: Commits
  #committing: Committing | undefined
  /** The stages have what the state holds, and where it goes on is known: before, nothing is committed. */
  #isLoaded = false
  /** What the stages have taken is not what is noted. */
  #isInMessage = false
  #isGivenUp = false
  #saidMs = Infinity

  constructor(parts: ShareParts<Out>) {
    const { read: { topic, group, state }, partition, ledger, newStages, arrived } = parts
    this.topic = state.topic
    this.partition = partition
    this.isOfOne = parts.isOfOne
    this.ledger = ledger
    this.#parts = parts
    this.#positions = new TopicPositions(topic)
    this.#stateTopic = new StateTopic(state.topic, partition)
    this.#stages = newStages(this.#positions)
    const flags = new SavedFlags({
      flags: new Map([...state.flags, ['--group', group]]), // two must not share a topic
      defaults: state.defaults,
      where: `topic ${state.topic}`,
    })
    this.#kept = together([flags, this.#positions, this.#stages.stage])
    this.#commits = new Commits({
      commit: (written) => this.#committing!.commit(written),
      stateTopic: this.#stateTopic,
      positions: this.#positions,
      kept: this.#kept,
      everyMs: state.commitEveryMs,
      isWhole: () => this.#isLoaded && !this.#isInMessage,
      arrived,
      lines: this.#stages.lines,
    })
  }

  get committed(): Committed {
    return this.#commits.committed
  }

  get openWindows(): number {
    return this.#stages.openWindows()
  }

  held(): Held {
    return this.#stages.held()
  }

  /** Notes behind each message how far its partition is counted. */
  push(message: ReaderMessage, emit: Emit<Reject>): void {
    const { read: { state }, onBytes } = this.#parts
    // Where the stream goes on, so does each partition, also behind its last message of now
    if (message.type === 'source-end' && !state.closes) return
    if (message.type === 'lines') onBytes(message.lines.length)
    this.#isInMessage = true
    this.#stages.stage.push(message, this.#emitTo(emit))
    this.#isInMessage = false
    if (message.type === 'lines') this.#positions.reach(message.source, message.next)
    else if (message.type === 'source') this.#positions.reach(message.source, message.line! + 1)
  }

  *tick(nowMs: number, emit: Emit<Reject>): Generator<void> {
    if (this.#isLoaded) yield* this.#stages.stage.tick?.(nowMs, this.#emitTo(emit)) ?? []
  }

  /** The end of the stream, or of the run. */
  *inSteps(how: 'end' | 'stop', emit: Emit<Reject>): Generator<void> {
    const { stage } = this.#stages
    if (stage.inSteps === undefined) stage[how](this.#emitTo(emit))
    else yield* stage.inSteps(how, this.#emitTo(emit))
  }

  /** Begins the commit that is due, if one is. Throws OwnershipLost. */
  pass(): Promise<void> {
    return this.#commits.pass()
  }

  /** All that can be is committed when it resolves. */
  async last({ failure, signal }: Outcome): Promise<void> {
    if (!this.#isLoaded) return
    const isWhole = failure === undefined && signal === undefined
    const isRefused = failure instanceof UcError && failure.code === 'refused'
    if (isRefused) return // what was refused is refused again
    if (isWhole && this.#parts.read.state.closes) await this.#commits.lastAndEmpty()
    else await this.#commits.last()
  }

  async begin(): Promise<void> {
    this.#committing = await this.#parts.transactions.begin()
    this.#saidMs = performance.now()
  }

  take(message: Parameters<OwnedState['take']>[0]): void {
    this.#stateTopic.take(message)
  }

  progress(taken: number, of: number): void {
    if (performance.now() - this.#saidMs < progressMs || taken === of) return
    this.#saidMs = performance.now()
    this.#say(`reading the state in ${this.#where}: ${Math.floor(100 * taken / of)} %`)
  }

  goOn(starts: ReadonlyMap<number, number>): void {
    for (const [partition, start] of starts) this.#positions.reach(partition, start)
    this.#stages.lines?.begin?.()
    this.#isLoaded = true
  }

  async end(startAt: StartAt): Promise<ReadonlyMap<number, number> | undefined> {
    if (startAt !== 'stored') {
      if (this.#stateTopic.beginAnew()) {
        this.#say(`--start-at: leaves the state in ${this.#where}, and counts anew`)
      }
      return undefined
    }
    try {
      const offsets = await this.#load()
      await this.#checkStored(offsets)
      return offsets
    } catch (error) {
      await this.#parts.confirm() // else another owner has changed it while we read
      if (this.#isGivenUp) return undefined
      throw error
    }
  }

  /** It is ours no more. */
  giveUp(): void {
    this.#isGivenUp = true
  }

  get #where(): string {
    const { isOfOne, partition } = this.#parts
    return isOfOne ? `topic ${this.topic}[${partition}]` : `topic ${this.topic}`
  }

  #say(text: string): void {
    this.#parts.kafka.say(text)
  }

  #emitTo(emit: Emit<Reject>): Emit<Out | Reject> {
    return (message) => isReject(message) ? emit(message) : this.#stages.take(message)
  }

  /** Returns from where the partitions go on; undefined where there is no state. */
  async #load(): Promise<ReadonlyMap<number, number> | undefined> {
    const found = this.#stateTopic.read()
    if (found === undefined) return undefined
    let atMs = performance.now()
    for (const _ of this.#kept.loadInSteps!(found.records)) {
      if (performance.now() - atMs < turnMs) continue
      await turn() // the group hears meanwhile that we live
      atMs = performance.now()
    }
    const { records, bytes } = this.#stateTopic
    const seconds = Math.max(0, Math.round((Date.now() - found.contents.savedMs) / 1000))
    this.#say(
      `goes on from the state in ${this.#where}: ${grouped(records)} records, ` +
        `${grouped(bytes)} bytes, saved ${grouped(seconds)} s ago`,
    )
    return this.#positions.offsets
  }

  /** Brokers may show what was stored a little later than that it was committed. */
  async #checkStored(offsets: ReadonlyMap<number, number> | undefined): Promise<void> {
    const { kafka: { admin }, read: { group, topic, state }, confirm, isOfOne, partition } =
      this.#parts
    for (let waitedMs = 0;; waitedMs += retryMs) {
      const all = await storedOffsets({ admin, group, topic })
      const stored = isOfOne ? new Map([...all].filter(([each]) => each === partition)) : all
      try {
        return checkStored(stored, offsets, { group, topic, stateTopic: state.topic })
      } catch (error) {
        await confirm() // else another owner has stored them meanwhile
        if (waitedMs < settleMs && !this.#isGivenUp) {
          await sleep(retryMs)
          continue
        }
        throw error instanceof Unsettled
          ? new OwnershipLost('interrupted', { cause: error })
          : error
      }
    }
  }
}

function isReject<Out extends { readonly type: string }>(message: Out | Reject): message is Reject {
  return message.type === 'reject'
}

/** A state that takes longer to be read is told of so often. */
const progressMs = 2000
/** While it is loaded whatever else waits has its turn after so long. */
const turnMs = 50
const settleMs = 2000
const retryMs = 100
