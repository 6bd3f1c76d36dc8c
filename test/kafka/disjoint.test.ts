/** A topic that is keyed by user, counted by processes that tell one another numbers of users alone. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import {
  freshName,
  kafkaOutput,
  kafkaShell,
  resultsOf,
  startKafka,
  until,
  withRuns,
} from '../support/kafka-runs.ts'
import { windowKey } from '../../src/records.ts'
import { newTopic, produce, readTopic, withAdmin } from '../support/topics.ts'

/** About 20 minutes of frames, some of them out of order. */
const generate = 'uc-generate -c 24000 -r 20 -n 2000 --frame-bytes 60 -d 20 -s 7'
const counted = '--minute --method exact'
const ended = '--idle off --stop-at end --close'

let broker: Broker
let frames: { key: string; value: string }[]

/** By a producer that knows how many partitions there are by now. */
async function feed(topic: string, from: number, to: number): Promise<void> {
  await produce(broker.brokers, topic, frames.slice(from, to))
}

describe('a topic that is keyed by user', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
    const lines = (await kafkaOutput(broker, generate)).trimEnd().split('\n')
    frames = lines.map((value) => {
      return { key: String((JSON.parse(value) as { uid: unknown }).uid), value }
    })
  })
  after(() => broker.stop())

  test('two processes with --disjoint give the lines of one, and no user travels', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 3 })
    await feed(topic, 0, frames.length)
    const one = `uc-pipeline --kafka --topic ${topic} ${counted} --hour ${ended}`
    const alone = await kafkaOutput(broker, `${one} --group $GROUP`)
    assert.ok(alone.includes('"pane":"late"'))
    const group = freshName()
    const partials = `${group}-p`
    const share = `${one} --group ${group} --partials ${partials} --disjoint --create 1`
    await kafkaOutput(broker, `${share} & p=$!; ${share}; s=$?; wait $p && exit $s`)
    const merge = `uc-merge --kafka ${partials} --group ${group}-m --stop-at end`
    assert.equal(await kafkaOutput(broker, merge), alone)
    const panes = (await readTopic(broker.brokers, partials)).map(({ value }) => value!)
    assert.ok(panes.some((pane) => pane.includes('"disjoint":{"users":')))
    assert.ok(!panes.some((pane) => /"(users|sketch)":"/.test(pane)))
    const processes = `${one} --group ${freshName()} --processes 2 --disjoint`
    assert.equal(await kafkaOutput(broker, processes), alone)
    const open = share.replace(' --close', '').replaceAll(group, freshName())
    await kafkaOutput(broker, open)
    const { status, stderr } = await kafkaShell(broker, open.replace(' --disjoint', ''))
    assert.equal(status, 1, stderr)
    assert.match(stderr, /saved with --disjoint on \(here off\)/)
  })

  test('windows in which it gets a partition are refused, those behind are counted', async () => {
    await withFolder(async (cwd) => {
      const config = join(cwd, 'client.properties')
      writeFileSync(config, 'metadata.max.age.ms=1000\n')
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      const group = freshName()
      const minutely =
        `uc-pipeline --kafka --topic ${topic} ${counted} --max-delay 30s --lateness 0s`
      const rest = `--group ${group} --idle 10m --processes 2 --disjoint --kafka-config ${config}`
      const [half, step] = [frames.length / 2, 600]
      await withRuns(async (start: typeof startKafka) => {
        const [name, ...args] = `${minutely} ${rest}`.split(' ')
        const running = start(broker, [name!, ...args])
        const linesOf = () =>
          resultsOf(running.stdout.slice(0, running.stdout.lastIndexOf('\n') + 1))
        await feed(topic, 0, half)
        await until('lines', () => linesOf().length >= 8, 60_000)
        await withAdmin(broker.brokers, (admin) => {
          return admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
        })
        await until('the new partition is read', async () => {
          const marks = await readTopic(broker.brokers, `${group}-partials`)
          return marks.some(({ value }) => value?.includes('"source":3'))
        }, 60_000)
        for (let from = half; from < frames.length; from += step) {
          await feed(topic, from, from + step)
          const behind = from === half ? 1000 : 300
          await new Promise((resolve) => setTimeout(resolve, behind))
        }
        await until('lines behind the change', () => linesOf().length >= 14, 60_000)
        running.child.kill('SIGTERM')
        await running.status()
        const alone = await kafkaOutput(broker, `${minutely} ${ended} --group ${freshName()}`)
        const found = linesOf().map((line) => JSON.stringify(line))
        const all = alone.trimEnd().split('\n')
        assert.deepEqual(found.filter((line) => !all.includes(line)), [])
        const missing = resultsOf(alone).filter((line) => !found.includes(JSON.stringify(line)))
        const last = linesOf().at(-1)!.start
        const refused = missing.filter(({ start }) => start < last).map(windowKey)
        assert.ok(refused.length > 0 && refused.length <= 4, refused.join(' '))
        assert.match(
          running.stderr,
          new RegExp(
            `${refused.length}.* windows not written: ${refused[0]}: .* 3 partitions and to 4`,
          ),
        )
      })
    })
  })

  test('what --disjoint does not go with is said before anything is read', async () => {
    const wrong: [string, RegExp][] = [
      ['uc-pipeline --disjoint f', /--disjoint says nothing without --partials or --processes/],
      ['uc-pipeline --kafka --disjoint', /--disjoint says nothing without --partials or --proc/],
      ['uc-pipeline --kafka --partials --disjoint --sketch', /--disjoint and --sketch contradict/],
      ['uc-pipeline --kafka --processes 2 --disjoint --sketch', /--disjoint and --sketch contra/],
      [
        'uc-pipeline --kafka --partials --disjoint --rolling 7d',
        /--disjoint and --rolling 7d contradict each other; leave --disjoint out/,
      ],
      ['uc-merge --kafka --disjoint', /--kafka and --disjoint contradict/],
    ]
    for (const [script, pattern] of wrong) {
      const { status, stderr } = await kafkaShell(broker, script)
      assert.match(stderr, pattern, script)
      assert.equal(status, 2, script)
    }
  })
})
