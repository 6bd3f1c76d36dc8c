/**
 * A topic as an input: the lines of its messages, each partition a source, in the order of its
 * offsets. kafkajs calls with batches; the loop that counts takes them one slice at a time, the next
 * only when the last one has been counted and written. While it works, or waits for a slow reader,
 * the group hears that we live.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch, Consumer, EachBatchPayload, TopicPartitions } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { thisProcess } from '../../io/process-identity.ts'
import { unreadableIn } from '../codecs/unreadable-batch.ts'
import { shared } from './assigner.ts'
import { introduced } from './member-data.ts'
import { isOfRebalance, Membership } from './membership.ts'
import { messageRuns } from './message-lines.ts'
import { boundsOf, deletedUpTo, explainGap, lowsOf, spansOf } from './offsets.ts'
import { Outlet, type ReaderMessage } from './outlet.ts'
import { type Owner, OwnershipLost } from './owner.ts'
import { type Partition, Partitions } from './partitions.ts'
import { attend, othersIn } from './predecessors.ts'
import { Quiet } from './quiet.ts'
import type { ReaderOptions } from './reader-options.ts'
import type { Assignment } from './state-reading.ts'
import { StateReadings } from './state-readings.ts'
import { mayPass } from '../brokers/trouble.ts'
import { whileWorking } from '../brokers/while-working.ts'

/** So many messages at once: between two slices the group may be told that we live. */
const sliceMessages = 4096
const confirmMs = 50

/** Requests whose answers say whether we are a member. */
const asksOfMembers = ['Heartbeat', 'SyncGroup']

export class TopicReader implements Owner {
  readonly #options: ReaderOptions
  readonly #consumer: Consumer
  readonly #heartbeatMs: number
  readonly #membership: Membership
  readonly #outlet = new Outlet()
  readonly #partitions: Partitions
  /** Settled when all that the last rebalance has changed has been told. */
  #ready: Promise<void> = Promise.resolve()
  #hasBegun = false
  /** Undefined: there are none. */
  readonly #states: StateReadings | undefined
  /** What the group has given us last. */
  #assignment: Assignment = {}
  /** Nothing is read any more. */
  #failure: { readonly error: unknown } | undefined
  #commits = 0
  /** Of what is ours, under way. */
  #changes = 0
  /** Whatever else was asked for. */
  #stopsAtEnd = false
  /** Aborted when the group has taken us in, and when we give up. */
  readonly #joined = new AbortController()

  constructor(options: ReaderOptions) {
    const { kafka, group, assigner = shared, consumer, progress } = options
    this.#options = options
    this.#heartbeatMs = consumer.heartbeatInterval
    this.#membership = new Membership(consumer.sessionTimeout)
    this.#partitions = new Partitions({ progress, isNumbered: options.states !== undefined })
    this.#consumer = kafka.consumer({
      metadataMaxAge: 30_000, // new partitions are seen so soon
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
      ...consumer,
      groupId: group,
      partitionAssigners: [
        introduced(assigner, { ...thisProcess(), sessionMs: consumer.sessionTimeout }),
      ],
    })
    const { states } = options
    this.#states = states && new StateReadings(states, options.admin, (partition) => {
      const { topic } = states
      return {
        seek: (offset) => this.#seek(topic, partition, offset),
        resume: () => this.#resume([{ topic, partitions: [partition] }]),
        pause: () => this.#pause([{ topic, partitions: [partition] }]),
      }
    })
    const { REQUEST, HEARTBEAT, GROUP_JOIN, STOP, CRASH } = this.#consumer.events
    const { END_BATCH_PROCESS, FETCH, COMMIT_OFFSETS } = this.#consumer.events
    this.#consumer.on(REQUEST, ({ payload: { apiName, sentAt } }) => {
      if (asksOfMembers.includes(apiName)) this.#membership.answered(Date.now() - sentAt)
    })
    this.#consumer.on(HEARTBEAT, () => this.#membership.heard())
    this.#consumer.on(STOP, () => this.#membership.left())
    this.#consumer.on(COMMIT_OFFSETS, () => void this.#commits++)
    this.#consumer.on(GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
      this.#joined.abort()
      const isAnew = this.#membership.joined(memberId)
      if (isAnew) this.#lose()
      // Until we have said where to begin: kafkajs would begin where the group has stopped, and
      // overwrite that where the offset is gone.
      this.#pause(
        Object.entries(memberAssignment).map(([topic, partitions]) => {
          return { topic, partitions }
        }),
      )
      const lost = this.#states?.joined(memberAssignment, isAnew) ?? []
      if (lost.length > 0) this.#lose()
      this.#assignment = memberAssignment
      this.#asChange(() => this.#join(memberAssignment, new Set(lost)))
    })
    this.#consumer.on(FETCH, () => {
      this.#partitions.noteFetch()
      if (this.#partitions.missing.length > 0) this.#inTurn(() => this.#skipDeleted())
    })
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, highWatermark, lastOffset } = payload
      if (payload.batchSize === 0 && this.#isState(topic)) {
        this.#states?.reach(partition, Number(lastOffset) + 1)
      }
      const known = this.#partitions.get(topic, partition)
      if (known === undefined) return
      known.high = Number(highWatermark)
      if (payload.batchSize === 0) known.next = Math.max(known.next, Number(lastOffset) + 1)
      this.#inTurn(async () => {
        await this.#endIfRead(known)
        this.#pace()
      })
    })
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#fail(this.#unreadable(error) ?? error)
    })
  }

  /** What there is to read, until `stopAt`. */
  async *messages(): AsyncGenerator<ReaderMessage> {
    await this.#consumer.connect()
    const { topics } = this.#options
    const all = [...topics, ...(this.#states === undefined ? [] : [this.#states.topic])]
    await this.#consumer.subscribe({ topics: all, fromBeginning: true })
    const others = await othersIn(this.#options)
    const run = this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#take(payload),
    })
    run.catch((error) => this.#fail(error))
    void attend(others, { ...this.#options, joined: this.#joined.signal })
    const { say } = this.#options
    const quiet = new Quiet({ isHeard: () => this.#membership.isCurrent, say })
    try {
      yield* this.#outlet.values()
    } finally {
      quiet.close()
    }
  }

  /** Whether what is read of the partition goes on from its state, which does not hold this message. */
  isLost(message: ReaderMessage): boolean {
    return this.#outlet.isLost(message)
  }

  /** Messages that are there and have not been read. */
  get lag(): number {
    return this.#partitions.lag
  }

  /**
   * Stores from where a restart goes on, by source. Returns whether it is stored: after a rebalance
   * the next one will do, from whoever reads on. kafkajs says nothing where it has given up.
   */
  async commit(positions: ReadonlyMap<number, number>): Promise<boolean> {
    const offsets = [...positions].flatMap(([source, offset]) => {
      const known = this.#partitions.ofSource(source)
      if (known === undefined) return []
      const { topic, partition } = known
      return [{ topic, partition, offset: `${offset}`, metadata: '' }]
    })
    if (offsets.length === 0 || this.#membership.hasLeft) return false
    const before = this.#commits
    try {
      await this.#consumer.commitOffsets(offsets)
      return this.#commits > before
    } catch (error) {
      if (isOfRebalance(error)) return false
      throw error
    }
  }

  /** Whether the group can still take us for a member: else it may have made another the owner. */
  get isMember(): boolean {
    return this.#membership.isCurrent && !this.#isLost
  }

  get #isLost(): boolean {
    return this.#failure?.error instanceof OwnershipLost
  }

  isConfirmed(): boolean {
    if (this.isMember) return true
    if (this.#failure !== undefined) throw this.#failure.error
    return false
  }

  /** The group may not have answered for long, as after a suspension. */
  async confirm(): Promise<void> {
    while (!this.isConfirmed()) await sleep(confirmMs)
  }

  /** Reads on to the last message that is there, and ends behind it. */
  stopAtEnd(): void {
    this.#inTurn(async () => {
      this.#stopsAtEnd = true
      const { topics, admin } = this.#options
      for (const topic of topics) {
        const bounds = await boundsOf(topic, admin)
        for (const known of this.#partitions) {
          const bound = bounds.find(({ partition }) => partition === known.partition)
          if (known.topic === topic) known.stop ??= bound?.high
        }
      }
      for (const known of [...this.#partitions]) await this.#endIfRead(known)
    })
  }

  /** What was counted of that partition is worth nothing: where it is ours still, it begins anew. */
  redo(topic: string, partition: number): void {
    this.#states!.lose(partition)
    this.#pause([...this.#partitions].map((each) => ({ topic, partitions: [each.partition] })))
    this.#asChange(async () => {
      const [known] = this.#partitions.without((each) => each.partition !== partition)
      if (this.#failure !== undefined) return
      await this.confirm()
      const assignment = this.#assignment
      const kept = [...this.#partitions]
      if (known !== undefined && assignment[topic]?.includes(partition) === true) {
        await this.#orInterrupted(() => {
          return this.#begin(topic, [partition], { isFirst: false, assignment })
        })
      }
      await this.#goOn(kept)
    })
  }

  async close(): Promise<void> {
    this.#joined.abort()
    this.#outlet.close()
    await this.#consumer.disconnect()
  }

  /** What is ours changes. */
  #asChange(step: () => Promise<void>): void {
    this.#changes++
    this.#inTurn(async () => {
      try {
        await step()
      } finally {
        this.#changes--
      }
    })
  }

  #inTurn(step: () => Promise<void>): void {
    this.#ready = this.#ready.then(step).catch((error) => this.#fail(error))
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#states?.giveUp()
    this.#joined.abort()
    this.#outlet.fail(error)
  }

  /** Which partition it is of kafkajs does not tell, but where they stand. */
  #unreadable(error: unknown): UcError | undefined {
    const batch = unreadableIn(error)
    if (batch === undefined) return undefined
    const { first = -Infinity, last = Infinity } = batch.offsets ?? {}
    const names = [...this.#partitions]
      .filter(({ next, high, isEnded }) =>
        !isEnded && next <= last && first < Math.max(high, next + 1)
      )
      .map(({ name }) => name)
    return new UcError('failed', batch.messageIn(names), { cause: error })
  }

  /** Where one owns all, what we have counted is worth nothing once another did so too. */
  #lose(): void {
    if (this.#options.ownsAll === true) this.#fail(new OwnershipLost())
  }

  /**
   * After a rebalance: what is still ours goes on where it was, what is new begins, as does what had
   * its state `lost`.
   */
  async #join(assignment: Assignment, lost: ReadonlySet<number>): Promise<void> {
    const { ownsAll = false, topics, say } = this.#options
    if (this.#failure !== undefined) return
    const isKept = ({ topic, partition }: Partition) => {
      return assignment[topic]?.includes(partition) === true && !lost.has(partition)
    }
    for (const gone of this.#partitions.without(isKept)) {
      if (ownsAll) return this.#lose()
      if (this.#states === undefined) await this.#outlet.endOf(gone)
    }
    const kept = [...this.#partitions]
    if (Object.values(assignment).flat().length === 0) {
      const others = ownsAll
        ? 'another member of the group reads'
        : 'other members of the group read'
      say(`standing by: ${others} ${topics.join(', ')}`)
      this.#hasBegun = true // and when we take over, from where that one stored
    }
    const isFirst = !this.#hasBegun
    for (const [topic, numbers] of Object.entries(assignment)) {
      if (this.#isState(topic)) continue
      const fresh = numbers.filter((number) => this.#partitions.get(topic, number) === undefined)
      if (fresh.length > 0) {
        await this.#orInterrupted(() => this.#begin(topic, fresh, { isFirst, assignment }))
      }
      this.#hasBegun = true
    }
    await this.#goOn(kept)
    this.#pace() // the slowest, for which others wait, may be another member's now
  }

  async #goOn(partitions: readonly Partition[]): Promise<void> {
    for (const { topic, partition, next, isPaused, isEnded } of partitions) {
      this.#seek(topic, partition, next)
      if (!isPaused && !isEnded) this.#resume([{ topic, partitions: [partition] }])
    }
    for (const known of partitions) await this.#endIfRead(known) // its last batch was cut short, perhaps
  }

  async #begin(
    topic: string,
    partitions: readonly number[],
    { isFirst, assignment }: { readonly isFirst: boolean; readonly assignment: Assignment },
  ): Promise<void> {
    const { startAt, ...options } = this.#options
    // What comes later, a new partition say, is read from its beginning.
    const from = isFirst ? startAt : 'stored'
    const together = this.#states?.begin(partitions) ?? [{ partitions, reading: undefined }]
    const found = await Promise.all(together.map(async ({ partitions, reading }) => {
      const stored = await reading?.read(from, assignment)
      const isOver = () => this.#failure !== undefined || reading?.isGivenUp === true
      if (isOver()) return []
      const stopAt = this.#stopsAtEnd ? 'end' : options.stopAt
      const span = { ...options, topic, partitions, startAt: from, stopAt, stored }
      const spans = await spansOf(span)
      if (isOver()) return []
      reading?.goOn(new Map([...spans].map(([partition, { start }]) => [partition, start])))
      return [...spans]
    }))
    if (this.#failure !== undefined) return
    const begun = found.flat().map(([partition, span]) => {
      this.#seek(topic, partition, span.start)
      return this.#partitions.add(topic, partition, span)
    })
    this.#resume([{ topic, partitions: begun.map(({ partition }) => partition) }])
    // All before any of them has a time: the one that is ahead must not close windows of the others.
    for (const known of begun) await this.#outlet.mark(known)
    for (const known of begun) await this.#endIfRead(known)
  }

  /** Where the state is read anew, what brokers do not answer now they may then. */
  async #orInterrupted(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (this.#states === undefined || !mayPass(error)) throw error
      throw new OwnershipLost('interrupted', { cause: error })
    }
  }

  #isState(topic: string): boolean {
    return topic === this.#states?.topic
  }

  // Where kafkajs has given up these throw; where it begins anew, #join does it all again

  #seek(topic: string, partition: number, offset: number): void {
    if (this.#membership.hasLeft) return
    this.#consumer.seek({ topic, partition, offset: `${offset}` })
  }

  #pause(partitions: readonly TopicPartitions[]): void {
    if (!this.#membership.hasLeft) this.#consumer.pause([...partitions])
  }

  #resume(partitions: readonly TopicPartitions[]): void {
    if (!this.#membership.hasLeft) this.#consumer.resume([...partitions])
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    if (this.#isState(payload.batch.topic)) return await this.#states!.take(payload)
    // It comes again. Were it to wait, so would the states that are read first: one batch is taken
    // at a time, whatever it is of.
    if (this.#states !== undefined && this.#changes > 0) return
    await this.#living(this.#ready, payload)
    const { batch, isRunning, isStale } = payload
    const { topic, partition } = batch
    const known = this.#partitions.get(topic, partition)
    if (known === undefined || known.isEnded) return
    const isOver = () => {
      const isLost = this.#partitions.get(topic, partition) !== known
      return isLost || this.#failure !== undefined || !isRunning() || isStale()
    }
    if (isOver()) return
    known.heardAtMs = Infinity
    try {
      await this.#handOver(known, payload, isOver)
    } finally {
      known.heardAtMs = performance.now()
    }
    this.#pace()
  }

  async #handOver(
    known: Partition,
    payload: EachBatchPayload,
    isOver: () => boolean,
  ): Promise<void> {
    const { batch, resolveOffset } = payload
    known.high = Number(batch.highWatermark)
    const first = Number(batch.messages[0]!.offset)
    if (first !== known.next) {
      await explainGap(known, { first, asked: askedFor(batch) }, this.#options)
    }
    const { stop = Infinity } = known
    for (let from = 0; from < batch.messages.length; from += sliceMessages) {
      const slice = batch.messages.slice(from, from + sliceMessages)
        .filter(({ offset }) => Number(offset) >= known.next && Number(offset) < stop)
      for (const run of messageRuns(slice, known)) {
        if (isOver()) return
        known.next = run.next // before it is taken: a rebalance meanwhile goes on behind it
        await this.#living(this.#outlet.run(run, known), payload)
        await payload.heartbeat()
      }
      if (isOver()) return
      const last = batch.messages[Math.min(from + sliceMessages, batch.messages.length) - 1]!
      known.writtenMs = Number(last.timestamp)
      resolveOffset(last.offset)
      const isLast = from + sliceMessages >= batch.messages.length
      if (isLast) known.next = Math.max(known.next, Number(batch.lastOffset()) + 1)
    }
  }

  /** Where messages are gone kafkajs goes on behind them in silence, and there may be no more. */
  async #skipDeleted(): Promise<void> {
    const { admin, say } = this.#options
    for (const topic of new Set(this.#partitions.missing.map((each) => each.topic))) {
      const lows = await lowsOf(topic, admin).catch(() => new Map<number, number>()) // asks again soon
      for (const known of this.#partitions.missing) {
        if (known.topic !== topic || !this.#partitions.isMissing(known)) continue // come meanwhile
        known.heardAtMs = performance.now()
        const low = lows.get(known.partition) ?? 0
        if (low <= known.next) continue
        say(deletedUpTo(low, known))
        known.next = low
        await this.#endIfRead(known)
      }
    }
    this.#pace() // others may have waited for one of them
  }

  /** Waits for `work`; the group hears meanwhile that we live. */
  #living(work: Promise<void>, { heartbeat }: EachBatchPayload): Promise<void> {
    return whileWorking(work, { everyMs: this.#heartbeatMs / 2, beat: heartbeat })
  }

  async #endIfRead(known: Partition): Promise<void> {
    const { topic, partition, stop = Infinity, next, isEnded } = known
    if (isEnded || next < stop) return
    known.isEnded = true
    this.#pause([{ topic, partitions: [partition] }])
    await this.#outlet.endOf(known)
    if ([...this.#partitions].every((each) => each.isEnded)) this.#outlet.end()
  }

  /** A partition that is far ahead of the slowest waits. */
  #pace(): void {
    const { paused, resumed } = this.#partitions.pace()
    const named = ({ topic, partition }: Partition) => ({ topic, partitions: [partition] })
    if (paused.length > 0) this.#pause(paused.map(named))
    if (resumed.length > 0) this.#resume(resumed.map(named))
  }
}

/** From where the batch was fetched, which kafkajs knows and its types do not. */
function askedFor(batch: Batch): number | undefined {
  const { fetchedOffset } = batch as { fetchedOffset?: unknown }
  return fetchedOffset === undefined ? undefined : Number(fetchedOffset)
}
