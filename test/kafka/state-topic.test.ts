/** The state of a topic: what is refused, what goes on, and what begins anew. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import { freshName, kafkaOutput, kafkaShell, resultsOf } from '../support/kafka-runs.ts'
import { newTopic, produce, withAdmin } from '../support/topics.ts'

const minute = 1468244340

describe('a topic with a state', { skip: skipReason }, () => {
  let broker: Broker
  before(async () => broker = await startBroker())
  after(() => broker.stop())

  /** Frames of so many seconds, one a second. */
  const send = (topic: string, from: number, to: number) => {
    const seconds = Array.from({ length: to - from }, (_, i) => from + i)
    const messages = seconds.map((s) => ({ value: `{"uid":"u${s}","ts":${minute + s}}` }))
    return produce(broker.brokers, topic, messages)
  }
  const begun = async () => {
    const topic = await newTopic(broker.brokers)
    const group = freshName()
    await send(topic, 0, 100)
    const run = `uc-pipeline --kafka --topic ${topic} --group ${group} --stop-at end --minute`
    await kafkaOutput(broker, run)
    return { topic, group, run }
  }
  const refusal = async (script: string): Promise<string> => {
    const { status, stderr } = await kafkaShell(broker, script)
    assert.equal(status, 1, stderr)
    return stderr.trim().split('\n').at(-1)!
  }

  test('goes on, and adds to the files that it has written', async () => {
    await withFolder(async (cwd) => {
      const topic = await newTopic(broker.brokers)
      const run = `uc-pipeline --kafka --topic ${topic} --group ${freshName()} --stop-at end ` +
        '--minute --out out --rejects rejects'
      for (const from of [0, 100, 200]) {
        await produce(broker.brokers, topic, [{ value: 'none' }])
        await send(topic, from, from + 100)
        await kafkaOutput(broker, from < 200 ? run : `${run} --close`, { cwd })
      }
      const lines = resultsOf(readFileSync(join(cwd, 'out'), 'utf8'))
      assert.deepEqual(
        lines.map(({ start, users, revision }) => [(start - minute) / 60, users, revision]),
        [[0, 60, 0], [1, 60, 0], [2, 60, 0], [3, 60, 0], [4, 60, 0]],
      )
      assert.equal(readFileSync(join(cwd, 'rejects'), 'utf8').trim().split('\n').length, 3)
    })
  })

  test('keeps its flags, its topic and its group', async () => {
    const { group, run } = await begun()
    assert.match(await refusal(`${run} --max-delay 9s`), /saved with --max-delay 5s \(here 9s\)/)
    const other = await newTopic(broker.brokers)
    const elsewhere = `uc-pipeline --kafka --topic ${other} --group ${group} --stop-at end --minute`
    assert.match(await refusal(elsewhere), /--topic: the state is of the topic .*another --group/)
    const shared = run.replace(group, `${group}-2 --state-topic ${group}-state`)
    assert.match(
      await refusal(shared),
      new RegExp(`saved with --group ${group} \\(here ${group}-2`),
    )
  })

  test('is refused where its state is gone, until it is counted anew', async () => {
    const { group, run } = await begun()
    await withAdmin(broker.brokers, (admin) => admin.deleteTopics({ topics: [`${group}-state`] }))
    assert.match(await refusal(run), /with a state, and topic \S+ holds none.*--start-at beginning/)
    const anew = resultsOf(await kafkaOutput(broker, `${run} --start-at beginning --close`))
    assert.deepEqual(anew.map(({ users }) => users), [60, 40])
  })

  test('is counted anew by --start-at, and what it had is ended', async () => {
    const { topic, run } = await begun()
    const anew = await kafkaShell(broker, `${run} --max-delay 1s --start-at beginning`)
    assert.match(anew.stderr, /--start-at: leaves the state in topic \S+, and counts anew/)
    await send(topic, 100, 130)
    const lines = resultsOf(await kafkaOutput(broker, `${run} --max-delay 1s --close`))
    assert.deepEqual(lines.map(({ start, users }) => [(start - minute) / 60, users]), [
      [1, 60],
      [2, 10],
    ])
  })

  test('is refused where brokers would delete its state, or its offsets were set', async () => {
    const { topic, group, run } = await begun()
    const kept = await newTopic(broker.brokers)
    assert.match(
      await refusal(`${run.replace(group, freshName())} --state-topic ${kept}`),
      /cleanup\.policy=delete, and would lose what it holds/,
    )
    await withAdmin(broker.brokers, (admin) => {
      return admin.setOffsets({
        groupId: group,
        topic,
        partitions: [{ partition: 0, offset: '5' }],
      })
    })
    assert.match(await refusal(run), /\[0\] is at 5, and was counted up to 100; /)
  })
})
