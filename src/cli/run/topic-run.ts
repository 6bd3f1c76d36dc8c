/**
 * Counts a topic for as long as this process owns it: from the state in its topic on, to which each
 * commit adds what has changed. What comes out is committed with it, or has gone out before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UcError } from '../../errors.ts'
import type { Delivery, Outcome } from '../../io/drive.ts'
import { turn } from '../../io/pipe-chunks.ts'
import { grouped } from '../../io/result-format.ts'
import type { ConnectionConfig } from '../../kafka/brokers/connection.ts'
import type { KafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { oneOwner } from '../../kafka/reading/assigner.ts'
import { messageStage } from '../../kafka/reading/message-frames.ts'
import type { StartAt } from '../../kafka/reading/offsets.ts'
import type { ReaderMessage } from '../../kafka/reading/outlet.ts'
import { TopicReader } from '../../kafka/reading/reader.ts'
import type { OwnedState } from '../../kafka/reading/state-partition.ts'
import { storedOffsets } from '../../kafka/reading/stored-offsets.ts'
import { Commits, type Committed } from '../../kafka/state/commits.ts'
import { checkStored } from '../../kafka/state/group-offsets.ts'
import { StateTopic } from '../../kafka/state/state-topic.ts'
import { TopicPositions } from '../../kafka/state/topic-positions.ts'
import type { Results } from '../../kafka/writing/topic-results.ts'
import type { Committing, Transactions } from '../../kafka/writing/transactions.ts'
import type { WaitingLines } from '../../kafka/writing/waiting-lines.ts'
import { chain, countingStages } from '../../pipeline.ts'
import { SourceProgress } from '../../sources/source-progress.ts'
import type { Stage } from '../../stage.ts'
import type { CountOut } from '../../stages/count.ts'
import { type Kept, together } from '../../state/kept.ts'
import type { ReadTopic } from '../kafka-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { SavedFlags } from './saved-flags.ts'
import type { Session } from './session.ts'

export interface TopicRunParts {
  readonly read: ReadTopic & { readonly consumer: ConnectionConfig['consumer'] }
  readonly kafka: Omit<KafkaSession, 'close'>
  readonly plan: Pick<PipelinePlan, 'read' | 'counting'>
  readonly session: Session
  readonly transactions: Transactions
  /** Lines that are committed with the state, or those that go out before. */
  readonly out: { readonly lines: WaitingLines } | { readonly results: Results }
}

/** From the moment at which the topic is ours to that at which it is not. */
export class TopicRun {
  readonly #parts: TopicRunParts
  readonly #positions: TopicPositions
  readonly #stateTopic: StateTopic
  readonly #reader: TopicReader
  readonly #stage: Stage<ReaderMessage, CountOut>
  readonly #kept: Kept
  readonly #commits: Commits
  #committing: Committing | undefined
  /** The stages have what the state holds, and where it goes on is known: before, nothing is committed. */
  #isLoaded = false
  /** What the stages have taken is not what is noted. */
  #isInMessage = false

  constructor(parts: TopicRunParts) {
    const { read, kafka, plan, session, out } = parts
    this.#parts = parts
    this.#positions = new TopicPositions(read.topic)
    this.#stateTopic = new StateTopic(read.state.topic)
    const progress = new SourceProgress()
    let sinceMs = Date.now()
    const since = () => this.#reader.isMember ? sinceMs : sinceMs = Date.now()
    this.#reader = new TopicReader({
      ...read,
      ...kafka,
      topics: [read.topic],
      assigner: oneOwner(since),
      ownsAll: true,
      progress,
      state: this.#owned(),
    })
    const { windows, counts } = countingStages(plan.counting, session, progress)
    session.progress.also(() => {
      const behind = `${grouped(this.#reader.lag)} messages behind`
      return `${behind}, ${grouped(counts.openWindows)} windows open`
    })
    const frames = messageStage({ ...plan.read, progress, ledger: session.ledger })
    this.#stage = this.#noting(chain(frames, windows, counts))
    const { topic, flags: counted, ...state } = read.state
    const flags = new SavedFlags({
      ...state,
      flags: new Map([...counted, ['--group', read.group]]), // two must not share a topic
      where: `topic ${topic}`,
    })
    this.#kept = together([flags, this.#positions, this.#stage])
    this.#commits = new Commits({
      commit: (written) => this.#committing!.commit(written),
      stateTopic: this.#stateTopic,
      positions: this.#positions,
      kept: this.#kept,
      everyMs: read.state.commitEveryMs,
      isWhole: () => this.#isLoaded && !this.#isInMessage,
      arrived: async () => {
        if ('results' in out) await out.results.sync?.()
        await session.syncRejects()
      },
      lines: 'lines' in out ? out.lines : undefined,
    })
  }

  get committed(): Committed {
    return this.#commits.committed
  }

  /** Throws OwnershipLost when it is not ours any more. */
  async run(): Promise<Outcome> {
    try {
      return await this.#run()
    } finally {
      await this.#parts.session.closing(this.#reader.close())
    }
  }

  #run(): Promise<Outcome> {
    const { read: { state }, session } = this.#parts
    return session.run<ReaderMessage, CountOut>({
      input: this.#reader.messages(),
      stage: this.#stage,
      suspends: state.closes ? 'stopped' : 'always',
      delivery: this.#delivery(),
    })
  }

  /**
   * Notes behind each message how far its partition is counted. It has a tick, since commits fall due
   * while nothing comes, too.
   */
  #noting(stage: Stage<ReaderMessage, CountOut>): Stage<ReaderMessage, CountOut> {
    const { session, read: { state } } = this.#parts
    return {
      ...stage,
      tick: (nowMs, emit) => this.#isLoaded ? stage.tick?.(nowMs, emit) : undefined,
      push: (message, emit) => {
        // Where the stream goes on, so does each partition, also behind its last message of now
        if (message.type === 'source-end' && !state.closes) return
        if (message.type === 'lines') session.progress.bytes(message.lines.length)
        this.#isInMessage = true
        stage.push(message, emit)
        this.#isInMessage = false
        if (message.type === 'lines') this.#positions.reach(message.source, message.next)
        else if (message.type === 'source') this.#positions.reach(message.source, message.line! + 1)
      },
    }
  }

  #owned(): OwnedState {
    const { read, kafka, transactions } = this.#parts
    const { state } = read
    const topicState = this.#stateTopic
    let saidMs = Infinity
    return {
      topic: state.topic,
      begin: async () => {
        this.#committing = await transactions.begin()
        saidMs = performance.now()
      },
      take: (message) => topicState.take(message),
      progress(taken, of) {
        if (performance.now() - saidMs < progressMs || taken === of) return
        saidMs = performance.now()
        kafka.say(`reading the state in topic ${state.topic}: ${Math.floor(100 * taken / of)} %`)
      },
      goOn: (starts) => {
        for (const [partition, start] of starts) this.#positions.reach(partition, start)
        this.#isLoaded = true
      },
      end: async (startAt: StartAt) => {
        if (startAt !== 'stored') {
          if (topicState.beginAnew()) {
            kafka.say(`--start-at: leaves the state in topic ${state.topic}, and counts anew`)
          }
          return undefined
        }
        const offsets = await this.#load()
        await this.#checkStored(offsets)
        return offsets
      },
    }
  }

  /** Returns from where the partitions go on; undefined where there is no state. */
  async #load(): Promise<ReadonlyMap<number, number> | undefined> {
    const { kafka: { say }, read: { state: { topic } } } = this.#parts
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
    say(
      `goes on from the state in topic ${topic}: ${grouped(records)} records, ` +
        `${grouped(bytes)} bytes, saved ${grouped(seconds)} s ago`,
    )
    return this.#positions.offsets
  }

  /** Brokers may show what was stored a little later than that it was committed. */
  async #checkStored(offsets: ReadonlyMap<number, number> | undefined): Promise<void> {
    const { kafka: { admin }, read: { group, topic, state } } = this.#parts
    for (let waitedMs = 0;; waitedMs += retryMs) {
      const stored = await storedOffsets({ admin, group, topic })
      try {
        return checkStored(stored, offsets, { group, topic, stateTopic: state.topic })
      } catch (error) {
        await this.#reader.confirm() // else another owner has stored them meanwhile
        if (waitedMs >= settleMs) throw error
        await sleep(retryMs)
      }
    }
  }

  async #commitLast({ failure, signal }: Outcome): Promise<void> {
    const isWhole = failure === undefined && signal === undefined
    const isRefused = failure instanceof UcError && failure.code === 'refused'
    if (isRefused) return // what was refused is refused again
    if (isWhole && this.#parts.read.state.closes) await this.#commits.lastAndEmpty()
    else await this.#commits.last()
  }

  #delivery(): Delivery<CountOut> {
    const { out, session } = this.#parts
    const commits = this.#commits
    const send = async () => {
      if ('lines' in out) return
      await session.sending(this.#reader.confirm())
      await out.results.flush(this.#reader)
    }
    return {
      take: (message) => 'lines' in out ? out.lines.add(message) : out.results.take(message),
      flush: async () => {
        await send() // and in the same turn, since nothing else may be written while a commit begins
        await session.sending(commits.pass())
      },
      discard: () => 'lines' in out ? void out.lines.take() : out.results.discard(),
      close: async (outcome) => {
        await send()
        if (this.#isLoaded) await session.sending(this.#commitLast(outcome))
        if ('results' in out) await out.results.close?.(outcome)
      },
    }
  }
}

/** A state that takes longer to be read is told of so often. */
const progressMs = 2000
/** While it is loaded whatever else waits has its turn after so long. */
const turnMs = 50
const settleMs = 2000
const retryMs = 100
