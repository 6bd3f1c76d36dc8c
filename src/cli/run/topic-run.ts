/**
 * Counts a topic for as long as this process owns it, or what is its share of it: what is counted
 * from one state is a share, the topic or a partition of it (topic-share.ts).
 */
import type { Delivery, Outcome } from '../../io/drive.ts'
import { grouped } from '../../io/result-format.ts'
import type { PartitionAssigner } from 'kafkajs'
import type { ConnectionConfig } from '../../kafka/brokers/connection.ts'
import type { KafkaSession } from '../../kafka/brokers/kafka-session.ts'
import { oneOwner, sticky } from '../../kafka/reading/assigner.ts'
import type { ReaderMessage } from '../../kafka/reading/outlet.ts'
import { OwnershipLost } from '../../kafka/reading/owner.ts'
import { TopicReader } from '../../kafka/reading/reader.ts'
import type { Committed } from '../../kafka/state/commits.ts'
import type { TopicPositions } from '../../kafka/state/topic-positions.ts'
import type { Results } from '../../kafka/writing/topic-results.ts'
import type { Transactions } from '../../kafka/writing/transactions.ts'
import type { Ledger } from '../../ledger.ts'
import type { Reject } from '../../records.ts'
import { SourceProgress } from '../../sources/source-progress.ts'
import type { Held, Stage } from '../../stage.ts'
import type { ReadTopic } from '../kafka-plan.ts'
import type { Session } from './session.ts'
import { type ShareStages, TopicShare } from './topic-share.ts'

/** What the stages of a share are made of. */
export interface OfShare {
  /** Of the topic; 0 where the share is all of it. */
  readonly partition: number
  readonly positions: TopicPositions
  readonly ledger: Ledger
  readonly progress: SourceProgress
  readonly memory: {
    readonly reserve: (bytes: number) => boolean
    watches(held: () => Held): void
  }
}

export interface Counted<Out> extends Omit<ShareStages<Out>, 'held'> {}

export interface TopicRunParts<Out extends { readonly type: string }> {
  readonly read: ReadTopic & { readonly consumer: ConnectionConfig['consumer'] }
  readonly kafka: Omit<KafkaSession, 'close'>
  readonly session: Session
  /** Whether one process of the group owns all of the topic; else they share its partitions. */
  readonly ownsAll: boolean
  /** Of a share. */
  readonly transactionsOf: (partition: number) => Transactions
  readonly newStages: (of: OfShare) => Counted<Out>
  /** What goes out before it is committed; undefined: nothing does. */
  readonly results: Results | undefined
  /** When it resolves, the run ends behind what is there; undefined: by --stop-at alone. */
  readonly until?: Promise<unknown> | undefined
}

/** From the moment at which we join the group to that at which the work has to begin anew. */
export class TopicRun<Out extends { readonly type: string }> {
  readonly #parts: TopicRunParts<Out>
  readonly #progress = new SourceProgress()
  readonly #reader: TopicReader
  /** By the partition of their states. */
  readonly #shares = new Map<number, TopicShare<Out>>()
  #committed: Committed = 'nothing'

  constructor(parts: TopicRunParts<Out>) {
    const { read, kafka, session, ownsAll } = parts
    this.#parts = parts
    this.#reader = new TopicReader({
      ...read,
      ...kafka,
      topics: [read.topic],
      assigner: this.#assigner(),
      ownsAll,
      progress: this.#progress,
      states: {
        topic: read.state.topic,
        isOne: ownsAll,
        of: (partition) => this.#begun(partition),
        lost: (partition) => this.#drop(partition),
      },
    })
    void parts.until?.then(() => this.#reader.stopAtEnd())
    session.memory.watches(() => sumOf([...this.#shares.values()].map((share) => share.held())))
    session.progress.also(() => {
      let windows = 0
      for (const { openWindows } of this.#shares.values()) windows += openWindows
      return `${grouped(this.#reader.lag)} messages behind, ${grouped(windows)} windows open`
    })
  }

  /** The most that brokers have of any share. */
  get committed(): Committed {
    for (const share of this.#shares.values()) this.#note(share)
    return this.#committed
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
    return session.run<ReaderMessage, Reject>({
      input: this.#reader.messages(),
      stage: this.#stage(),
      suspends: state.closes ? 'stopped' : 'always',
      delivery: this.#delivery(),
    })
  }

  #assigner(): PartitionAssigner {
    const { read, ownsAll } = this.#parts
    if (!ownsAll) {
      const { topic, state: { topic: stateTopic } } = read
      return sticky({ topic, stateTopic, held: () => [...this.#shares.keys()] })
    }
    let sinceMs = Date.now()
    return oneOwner(() => this.#reader.isMember ? sinceMs : sinceMs = Date.now())
  }

  #begun(partition: number): TopicShare<Out> {
    const { read, kafka, session, ownsAll, transactionsOf, newStages, results } = this.#parts
    let held = (): Held => ({ windows: 0, exactBytes: 0, sketchBytes: 0 })
    const memory = {
      reserve: session.memory.reserve,
      watches: (asked: () => Held) => void (held = asked),
    }
    const ledger = session.ledger.share()
    const share = new TopicShare<Out>({
      read,
      partition,
      isOfOne: !ownsAll,
      kafka,
      ledger,
      transactions: transactionsOf(partition),
      newStages: (positions) => {
        const of = { partition, positions, ledger, progress: this.#progress, memory }
        return { ...newStages(of), held: () => held() }
      },
      onBytes: session.progress.bytes,
      arrived: async () => {
        await results?.sync?.()
        await session.syncRejects()
      },
      confirm: () => this.#reader.confirm(),
    })
    this.#shares.set(partition, share)
    return share
  }

  #drop(partition: number): void {
    const share = this.#shares.get(partition)
    if (share === undefined || this.#parts.ownsAll) return // all of it is given up then
    this.#note(share)
    share.giveUp()
    this.#shares.delete(partition)
    this.#parts.session.ledger.leave(share.ledger)
    void this.#parts.transactionsOf(partition).close().catch(() => {}) // who comes next ends them too
  }

  #note({ committed }: TopicShare<Out>): void {
    if (committed === 'something' || this.#committed === 'nothing') this.#committed = committed
  }

  #shareOf(source: number): TopicShare<Out> | undefined {
    return this.#shares.get(this.#parts.ownsAll ? 0 : source)
  }

  /** It has a tick, since commits fall due while nothing comes, too. */
  #stage(): Stage<ReaderMessage, Reject> {
    const shares = this.#shares
    function* inSteps(how: 'end' | 'stop', emit: (message: Reject) => void) {
      for (const share of shares.values()) yield* share.inSteps(how, emit)
    }
    return {
      push: (message, emit) => {
        if (!this.#reader.isLost(message)) this.#shareOf(message.source)?.push(message, emit)
      },
      *tick(nowMs, emit) {
        for (const share of shares.values()) yield* share.tick(nowMs, emit)
      },
      inSteps,
      end(emit) {
        for (const _ of inSteps('end', emit));
      },
      stop(emit) {
        for (const _ of inSteps('stop', emit));
      },
    }
  }

  #delivery(): Delivery<Reject> {
    const { results, session } = this.#parts
    const send = async () => {
      if (results === undefined) return
      await session.sending(this.#reader.confirm())
      await results.flush(this.#reader)
    }
    const ofEach = async (step: (share: TopicShare<Out>) => Promise<void>) => {
      await session.sending(
        Promise.all([...this.#shares.values()].map((share) => this.#orRedo(share, step(share))))
          .then(() => {}),
      )
    }
    return {
      take() {},
      flush: async () => {
        await send() // and in the same turn, since nothing else may be written while a commit begins
        await ofEach((share) => share.pass())
      },
      discard() {
        void results?.discard()
      },
      close: async (outcome) => {
        await send()
        await ofEach((share) => share.last(outcome))
        await results?.close?.(outcome)
      },
    }
  }

  /** Where another has taken over one partition of several, the others go on. */
  async #orRedo(share: TopicShare<Out>, step: Promise<void>): Promise<void> {
    const { ownsAll, read: { topic } } = this.#parts
    try {
      await step
    } catch (error) {
      if (ownsAll || !(error instanceof OwnershipLost) || error.reason !== 'replaced') throw error
      const { partition } = share
      if (this.#shares.get(partition) === share) this.#reader.redo(topic, partition)
    }
  }
}

function sumOf(all: readonly Held[]): Held {
  return all.reduce((sum, { windows, exactBytes, sketchBytes }) => ({
    windows: sum.windows + windows,
    exactBytes: sum.exactBytes + exactBytes,
    sketchBytes: sum.sketchBytes + sketchBytes,
  }), { windows: 0, exactBytes: 0, sketchBytes: 0 })
}
