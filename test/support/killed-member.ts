/**
 * Joins a group as a process of another machine would, says so, and lives until it is killed:
 * `killed-member.js BROKERS GROUP TOPIC SESSION_MS`.
 */
import process from 'node:process'
import { oneOwner } from '../../src/kafka/reading/assigner.ts'
import { introduced } from '../../src/kafka/reading/member-data.ts'
import { patientKafka } from './topics.ts'

const [brokers, groupId, topic, session] = process.argv.slice(2)
const who = {
  host: 'elsewhere',
  pid: 1,
  machine: 'another',
  started: 1,
  sessionMs: Number(session),
}
const consumer = patientKafka(brokers!).consumer({
  groupId: groupId!,
  sessionTimeout: who.sessionMs,
  heartbeatInterval: 500,
  partitionAssigners: [introduced(oneOwner(() => 1), who)],
})
consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write('joined\n'))
await consumer.connect()
await consumer.subscribe({ topic: topic! })
await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })
