/** Many processes that share a topic, united: the lines that one would have written, to the byte. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import {
  freshName,
  kafkaOutput,
  kafkaPermissions,
  kafkaShell,
  type startKafka,
  until,
  withRuns,
} from '../support/kafka-runs.ts'
import { binFolder, denoPath } from '../support/paths.ts'
import { newTopic, produce, readTopic } from '../support/topics.ts'

const partitions = 6
/** Late frames, wrong clocks and broken lines; some windows are exact, some estimates. */
const generate = 'uc-generate -c 20000 -r 40 -n 3000 --frame-bytes 100 -d 20 --broken 2 -s 5'
const counted = '--minute --hour --exact-limit 1200 --lateness 5m --tz Europe/Zurich'
/** Sources never fall silent here, however slow the machine is. */
const ended = '--idle off --stop-at end --close'

let broker: Broker
let topic: string
let lines: string[]
/** Of one process. */
let alone: string

function names() {
  const group = freshName()
  const partials = `${group}-p`
  const share = `uc-pipeline --kafka --topic ${topic} --group ${group} ${counted} ${ended} ` +
    `--partials ${partials}`
  const merge = `uc-merge --kafka ${partials} --group ${group}-m --stop-at end`
  return { group, partials, share, merge }
}

function sorted(text: string): string[] {
  return text.trimEnd().split('\n').sort()
}

async function feed(from: number, to: number): Promise<void> {
  const messages = lines.slice(from, to).map((value, i) => {
    return { value, partition: (from + i) % partitions }
  })
  for (let i = 0; i < messages.length; i += 2000) {
    await produce(broker.brokers, topic, messages.slice(i, i + 2000))
  }
}

describe('many processes', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
    topic = await newTopic(broker.brokers, { partitions })
    lines = (await kafkaOutput(broker, generate)).trimEnd().split('\n')
    await feed(0, lines.length)
    alone = await kafkaOutput(
      broker,
      `uc-pipeline --kafka --topic ${topic} --group $GROUP ${counted} ${ended}`,
    )
    assert.ok(sorted(alone).some((line) => line.includes('"pane":"late"')))
    assert.ok(['exact', 'hll'].every((method) => alone.includes(`"method":"${method}"`)))
  })
  after(() => broker.stop())

  test('two share the partitions, and uc-merge gives the lines of one', async () => {
    const { share, merge } = names()
    await kafkaOutput(
      broker,
      `${share} --create 1 & p=$!; ${share} --create 1; s=$?; wait $p && exit $s`,
    )
    assert.equal(await kafkaOutput(broker, merge), alone)
  })

  test('with more partitions of panes, two uc-merge share the windows', async () => {
    const { share, merge, partials } = names()
    await kafkaOutput(broker, `${share} --create 3`)
    const both = await withFolder((cwd) => {
      return kafkaOutput(broker, `${merge} > one & ${merge}; wait; cat one`, { cwd })
    })
    assert.deepEqual(sorted(both), sorted(alone))
    const used = new Set((await readTopic(broker.brokers, partials)).map((each) => each.partition))
    assert.equal(used.size, 3)
  })

  test('a topic of results has each line once, with the key of its window', async () => {
    const { share, merge } = names()
    const results = await newTopic(broker.brokers)
    await kafkaOutput(broker, `${share} --create 1`)
    await kafkaOutput(broker, `${merge} --to-kafka --result-topic ${results}`)
    const messages = await readTopic(broker.brokers, results)
    assert.equal(messages.map(({ value }) => `${value}\n`).join(''), alone)
    assert.match(messages[0]!.key!, /^minute\/\d+$/)
  })

  test('--processes starts them, and goes on where it stood', async () => {
    const own = await newTopic(broker.brokers, { partitions })
    const [group, of] = [freshName(), own]
    const run = `uc-pipeline --kafka --topic ${of} --group ${group} ${counted} --idle off ` +
      '--processes 2 --rejects r'
    const before = topic
    try {
      topic = own
      await withFolder(async (cwd) => {
        await feed(0, 9000)
        const first = await kafkaOutput(broker, `${run} --stop-at end`, { cwd })
        await feed(9000, lines.length)
        const second = await kafkaOutput(broker, `${run} --stop-at end --close`, { cwd })
        assert.deepEqual(sorted(first + second), sorted(alone))
        const rejects = [1, 2].map((i) => readFileSync(join(cwd, `r.${i}`), 'utf8')).join('')
        assert.ok(rejects.includes('"malformed"') && rejects.includes('"quarantined"'))
      })
    } finally {
      topic = before
    }
  })

  test('what kills one of them does not stop the others, and a signal ends all', async () => {
    const group = freshName()
    const args = `--kafka --topic ${topic} --group ${group} ${counted} --idle off --processes 2`
    const children = async () => {
      const { stdout } = await kafkaShell(
        broker,
        `pgrep -f -- "--group=${group} .*--partials-topic"`,
      )
      return stdout.trim().split('\n').filter((pid) => pid !== '').map(Number)
    }
    await withRuns(async (start: typeof startKafka) => {
      const running = start(broker, ['uc-pipeline', ...args.split(' ')])
      await until('two children', async () => (await children()).length === 2)
      process.kill((await children())[0]!, 'SIGKILL')
      await until('another one', () => /SIGKILL; another one goes on/.test(running.stderr))
      await running.says('"revision":0') // lines come all the same
      await until('two children again', async () => (await children()).length === 2)
      running.child.kill('SIGTERM')
      assert.equal(await running.status(), 143, running.stderr)
      assert.deepEqual(await children(), [])
    })
  })

  test('they run on Deno', async () => {
    const { share, merge } = names()
    const deno = `${denoPath} run ${kafkaPermissions.join(' ')}`
    const on = (script: string) => {
      return script.replace(/^(\S+)/, `${deno} ${binFolder}/$1 --brokers $UC_KAFKA_BROKERS`)
    }
    await kafkaOutput(broker, on(`${share} --create 1`))
    assert.equal(await kafkaOutput(broker, on(merge)), alone)
    const group = freshName()
    const processes = `uc-pipeline --kafka --topic ${topic} --group ${group} ${counted} ${ended} ` +
      '--processes 2'
    const all = processes.replace(/^/, `${denoPath} run -A ${binFolder}/`)
    assert.equal(await kafkaOutput(broker, all), alone)
  })

  test('what would be told twice, or counted in two ways, is refused by name', async () => {
    const { share, merge, partials, group } = names()
    await kafkaOutput(broker, `${share} --create 1`)
    const refusal = async (script: string) => {
      const { status, stderr } = await kafkaShell(broker, script)
      assert.equal(status, 1, stderr)
      return stderr.trim().split('\n').at(-1)!
    }
    const other = share.replace(group, freshName())
    await kafkaOutput(broker, other)
    assert.match(await refusal(merge), /come again: they were told up to offset \d+, .* a topic of/)
    const otherPlan = share.replace(group, freshName()).replace('--minute', '--minute --day')
    const [first, second] = [freshName(), `${partials}-2`]
    const into = (script: string) =>
      script.replace(`--partials ${partials}`, `--partials ${second}`)
    await kafkaOutput(broker, into(share.replace(group, first)) + ' --create 1')
    await kafkaOutput(broker, into(otherPlan))
    assert.match(
      await refusal(merge.replace(partials, second).replace(`${group}-m`, freshName())),
      /are counted by .*"day".*those before by .*start all processes with the same flags/,
    )
    const open = share.replace(group, freshName()).replace(' --close', '')
    await kafkaOutput(broker, open.replace(partials, `${partials}-3 --create 1`))
    assert.match(
      await refusal(open.replace(` --partials ${partials}`, '')),
      /saved with --partials on \(here off\)/,
    )
  })

  test('what does not go together is said before anything is read', async () => {
    const wrong: [string, RegExp][] = [
      ['uc-pipeline --partials', /--partials says nothing without --kafka/],
      ['uc-pipeline --kafka --partials --to-kafka', /give --to-kafka to uc-merge/],
      ['uc-pipeline --kafka --partials --early 1s', /give --early to uc-merge/],
      ['uc-pipeline --kafka --partials --order none --close --stop-at end', /in one process/],
      ['uc-pipeline --kafka --partials --start-at end', /begin with a new --group/],
      ['uc-pipeline --kafka --partials --processes 2', /--processes unites by itself/],
      ['uc-pipeline --processes 2 f', /--processes says nothing without --kafka/],
      ['uc-merge --kafka --to hour', /partial panes say how they are counted/],
      ['uc-merge --kafka a b', /expected the topic of partial panes/],
      ['uc-merge --kafka --to-kafka a', /name it by --partials-topic or --result-topic, or name/],
      ['uc-merge --kafka x --to-kafka --result-topic x', /name topics that differ/],
      ['uc-merge --kafka --partials-topic x --to-kafka x', /name topics that differ/],
      ['uc-merge --group g f', /--group says nothing without --kafka/],
      ['uc-merge --kafka x --to-kafka x', /name topics that differ/],
    ]
    for (const [script, pattern] of wrong) {
      const { status, stderr } = await kafkaShell(broker, script)
      assert.match(stderr, pattern, script)
      assert.equal(status, 2, script)
    }
  })
})
