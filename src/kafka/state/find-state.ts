/** Looks at the state in a topic, which a process may be changing meanwhile. */
import { randomBytes } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import { UcError } from '../../errors.ts'
import type { OwnedState } from '../reading/state-partition.ts'
import { StateReading } from '../reading/state-reading.ts'
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
  if (!(await admin.listTopics()).includes(topic)) {
    throw new UcError(
      'failed',
      `there is no topic "${topic}", so no state of group ${group}; uc-pipeline --kafka makes it; ` +
        'are --group and --state-topic right?',
    )
  }
  const found = new StateTopic(topic)
  const groupId = `${group}-shown-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false })
  const partitions = [0]
  const reading = new StateReading(looker(found), admin, {
    seek: (topic, offset) => consumer.seek({ topic, partition: 0, offset: `${offset}` }),
    resume: (topic) => consumer.resume([{ topic, partitions }]),
    pause: (topic) => consumer.pause([{ topic, partitions }]),
  })
  const { CRASH, END_BATCH_PROCESS, FETCH, GROUP_JOIN } = consumer.events
  const isRead = new Promise<void>((resolve, reject) => {
    let hasBegun = false
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) reject(error)
    })
    consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      if (hasBegun) return void reading.joined(memberAssignment)
      hasBegun = true
      reading.read('stored', memberAssignment).then(() => resolve(), reject)
    })
    consumer.on(FETCH, ({ payload: { nodeId } }) => reading.fetched(nodeId))
    consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
      if (batchSize === 0 && partition === 0) reading.reach(Number(lastOffset) + 1)
    })
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (payload.batch.partition === 0) await reading.take(payload)
      },
    })
    await isRead
  } finally {
    await consumer.disconnect()
  }
  return found
}

/** It changes nothing. */
function looker(found: StateTopic): OwnedState {
  return {
    topic: found.topic,
    begin: () => Promise.resolve(),
    take: (message) => found.take(message),
    progress() {},
    end: () => Promise.resolve(undefined),
    goOn() {},
  }
}
