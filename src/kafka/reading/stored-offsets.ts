/** How far a group has come in a topic, as it has told. */
import type { Admin } from 'kafkajs'
import { patiently } from '../brokers/patiently.ts'

export interface StoredOffset {
  readonly offset: number
  readonly metadata: string
}

export interface StoredIn {
  readonly admin: Admin
  readonly group: string
  readonly topic: string
}

/** By partition; those that have none are missing. */
export async function storedOffsets(
  { admin, group, topic }: StoredIn,
): Promise<ReadonlyMap<number, StoredOffset>> {
  const [answer] = await patiently(() => admin.fetchOffsets({ groupId: group, topics: [topic] }))
  const known = (answer?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0)
  return new Map(known.map(({ partition, offset, metadata }) => {
    return [partition, { offset: Number(offset), metadata: metadata ?? '' }]
  }))
}
