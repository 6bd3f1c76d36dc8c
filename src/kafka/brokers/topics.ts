/** Whether topics are there, and making those that are not. */
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { patiently } from './patiently.ts'

export interface NewTopic {
  readonly partitions: number
  /** What is not as the cluster has it by default. */
  readonly config: Readonly<Record<string, string>>
}

export interface TopicsOptions {
  readonly admin: Admin
  readonly topic: string
  /** How to make it where it is missing; undefined: it has to be there. */
  readonly create?: NewTopic | undefined
}

const patienceMs = 10_000

/** The number of partitions. Throws where the topic is not there, or may not be seen. */
export async function partitionsOf({ admin, topic, create }: TopicsOptions): Promise<number> {
  for (let waitedMs = 0;; waitedMs += 50) {
    const topics = await admin.listTopics()
    if (topics.includes(topic)) {
      const { topics: [found] } = await admin.fetchTopicMetadata({ topics: [topic] })
      const isLed = found?.partitions.every(({ leader }) => leader >= 0) === true
      if (isLed && found.partitions.length > 0) return found.partitions.length
    } else if (create === undefined) {
      throw new UcError(
        'failed',
        `topic "${topic}" does not exist, or may not be seen; kafka-topics --create makes it, ` +
          'or --create of uc-to-kafka and of uc-pipeline --to-kafka',
      )
    } else if (waitedMs === 0) {
      await admin.createTopics({ waitForLeaders: false, topics: [newTopicOf(topic, create)] })
    }
    if (waitedMs > patienceMs) {
      throw new UcError('failed', `topic "${topic}" has partitions without a leader`)
    }
    await sleep(50)
  }
}

/**
 * Asks how many partitions a topic has. Those who ask while a question is under way, which began
 * before they did, share the next one.
 */
export function partitionsByNow(
  { admin, topic }: Pick<TopicsOptions, 'admin' | 'topic'>,
): () => Promise<number> {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<number> | undefined
  const ask = async () => {
    next = undefined
    const { topics: [found] } = await patiently(() => admin.fetchTopicMetadata({ topics: [topic] }))
    return found!.partitions.length
  }
  return () => {
    if (next !== undefined) return next
    const asked = running.then(ask)
    running = asked.catch(() => {})
    return next = asked
  }
}

/** How large a batch the topic takes; undefined where that may not be seen. */
export async function mostBatchBytes(admin: Admin, topic: string): Promise<number | undefined> {
  const bytes = Number(await configOf({ admin, topic, name: 'max.message.bytes' }))
  return bytes > 0 ? bytes : undefined
}

/** A setting of a topic; undefined where that may not be seen. */
export async function configOf(
  { admin, topic, name }: { readonly admin: Admin; readonly topic: string; readonly name: string },
): Promise<string | undefined> {
  try {
    const { resources: [found] } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configNames: [name],
      }],
    })
    return found?.configEntries[0]?.configValue
  } catch {
    return undefined
  }
}

function newTopicOf(topic: string, { partitions, config }: NewTopic) {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  return { topic, numPartitions: partitions, replicationFactor: -1, configEntries }
}
