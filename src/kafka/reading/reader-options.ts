/** What a reader of topics is told, and what it tells of where it stands. */
import type { Admin, ConsumerConfig, Kafka, PartitionAssigner } from 'kafkajs'
import type { Resumption } from '../../records.ts'
import type { StartAt, StopAt } from './offsets.ts'

export interface ReaderOptions {
  readonly kafka: Kafka
  /** Connected, and not ours to end. */
  readonly admin: Admin
  readonly topics: readonly string[]
  readonly group: string
  /** Undefined: the group's members share the partitions. */
  readonly assigner: PartitionAssigner | undefined
  /** Whether what is read is worth nothing once another member has read on. */
  readonly ownsAll?: boolean
  readonly consumer: Partial<ConsumerConfig>
  readonly startAt: StartAt
  readonly stopAt: StopAt
  /**
   * How far the frames of a source have come: unix milliseconds, -Infinity while unknown. Without
   * it the times that the messages were written count.
   */
  timeOf?(source: number): number
  /** What was stored with the offset that is begun with, in terms of the stages. */
  resume?(source: number, stored: Position): Resumption
  say(text: string): void
}

/** From where a restart goes on, and what it has to know then. */
export interface Position {
  readonly offset: number
  readonly metadata: string
}
