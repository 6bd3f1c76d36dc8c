/** What differs between the groups of a chaos: how soon they miss a member, and their topic of states. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { happens, pick, type Random } from '../../src/generate/random.ts'
import type { Broker } from '../support/broker.ts'
import { newTopic } from '../support/topics.ts'

export function clientConfig(
  random: Random,
  { folder, sessionMs, fetchBytes = pick(random, [5000, 1_048_576]) }: {
    readonly folder: string
    readonly sessionMs: number
    readonly fetchBytes?: number
  },
): string {
  const path = join(folder, 'client.properties')
  const lines = [
    `session.timeout.ms=${sessionMs}`,
    `heartbeat.interval.ms=${Math.ceil(sessionMs / 6)}`,
    `max.partition.fetch.bytes=${fetchBytes}`,
  ]
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

/** The usual one, which the command makes; or one that the broker compacts all the time. */
export async function stateTopic(
  random: Random,
  { brokers }: Broker,
  partitions = 1,
): Promise<string[]> {
  if (happens(random, 50)) return []
  const config = {
    'cleanup.policy': 'compact',
    'segment.ms': '1000',
    'min.cleanable.dirty.ratio': '0.001',
  }
  return [`--state-topic=${await newTopic(brokers, { partitions, config })}`]
}
