/**
 * A consumer with the face of kafkajs' own that does what a test says, when it says it: for the
 * races that a broker shows once in a thousand runs. It refuses what kafkajs refuses.
 */
import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import kafkajs, {
  type Admin,
  type ConsumerEvents,
  type EachBatchPayload,
  type Kafka,
} from 'kafkajs'

const real = new kafkajs.Kafka({ brokers: ['none:1'] }).consumer({ groupId: 'none' })

export interface Given {
  readonly topic?: string
  readonly partition?: number
  readonly offsets: readonly number[]
  /** From where it was fetched; undefined: from its first message. */
  readonly asked?: number
  readonly isStale?: () => boolean
  readonly heartbeat?: () => Promise<void>
}

export class FakeConsumer extends EventEmitter {
  readonly events: ConsumerEvents = real.events
  readonly calls: string[] = []
  readonly resolved: string[] = []
  /** By partition, the offset of the first message that is there. */
  readonly lows: number[] = [0, 0, 0]
  /** How often that was asked. */
  asks = 0
  /** With which offsets are not stored. */
  commitError: Error | undefined
  #isRunning = false
  #eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined

  get kafka(): Kafka {
    return { consumer: () => this } as unknown as Kafka
  }

  readonly admin: Admin = {
    fetchTopicMetadata: ({ topics }: { topics?: string[] }) =>
      Promise.resolve({
        topics: topics?.map((name) => ({ name, partitions: [{ partitionId: 0, leader: 1 }] })) ??
          [],
      }),
    fetchOffsets: () => Promise.resolve([{ topic: 't', partitions: [] }]),
    fetchTopicOffsets: () => {
      this.asks++
      return Promise.resolve(this.lows.map((low, partition) => {
        return { partition, offset: '1000', low: `${low}`, high: '1000' }
      }))
    },
  } as unknown as Admin

  connect(): Promise<void> {
    return Promise.resolve()
  }

  subscribe(): Promise<void> {
    return Promise.resolve()
  }

  run({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }): Promise<void> {
    this.#eachBatch = eachBatch
    return Promise.resolve()
  }

  disconnect(): Promise<void> {
    this.#stop()
    return Promise.resolve()
  }

  pause(partitions: unknown): void {
    this.#call('pause', partitions)
  }

  resume(partitions: unknown): void {
    this.#call('resume', partitions)
  }

  seek(place: unknown): void {
    this.#call('seek', place)
  }

  commitOffsets(offsets: unknown): Promise<void> {
    this.#call('commit', offsets)
    if (this.commitError !== undefined) return Promise.reject(this.commitError)
    this.emit(real.events.COMMIT_OFFSETS, { payload: {} })
    return Promise.resolve()
  }

  /** The group has said which partitions are ours. */
  join(partitions: readonly number[], memberId = 'me', others: object = {}): void {
    this.#isRunning = true
    const memberAssignment = { ...(partitions.length === 0 ? {} : { t: partitions }), ...others }
    this.emit(real.events.GROUP_JOIN, { payload: { memberId, memberAssignment } })
  }

  /** The group has answered a heartbeat that was sent so long ago. */
  beat(agoMs = 0): void {
    this.emit(real.events.REQUEST, {
      payload: { apiName: 'Heartbeat', sentAt: Date.now() - agoMs },
    })
    this.emit(real.events.HEARTBEAT, { payload: {} })
  }

  /** kafkajs has given up, left the group, and perhaps begins anew. */
  crash(error: Error, restart: boolean): void {
    this.#stop()
    this.emit(real.events.CRASH, { payload: { error, restart, groupId: 'none' } })
  }

  /** Messages, one frame each. Resolves when they have been taken. */
  give({ topic = 't', partition = 0, offsets, asked, ...given }: Given): Promise<void> {
    const messages = offsets.map((offset) => {
      return { offset: `${offset}`, value: Buffer.from(`{"n":${offset}}`), timestamp: '1' }
    })
    return this.#eachBatch!({
      batch: {
        topic,
        partition,
        messages,
        highWatermark: '1000',
        fetchedOffset: `${asked ?? offsets[0]}`,
        lastOffset: () => `${offsets.at(-1)}`,
      },
      resolveOffset: (offset: string) => this.resolved.push(offset),
      heartbeat: given.heartbeat ?? (() => Promise.resolve()),
      isRunning: () => this.#isRunning,
      isStale: given.isStale ?? (() => false),
    } as unknown as EachBatchPayload)
  }

  #stop(): void {
    this.#isRunning = false
    this.emit(real.events.STOP, {})
  }

  #call(name: string, about: unknown): void {
    if (!this.#isRunning) throw new Error('Consumer group was not initialized')
    this.calls.push(`${name} ${JSON.stringify(about)}`)
  }
}
