/** What a reader of topics is told, and what it tells of where it stands. */
import type { Admin, Kafka, PartitionAssigner } from 'kafkajs'
import type { ConsumerSettings } from '../config/client-config.ts'
import type { ReaderProgress } from '../../sources/source-progress.ts'
import type { StartAt, StopAt } from './offsets.ts'
import type { OwnedStates } from './state-readings.ts'

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
  readonly consumer: ConsumerSettings
  readonly startAt: StartAt
  readonly stopAt: StopAt
  /** Where frames are noted; without it the times at which the messages were written count. */
  readonly progress?: ReaderProgress
  /** Read before anything else. */
  readonly states?: OwnedStates
  say(text: string): void
}
