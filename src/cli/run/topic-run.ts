/**
 * Counts a topic for as long as this process owns it: from the state in its topic on, to which each
 * commit adds what has changed. What comes out is committed with it, or has gone out before.
 */
import type { Delivery, Outcome } from '../../io/drive.ts'
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
import { Commits } from '../../kafka/state/commits.ts'
import { checkStored } from '../../kafka/state/group-offsets.ts'
import { StateTopic } from '../../kafka/state/state-topic.ts'
import { TopicPositions } from '../../kafka/state/topic-positions.ts'
import type { Results } from '../../kafka/writing/topic-results.ts'
import type { Transactions } from '../../kafka/writing/transactions.ts'
import type { WaitingLines } from '../../kafka/writing/waiting-lines.ts'
import { chain, countingStages } from '../../pipeline.ts'
import { SourceTimes } from '../../sources/source-times.ts'
import type { Stage } from '../../stage.ts'
import type { CountOut } from '../../stages/count.ts'
import { type Kept, together } from '../../state/kept.ts'
import type { ReadTopic } from '../kafka-plan.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { observed } from './frame-reader.ts'
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

/** Throws OwnershipLost when it is not ours any more. */
export async function countOwned(parts: TopicRunParts): Promise<Outcome> {
  const run = new TopicRun(parts)
  try {
    return await run.run()
  } finally {
    await parts.session.closing(run.close())
  }
}

class TopicRun {
  readonly #parts: TopicRunParts
  readonly #times = new SourceTimes()
  readonly #positions: TopicPositions
  readonly #stateTopic: StateTopic
  readonly #reader: TopicReader
  readonly #stage: Stage<ReaderMessage, CountOut>
  readonly #kept: Kept
  readonly #commits: Commits
  /** The stages have what the state holds: before, nothing may be committed. */
  #isLoaded = false
  /** What the stages have taken is not what is noted. */
  #isAhead = false

  constructor(parts: TopicRunParts) {
    const { read, kafka, plan, session, transactions, out } = parts
    this.#parts = parts
    this.#positions = new TopicPositions(read.topic)
    this.#stateTopic = new StateTopic(read.state.topic)
    let sinceMs = Date.now()
    const since = () => this.#reader.isMember ? sinceMs : sinceMs = Date.now()
    this.#reader = new TopicReader({
      ...read,
      ...kafka,
      topics: [read.topic],
      assigner: oneOwner(since),
      ownsAll: true,
      timeOf: (source) => this.#times.timeOf(source),
      state: this.#owned(),
    })
    const isReadToItsEnd = (source: number) => this.#reader.isReadToItsEnd(source)
    const { windows, counts } = countingStages(plan.counting, session, { isReadToItsEnd })
    session.progress.also(() => {
      const behind = `${grouped(this.#reader.lag)} messages behind`
      return `${behind}, ${grouped(counts.openWindows)} windows open`
    })
    const frames = observed(messageStage(plan.read, session.ledger), this.#times)
    this.#stage = this.#noting(chain(frames, windows, counts))
    const flags = new SavedFlags({ ...read.state, where: `topic ${read.state.topic}` })
    this.#kept = together([flags, this.#positions, this.#stage])
    this.#commits = new Commits({
      transactions,
      stateTopic: this.#stateTopic,
      positions: this.#positions,
      kept: this.#kept,
      everyMs: read.state.commitEveryMs,
      isWhole: () => this.#isLoaded && !this.#isAhead,
      arrived: async () => {
        if ('results' in out) await out.results.sync?.()
        await session.syncRejects()
      },
      lines: 'lines' in out ? out.lines : undefined,
    })
  }

  run(): Promise<Outcome> {
    const { read: { state }, session } = this.#parts
    return session.run<ReaderMessage, CountOut>({
      input: this.#reader.messages(),
      stage: this.#stage,
      suspends: state.closes ? 'stopped' : 'always',
      delivery: this.#delivery(),
    })
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  /**
   * Notes behind each message how far its partition is counted. It has a tick, since commits fall due
   * while nothing comes, too.
   */
  #noting(stage: Stage<ReaderMessage, CountOut>): Stage<ReaderMessage, CountOut> {
    const { session, read: { state } } = this.#parts
    return {
      ...stage,
      tick: stage.tick ?? (() => {}),
      push: (message, emit) => {
        // Where the stream goes on, so does each partition, also behind its last message of now
        if (message.type === 'source-end' && !state.closes) return
        if (message.type === 'lines') session.progress.bytes(message.lines.length)
        this.#isAhead = true
        stage.push(message, emit)
        this.#isAhead = false
        if (message.type === 'lines') this.#positions.reach(message.source, message.next)
        else if (message.type === 'source') this.#positions.reach(message.source, message.line! + 1)
      },
    }
  }

  #owned(): OwnedState {
    const { read, kafka, transactions } = this.#parts
    const { topic, group, state } = read
    const topicState = this.#stateTopic
    let saidMs = Infinity
    return {
      topic: state.topic,
      async begin() {
        await transactions.begin()
        saidMs = performance.now()
      },
      take: (message) => topicState.take(message),
      progress(taken, of) {
        if (performance.now() - saidMs < progressMs || taken === of) return
        saidMs = performance.now()
        kafka.say(`reading the state in topic ${state.topic}: ${Math.floor(100 * taken / of)} %`)
      },
      end: async (startAt: StartAt) => {
        const offsets = startAt === 'stored' ? this.#load() : undefined
        if (startAt !== 'stored') {
          topicState.beginAnew()
        } else {
          const stored = await storedOffsets({ admin: kafka.admin, group, topic })
          try {
            checkStored(stored, offsets, { group, topic, stateTopic: state.topic })
          } catch (error) {
            await this.#reader.confirm() // else another owner has stored them meanwhile
            throw error
          }
        }
        this.#isLoaded = true
        return offsets
      },
    }
  }

  /** Returns from where the partitions go on; undefined where there is no state. */
  #load(): ReadonlyMap<number, number> | undefined {
    const { kafka: { say }, read: { state: { topic } } } = this.#parts
    const found = this.#stateTopic.read()
    if (found === undefined) return undefined
    this.#kept.load!(found.records)
    const { records, bytes } = this.#stateTopic
    const seconds = Math.max(0, Math.round((Date.now() - found.contents.savedMs) / 1000))
    say(
      `goes on from the state in topic ${topic}: ${grouped(records)} records, ` +
        `${grouped(bytes)} bytes, saved ${grouped(seconds)} s ago`,
    )
    return this.#positions.offsets
  }

  async #commitLast({ failure, signal }: Outcome): Promise<void> {
    const isWhole = failure === undefined && signal === undefined
    if (isWhole && this.#parts.read.state.closes) await this.#commits.lastOfAll()
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
        await send()
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
