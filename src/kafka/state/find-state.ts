/** Looks at the state in a topic, which a process may be changing meanwhile. */
import { randomBytes } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import { partitionsOf } from '../brokers/topics.ts'
import { boundsOf } from '../reading/offsets.ts'
import { StatePartition } from '../reading/state-partition.ts'
import { StateTopic } from './state-topic.ts'

export interface FindOptions {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly topic: string
  /** Whose state it is. The reader's own group begins with its name, as rights may be given so. */
  readonly group: string
}

/** All that was committed of it by now. Throws where the topic is not there. */
export async function findState({ kafka, admin, topic, group }: FindOptions): Promise<StateTopic> {
  await partitionsOf({ admin, topic })
  const found = new StateTopic(topic)
  const [bounds] = await boundsOf(topic, admin)
  const partition = new StatePartition({
    take: (message) => found.take(message),
    progress() {},
  }, bounds!)
  if (partition.isDone) return found
  const groupId = `${group}-shown-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  const crash = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) reject(error)
    })
  })
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0 && payload.partition === 0) {
      partition.reach(Number(payload.lastOffset) + 1)
    }
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      // deno-lint-ignore require-await -- kafkajs asks for a promise
      eachBatch: async ({ batch }) => {
        if (batch.partition !== 0) return
        partition.take(batch.messages)
        partition.reach(Number(batch.lastOffset()) + 1)
      },
    })
    await Promise.race([partition.isRead, crash])
  } finally {
    await consumer.disconnect()
  }
  return found
}
