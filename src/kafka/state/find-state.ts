/** Looks at the state in a topic, which a process may be changing meanwhile. */
import { randomBytes } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import { UcError } from '../../errors.ts'
import { boundsOf } from '../reading/offsets.ts'
import type { OwnedState } from '../reading/state-partition.ts'
import { StateReadings } from '../reading/state-readings.ts'
import { StateTopic } from './state-topic.ts'

export interface FindOptions {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly topic: string
  /** Whose state it is. The reader's own group begins with its name, as rights may be given so. */
  readonly group: string
}

/** All that was committed by now, of each partition a state. Throws where the topic is not there. */
export async function findStates(
  { kafka, admin, topic, group }: FindOptions,
): Promise<readonly StateTopic[]> {
  if (!(await admin.listTopics()).includes(topic)) {
    throw new UcError(
      'failed',
      `there is no topic "${topic}", so no state of group ${group}; uc-pipeline --kafka makes it; ` +
        'are --group and --state-topic right?',
    )
  }
  const bounds = await boundsOf(topic, admin)
  const found = bounds.map(({ partition }) => new StateTopic(topic, partition))
  const groupId = `${group}-shown-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false })
  const states = { topic, isOne: false, of: (each: number) => looker(found[each]!), lost() {} }
  const readings = new StateReadings(states, admin, (partition) => ({
    seek: (offset) => consumer.seek({ topic, partition, offset: `${offset}` }),
    resume: () => consumer.resume([{ topic, partitions: [partition] }]),
    pause: () => consumer.pause([{ topic, partitions: [partition] }]),
  }))
  const { CRASH, END_BATCH_PROCESS, GROUP_JOIN } = consumer.events
  const isRead = new Promise<void>((resolve, reject) => {
    let hasBegun = false
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) reject(error)
    })
    consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      if (hasBegun) return void readings.joined(memberAssignment, false)
      hasBegun = true
      const all = readings.begin(found.map(({ partition }) => partition))
      Promise.all(all.map(({ reading }) => reading!.read('stored', memberAssignment)))
        .then(() => resolve(), reject)
    })
    consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
      if (batchSize === 0) readings.reach(partition, Number(lastOffset) + 1)
    })
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => readings.take(payload),
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
    partition: found.partition,
    isOfOne: false,
    begin: () => Promise.resolve(),
    take: (message) => found.take(message),
    progress() {},
    end: () => Promise.resolve(undefined),
    goOn() {},
  }
}
