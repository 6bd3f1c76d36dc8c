/**
 * How soon a restart goes on after kill -9, by whole processes and a real broker: at once where the
 * dead one's machine is ours, and else when its session is over, which is said.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { freshName, kill, until, withRuns } from '../support/kafka-runs.ts'
import type { Running } from '../support/running.ts'
import { newTopic, produce } from '../support/topics.ts'

const killedMember = fileURLToPath(new URL('../support/killed-member.js', import.meta.url))
const minute = 1468244340

let broker: Broker

const flagsOf = (topic: string, group: string) => {
  const config = join(broker.folder, `${group}.properties`)
  writeFileSync(config, 'session.timeout.ms=30000\n')
  const kafka = ['--kafka', '--topic', topic, '--group', group, '--kafka-config', config]
  return [...kafka, ...'--minute --max-delay 0s --lateness 0s --max-jump off'.split(' ')]
}

/** A frame in each of these minutes; the last one closes those before. */
function feed(topic: string, minutes: readonly number[]): Promise<void> {
  const frames = minutes.map((each) => ({ value: `{"uid":"u","ts":${minute + 60 * each}}` }))
  return produce(broker.brokers, topic, frames)
}

/** Seconds until standard output has the line of that minute. */
async function secondsTo(each: number, pipeline: Running, patienceMs: number): Promise<number> {
  const sinceMs = performance.now()
  const line = `"start":${minute + 60 * each},`
  await until(
    `line ${each}; ${pipeline.stderr}`,
    () => pipeline.stdout.includes(line),
    patienceMs,
  )
  return (performance.now() - sinceMs) / 1000
}

describe('a process started after kill -9', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
  })
  after(() => broker.stop())

  test('goes on at once where the dead one was of this machine', async (t) => {
    const topic = await newTopic(broker.brokers)
    const group = freshName()
    const flags = flagsOf(topic, group)
    await feed(topic, [0, 1])
    await withRuns(async (start) => {
      let last = start(broker, ['uc-pipeline', ...flags])
      await secondsTo(0, last, 20_000)
      for (let each = 1; each <= 3; each++) {
        await kill(last)
        await feed(topic, [each + 1])
        const dead = last.child.pid
        last = start(broker, ['uc-pipeline', ...flags])
        const seconds = await secondsTo(each, last, 60_000)
        t.diagnostic(`restart ${each}: first new line after ${seconds.toFixed(2)} s`)
        assert.ok(seconds < 5, `${seconds} s; ${last.stderr}`)
        assert.match(last.stderr, new RegExp(`process ${dead} has died as a member of group`))
        assert.doesNotMatch(last.stderr, /waiting for/)
      }
    })
  })

  for (const own of [[], ['--partitions', '0']]) {
    test(`so does uc-from-kafka ${own.join(' ')}`, async () => {
      const topic = await newTopic(broker.brokers)
      const flags = flagsOf(topic, freshName()).slice(3, 7)
      const command = ['uc-from-kafka', topic, '--plain', ...flags, ...own] as const
      await withRuns(async (start) => {
        await feed(topic, [0])
        const first = start(broker, [...command])
        await first.says(`"ts":${minute}`)
        await kill(first)
        await feed(topic, [1])
        const second = start(broker, [...command])
        await until(
          `a line; ${second.stderr}`,
          () => second.stdout.includes(`${minute + 60}`),
          5000,
        )
        assert.match(second.stderr, new RegExp(`process ${first.child.pid} has died`))
      })
    })
  }

  test('says whom it waits for, and how long, where that was another machine', async (t) => {
    const topic = await newTopic(broker.brokers)
    const group = freshName()
    await feed(topic, [0, 1])
    await withRuns(async (start) => {
      const dead = start(broker, [killedMember, broker.brokers, group, topic, '6000'])
      await dead.says('joined')
      await kill(dead)
      const pipeline = start(broker, ['uc-pipeline', ...flagsOf(topic, group)])
      await until('whom it waits for', () => pipeline.stderr.includes('waiting for'))
      const said = `uc-pipeline: waiting for process 1 of group ${group} on elsewhere, up to 6 s\n`
      assert.ok(pipeline.stderr.includes(said), pipeline.stderr)
      const seconds = await secondsTo(0, pipeline, 20_000)
      t.diagnostic(`first line after ${seconds.toFixed(2)} s`)
    })
  })

  test('leaves alone one that lives, and one that is suspended', async () => {
    const topic = await newTopic(broker.brokers)
    const flags = flagsOf(topic, freshName())
    await feed(topic, [0, 1])
    await withRuns(async (start) => {
      const owner = start(broker, ['uc-pipeline', ...flags])
      await secondsTo(0, owner, 20_000)
      const second = start(broker, ['uc-pipeline', ...flags])
      await until('standing by', () => second.stderr.includes('standing by'))
      assert.doesNotMatch(second.stderr, /waiting for|has died/)
      await kill(second)
      owner.child.kill('SIGSTOP')
      const third = start(broker, ['uc-pipeline', ...flags])
      const waiting = `waiting for process ${owner.child.pid} of group`
      await until('whom it waits for', () => third.stderr.includes(waiting))
      await sleep(500)
      assert.match(third.stderr, new RegExp(`process ${second.child.pid} has died`))
      assert.doesNotMatch(third.stderr, new RegExp(`process ${owner.child.pid} has died`))
      owner.child.kill('SIGCONT')
      await until('standing by', () => third.stderr.includes('standing by'))
      await feed(topic, [2])
      await secondsTo(1, owner, 20_000)
      assert.doesNotMatch(owner.stderr, /taken over/)
    })
  })
})
