/** uc-state on the state of a group: what it shows is what the run goes on from, until it is emptied. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { StateSummary } from '../../src/cli/run/state-summary.ts'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { freshName, kafkaOutput, kafkaShell, resultsOf, withRuns } from '../support/kafka-runs.ts'
import { newTopic, produce } from '../support/topics.ts'

const minute = 1468244340

describe('the state of a group', { skip: skipReason }, () => {
  let broker: Broker
  before(async () => broker = await startBroker())
  after(() => broker.stop())

  const send = (topic: string, from: number, to: number) => {
    const frames = Array.from({ length: to - from }, (_, i) => from + i)
    return produce(
      broker.brokers,
      topic,
      frames.map((i) => ({ value: `{"uid":"u${i}","ts":${minute + i}}`, partition: i % 2 })),
    )
  }
  const seen = async (group: string): Promise<StateSummary> => {
    return JSON.parse(await kafkaOutput(broker, `uc-state --kafka --group ${group}`))
  }

  test('is shown, and after a reset the run goes on with nothing counted', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const group = freshName()
    const run = `uc-pipeline --kafka --topic ${topic} --group ${group} --hour --stop-at end`
    await send(topic, 0, 100)
    assert.equal(await kafkaOutput(broker, run), '')
    const { partitions, frames, windows } = await seen(group)
    assert.deepEqual(partitions, [
      { partition: `${topic}[0]`, offset: 50 },
      { partition: `${topic}[1]`, offset: 50 },
    ])
    assert.equal(frames, 100)
    assert.deepEqual(windows.map(({ window, open, users }) => [window, open, users]), [
      ['hour', 1, 100],
    ])
    const asked = await kafkaShell(broker, `uc-state --kafka --group ${group} --reset`)
    assert.match(asked.stderr, /--reset: no terminal to ask on; add --yes/)
    await kafkaOutput(broker, `uc-state --kafka --group ${group} --reset --yes`)
    assert.deepEqual((await seen(group)).windows, [])
    await send(topic, 100, 130)
    const [line, ...more] = resultsOf(await kafkaOutput(broker, `${run} --close`))
    assert.deepEqual([line!.users, more], [30, []])
  })

  test('is not emptied while a process has it', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const group = freshName()
    await send(topic, 0, 200)
    await withRuns(async (start) => {
      const command = ['uc-pipeline', '--kafka', '--topic', topic, '--group', group] as const
      const pipeline = start(broker, [...command, '--max-delay', '1s'])
      await pipeline.says('"pane":"on-time"')
      const { status, stderr } = await kafkaShell(
        broker,
        `uc-state --kafka --group ${group} --reset --yes`,
      )
      assert.equal(status, 1)
      assert.match(
        stderr,
        /^uc-state: the state in topic \S+ is in use: group \S+ has 1 members; end .*\n$/,
      )
    })
  })
})
