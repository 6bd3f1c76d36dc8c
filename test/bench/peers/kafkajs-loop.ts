/**
 * The plain way, for comparison: kafkajs, JSON.parse and a Set per minute. It knows no lateness, no
 * wrong clocks, no broken lines. Arguments: brokers, topic, number of messages.
 */
import process from 'node:process'
import kafkajs from 'kafkajs'

const [brokers = '', topic = '', count = '0'] = process.argv.slice(2)
const { Kafka, logLevel } = kafkajs
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `loop-${Date.now()}`, maxWaitTimeInMs: 100 })
const users = new Map<number, Set<string>>()
let seen = 0
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await new Promise<void>((resolve, reject) => {
  consumer.run({
    autoCommit: false,
    async eachBatch({ batch, heartbeat }) {
      for (const { value } of batch.messages) {
        const { ts, uid } = JSON.parse(value!.toString()) as { ts: number | string; uid: string }
        const minute = Math.floor(Number(ts) / 60) * 60
        let set = users.get(minute)
        if (set === undefined) users.set(minute, set = new Set())
        set.add(uid)
      }
      seen += batch.messages.length
      await heartbeat()
      if (seen >= Number(count)) resolve()
    },
  }).catch(reject)
})
await consumer.disconnect()
for (const [minute, set] of users) process.stdout.write(`${minute} ${set.size}\n`)
