/**
 * How long after the arrival of the frame that closes a window has a reader of what is committed its
 * line?
 *
 *   npm run bench -- kafka-delay                10,000 frames a second, 20 s
 *   npm run bench -- kafka-delay 2000 60        frames a second, seconds
 *   npm run bench -- kafka-delay 2000 60 --at-least-once     and flags of uc-pipeline
 *
 * Live frames of 500 bytes go into 4 partitions, `uc-pipeline --kafka --window 1s --max-delay 100ms
 * --to-kafka` counts them. The broker notes when it has appended a frame. A window closes with the
 * frame by which the last of the partitions has come past its end by more than --max-delay; the delay
 * is from the append of that frame to the moment at which a consumer here has the line, on the same
 * machine. Frames are counted again here.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { registerCodecs } from '../../src/kafka/codecs/codecs.ts'
import type { ResultLine } from '../../src/records.ts'
import { startBroker } from '../support/broker.ts'
import { binFolder } from '../support/paths.ts'
import { newTopic, patientKafka, readTopic } from '../support/topics.ts'

const framesPerSecond = Number(process.argv[2] ?? 10_000)
const seconds = Number(process.argv[3] ?? 20)
const partitions = 4
const maxDelayMs = 100
const tickMs = 10
const pad = 'x'.repeat(440)

/** Sends frames of now, as many as there should be by now. */
async function sendLive(brokers: string, topic: string): Promise<void> {
  const producer = patientKafka(brokers).producer()
  await producer.connect()
  const beganAtMs = Date.now()
  for (let sent = 0; sent < framesPerSecond * seconds;) {
    const due = Math.min(seconds * 1000, Date.now() - beganAtMs) / 1000 * framesPerSecond
    const messages = []
    for (; sent < due; sent++) {
      const value = `{"uid":"user${sent % 5000}","ts":${Date.now() / 1000},"pad":"${pad}"}`
      messages.push({ value, partition: sent % partitions })
    }
    if (messages.length > 0) await producer.send({ topic, messages })
    await sleep(tickMs)
  }
  await producer.disconnect()
}

/** By end of window: when the last partition came past it, and the users of it. */
async function expected(brokers: string, topic: string) {
  const users = new Map<number, Set<string>>()
  const reached = new Map<number, number[]>()
  for (const { partition, timestamp, value } of await readTopic(brokers, topic)) {
    const { ts, uid } = JSON.parse(value!) as { ts: number; uid: string }
    const end = Math.floor(ts) + 1
    users.set(end, (users.get(end) ?? new Set()).add(uid))
    const closed = Math.floor((ts * 1000 - maxDelayMs) / 1000)
    const times = reached.get(closed) ?? Array.from({ length: partitions }, () => Infinity)
    times[partition] = Math.min(times[partition]!, Number(timestamp))
    reached.set(closed, times)
  }
  return { users, closedAtMs: (end: number) => Math.max(...(reached.get(end) ?? [Infinity])) }
}

registerCodecs()
const broker = await startBroker()
try {
  const { brokers } = broker
  const config = { 'message.timestamp.type': 'LogAppendTime' }
  const frames = await newTopic(brokers, { partitions, config })
  const results = await newTopic(brokers)
  const flags = ['--kafka', '--topic', frames, '--to-kafka', '--result-topic', results]
  const time = ['--window', '1s', '--max-delay', `${maxDelayMs}ms`, ...process.argv.slice(4)]
  const pipeline = spawn(process.execPath, [join(binFolder, 'uc-pipeline'), ...flags, ...time], {
    env: { ...process.env, UC_KAFKA_BROKERS: brokers },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const seenAtMs = new Map<number, number>()
  const consumer = patientKafka(brokers).consumer({ groupId: 'delay', maxWaitTimeInMs: 1000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [results], fromBeginning: true })
  await consumer.run({
    // deno-lint-ignore require-await -- kafkajs asks for a promise
    eachMessage: async ({ message }) => {
      const { pane, end } = JSON.parse(message.value!.toString()) as ResultLine
      if (pane === 'on-time') seenAtMs.set(end, Date.now())
    },
  })
  await sleep(3000)
  await sendLive(brokers, frames)
  await sleep(2000)
  await consumer.disconnect()
  pipeline.kill('SIGTERM')
  await new Promise((resolve) => pipeline.on('close', resolve))

  const { users, closedAtMs } = await expected(brokers, frames)
  const delaysMs: number[] = []
  for (const { value } of await readTopic(brokers, results)) {
    const line = JSON.parse(value!) as ResultLine
    if (line.pane !== 'on-time' || !Number.isFinite(closedAtMs(line.end))) continue
    assert.equal(line.users, users.get(line.end)!.size)
    delaysMs.push(seenAtMs.get(line.end)! - closedAtMs(line.end))
  }
  delaysMs.sort((a, b) => a - b)
  const at = (share: number) => delaysMs[Math.floor(share * (delaysMs.length - 1))]!
  process.stdout.write(
    `${framesPerSecond} frames/s, ${delaysMs.length} windows: ` +
      `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms\n`,
  )
} finally {
  await broker.stop()
}
