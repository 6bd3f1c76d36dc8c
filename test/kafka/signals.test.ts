/** The first signal ends a command that waits for a broker, or for its group, at any moment. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { below, seededRandom } from '../../src/generate/random.ts'
import { type Broker, ownSkipReason, startBroker } from '../support/broker.ts'
import { freshName } from '../support/kafka-runs.ts'
import { binFolder } from '../support/paths.ts'
import { Running } from '../support/running.ts'
import { seed, seedHint } from '../support/seed.ts'
import { newTopic } from '../support/topics.ts'

/** Far less than the patience with brokers or sessions, far more than an end takes. */
const soonMs = 10_000

function start(brokers: string, command: string): Running {
  const [name = '', ...words] = command.split(' ')
  const env = { ...process.env, UC_KAFKA_BROKERS: brokers }
  return new Running(spawn(process.execPath, [join(binFolder, name), ...words], { env }))
}

async function endsSoon(running: Running, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const sinceMs = performance.now()
  running.child.kill(signal)
  const status = await running.status()
  const tookMs = performance.now() - sinceMs
  assert.equal(status, signal === 'SIGINT' ? 130 : 143, running.stderr)
  assert.match(running.stderr, new RegExp(`stopped by ${signal}`))
  assert.ok(tookMs < soonMs, `${Math.round(tookMs)} ms`)
}

for (const command of ['uc-pipeline --kafka', 'uc-from-kafka frames', 'uc-to-kafka results']) {
  test(`a signal ends ${command} while it waits for a broker`, async () => {
    const running = start('127.0.0.1:1', command)
    for (let i = 0; i < 300 && !running.stderr.includes('waiting: '); i++) await sleep(50)
    await endsSoon(running, 'SIGTERM')
  })
}

describe('at a broker', { skip: ownSkipReason }, () => {
  let broker: Broker
  before(async () => broker = await startBroker())
  after(() => broker.stop())

  test(`a signal ends a run that connects, joins or reads; ${seedHint}`, async () => {
    const random = seededRandom(seed)
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    for (let i = 0; i < 6; i++) {
      const run = i % 2 === 0
        ? `uc-pipeline --kafka --topic ${topic} --group ${freshName()}`
        : `uc-from-kafka ${topic} --group ${freshName()}`
      const running = start(broker.brokers, run)
      const says = i % 2 === 0 ? 'reads topic' : '"from":"from-kafka"'
      const said = () => `${running.stdout}${running.stderr}`.includes(says)
      for (let j = 0; j < 600 && !said(); j++) await sleep(20)
      await sleep(below(random, 1500))
      await endsSoon(running, i < 3 ? 'SIGINT' : 'SIGTERM')
    }
  })

  test('a signal ends a run that waits for a session that has died to be over', async () => {
    const topic = await newTopic(broker.brokers)
    const run = `uc-pipeline --kafka --topic ${topic} --group ${freshName()}`
    const first = start(broker.brokers, run)
    for (let j = 0; j < 600 && !first.stderr.includes('reads topic'); j++) await sleep(20)
    await sleep(2000)
    first.child.kill('SIGKILL')
    await first.status()
    const second = start(broker.brokers, run)
    for (let j = 0; j < 600 && !second.stderr.includes('reads topic'); j++) await sleep(20)
    await sleep(1000)
    await endsSoon(second, 'SIGINT')
  })
})
