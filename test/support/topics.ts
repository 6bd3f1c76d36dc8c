/** Topics of tests: made, filled and read to their end, by kafkajs and by Kafka's own producer. */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Consumer, type Kafka, type Message } from 'kafkajs'
import { compressionTypes } from '../../src/kafka/codecs/codecs.ts'
import { mendFetchAnswers } from '../../src/kafka/reading/fetch-answers.ts'
import { brokerScript } from './broker.ts'

export interface TopicOptions {
  readonly partitions?: number
  /** As in `kafka-topics --config`. */
  readonly config?: Readonly<Record<string, string>>
}

export interface ReadOptions {
  readonly isolation?: 'read_committed' | 'read_uncommitted'
}

export interface TopicMessage {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

export interface JavaOptions {
  readonly codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Each one line of text. */
  readonly values: readonly string[]
}

interface PartitionOffsets {
  readonly partition: number
  readonly low: string
  readonly high: string
}

const patienceMs = 30_000

/**
 * How long a fetch waits for more. One that comes back empty is the end of the topic: long enough
 * for the marker that ends a transaction, which the broker writes after it has answered the commit.
 */
const fetchMs = 250

/** Silent, and quick to ask again: a new broker refuses for a while to coordinate anything. */
export function patientKafka(brokers: string): Kafka {
  mendFetchAnswers()
  return new kafkajs.Kafka({
    clientId: 'uc-test',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 500, retries: 40 },
  })
}

export async function withAdmin<T>(
  brokers: string,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = patientKafka(brokers).admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Makes a topic that no other test knows, and waits till all its partitions are led. */
export function newTopic(brokers: string, options: TopicOptions = {}): Promise<string> {
  const { partitions = 1, config = {} } = options
  const topic = `test-${randomBytes(8).toString('hex')}`
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  return withAdmin(brokers, async (admin) => {
    // kafkajs may throw while it waits for leaders itself
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, configEntries }],
    })
    await offsetsOf(admin, topic)
    return topic
  })
}

/**
 * The first and last offsets of each partition. The metadata name a leader before it knows that it
 * leads, after a start of the broker as well; kafkajs gives up then.
 */
async function offsetsOf(admin: Admin, topic: string): Promise<readonly PartitionOffsets[]> {
  for (let waitedMs = 0;; waitedMs += 20) {
    try {
      return await admin.fetchTopicOffsets(topic)
    } catch (error) {
      if (waitedMs > patienceMs) throw error
      await sleep(20)
    }
  }
}

export async function produce(
  brokers: string,
  topic: string,
  messages: readonly Message[],
  codec: 'none' | 'zstd' = 'none',
): Promise<void> {
  const producer = patientKafka(brokers).producer()
  await producer.connect()
  try {
    const compression = compressionTypes[codec]
    await producer.send({ topic, messages: [...messages], compression })
  } finally {
    await producer.disconnect()
  }
}

/** Deletes the messages before `offset`, as retention does. */
export function deleteBefore(
  brokers: string,
  topic: string,
  { partition = 0, offset }: { readonly partition?: number; readonly offset: number },
): Promise<void> {
  return withAdmin(brokers, async (admin) => {
    await admin.fetchTopicMetadata({ topics: [topic] }) // kafkajs wants to know the leader
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${offset}` }] })
  })
}

/** Reads all that is there, ordered by partition and offset. */
export async function readTopic(
  brokers: string,
  topic: string,
  { isolation = 'read_committed' }: ReadOptions = {},
): Promise<TopicMessage[]> {
  const groupId = `test-${randomBytes(8).toString('hex')}`
  const consumer = patientKafka(brokers).consumer({
    groupId,
    readUncommitted: isolation === 'read_uncommitted',
    maxWaitTimeInMs: fetchMs,
  })
  const messages = new Map<string, TopicMessage>() // by place: a retry may deliver twice
  await consumer.connect()
  try {
    return await withAdmin(brokers, async (admin) => {
      const ends = await offsetsOf(admin, topic)
      await consumer.subscribe({ topic, fromBeginning: true })
      const ended = untilEnd(consumer, await leadersOf(admin, topic), ends)
      const running = consumer.run({
        eachBatch({ batch: { partition, messages: batch } }) {
          for (const message of batch) {
            messages.set(`${partition}@${message.offset}`, textOf(partition, message))
          }
          return Promise.resolve()
        },
      })
      await Promise.all([ended, running])
      return [...messages.values()].sort((a, b) => a.partition - b.partition)
    })
  } finally {
    await consumer.disconnect()
    // None is there where reading failed before it joined one
    await withAdmin(brokers, (admin) => admin.deleteGroups([groupId])).catch(() => {})
  }
}

async function leadersOf(admin: Admin, topic: string): Promise<Set<string>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return new Set(topics.flatMap(({ partitions }) => partitions.map(({ leader }) => `${leader}`)))
}

/**
 * Waits till the consumer has read up to `ends` and a fetch from each leader has then come back
 * empty. The ends alone say too little: kafkajs asks for those of read_committed, which lag behind
 * a commit and stop before an open transaction. Empty fetches alone too: so do failed ones look.
 */
function untilEnd(
  consumer: Consumer,
  leaders: ReadonlySet<string>,
  ends: readonly PartitionOffsets[],
): Promise<void> {
  const { END_BATCH_PROCESS, FETCH_START, START_BATCH_PROCESS, CRASH } = consumer.events
  const missing = new Map(
    ends.filter(({ high, low }) => high !== low).map(({ partition, high }) => [partition, high]),
  )
  const fetching = new Set<string>()
  const empty = new Set<string>()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the topic has no end')), patienceMs)
    consumer.on(START_BATCH_PROCESS, () => {
      fetching.clear()
      empty.clear()
    })
    consumer.on(END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      const end = missing.get(partition)
      if (end !== undefined && BigInt(lastOffset) + 1n >= BigInt(end)) missing.delete(partition)
    })
    // A fetch that starts while nothing came since this leader's last one tells that it was empty
    consumer.on(FETCH_START, ({ payload }) => {
      const leader = `${payload.nodeId}`
      if (fetching.has(leader) && missing.size === 0) empty.add(leader)
      fetching.add(leader)
      if ([...leaders].every((each) => empty.has(each))) {
        clearTimeout(timer)
        resolve()
      }
    })
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (restart) return
      clearTimeout(timer)
      reject(error)
    })
  })
}

function textOf(
  partition: number,
  { offset, timestamp, key, value, headers = {} }: {
    readonly offset: string
    readonly timestamp: string
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers?: object
  },
): TopicMessage {
  const texts = Object.entries(headers).map(([name, header]) => [name, String(header)])
  return {
    partition,
    offset,
    timestamp,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: Object.fromEntries(texts),
  }
}

/** Produces with Kafka's own client, in batches compressed by the libraries that it uses. */
export async function produceByJava(
  brokers: string,
  topic: string,
  { codec, values }: JavaOptions,
): Promise<void> {
  const jars = execFileSync(process.execPath, [brokerScript, 'jars'], { encoding: 'utf8' }).trim()
  const producer = 'org.apache.kafka.tools.ConsoleProducer'
  const address = ['--bootstrap-server', brokers, '--topic', topic]
  const child = spawn(
    'java',
    ['-Xmx256m', '-cp', `${jars}/*`, producer, ...address, '--compression-codec', codec],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  )
  let stderr = ''
  child.stderr.on('data', (chunk) => stderr += chunk)
  child.stdin.on('error', () => {}) // it has ended, which its status tells
  child.stdin.end(values.map((value) => `${value}\n`).join(''))
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`the Java producer ended with ${status}: ${stderr}`)
}
