/**
 * Which lines are wanted, and what records look like, is the same for topics as for files: the lines
 * of one are those of the other, to the byte, counted by one process or by many.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { below, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { freshName, kafkaOutput, kafkaShell } from '../support/kafka-runs.ts'
import { seed, seedHint } from '../support/seed.ts'
import { newTopic, produce, readTopic } from '../support/topics.ts'

/** About two hours, of which some minutes are empty; some records are late, in part by too much. */
function recordsOf(random: Random): string[] {
  let seconds = Date.UTC(2016, 6, 11, 10) / 1000
  return Array.from({ length: 3000 }, () => {
    seconds += below(random, 100) === 0 ? 300 : below(random, 4)
    const time = seconds - (below(random, 30) === 0 ? below(random, 5400) : 0)
    const text = new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ')
    const user = `u${below(random, 500)}`
    const users = pick(random, [
      { userId: user },
      { userId: null, 'device.id': user },
      { userId: '', device: { id: user } },
    ])
    const country = pick(random, ['CH', 'DE', 'FR', '', '\u001b[2J\u202e', '__proto__', 1, 2 ** 60])
    const at = { time: text, zone: pick(random, [null, [1, 2], 'a"b', true]) }
    const groups = below(random, 10) === 0 ? {} : { country }
    return JSON.stringify({ at, ...users, ...groups }, null, below(random, 50) === 0 ? 2 : 0)
  })
}

const reading = '--uid-key userId --uid-key device.id --ts-key /at/time --ts-unit iso ' +
  '--ts-zone Europe/Zurich'
const wanted = [
  '--minute --hour --final',
  '--minute --hour --zero',
  '--minute --final --zero --lateness 10m',
  '--minute --hour --partial --exact-limit 90',
  '--minute --hour --sketch --tz Europe/Zurich',
  '--minute --hour --by country --by /at/zone,country --exact-limit 9',
  '--minute --by country --top 2 --no-total',
]

/** Where the lines of one shard alone make a window, the united line keeps its name as `shard`. */
const namesOfShards = /"shard":"s\d",|"shards":\{.*?\}\},/g

describe('lines of topics', { skip: skipReason }, () => {
  let broker: Broker
  let topic: string
  let cwd: string

  before(async () => {
    broker = await startBroker()
    topic = await newTopic(broker.brokers)
    const records = recordsOf(seededRandom(seed))
    cwd = mkdtempSync(join(tmpdir(), 'uc-lines-'))
    writeFileSync(join(cwd, 'records'), `${records.join('\n')}\n`)
    await produce(broker.brokers, topic, records.map((value) => ({ value: Buffer.from(value) })))
  })
  after(async () => {
    rmSync(cwd, { recursive: true, force: true })
    await broker.stop()
  })

  const keysIn = async (topic: string) => {
    return (await readTopic(broker.brokers, topic)).map(({ key }) => key ?? '')
  }

  const ofFile = async (flags: string) => {
    return await kafkaOutput(broker, `uc-pipeline ${reading} ${flags} records`, { cwd })
  }

  for (const flags of wanted) {
    test(`${flags} gives the lines of a file`, async () => {
      const run = `uc-pipeline --kafka --topic ${topic} --group $GROUP ${reading} ${flags}`
      const lines = await kafkaOutput(broker, `${run} --idle off --stop-at end --close`)
      const expected = await ofFile(flags)
      assert.ok(expected.split('\n').length > 20, seedHint)
      assert.equal(lines, expected, seedHint)
    })

    test(`${flags} gives them through panes that uc-merge unites`, async () => {
      const group = freshName()
      const share = `uc-pipeline --kafka --topic ${topic} --group ${group} ${reading} ${flags} ` +
        `--idle off --stop-at end --close --create 1 --partials ${group}-p`
      const merge = `uc-merge --kafka ${group}-p --group ${group}-m --stop-at end`
      const { status, stderr, stdout } = await kafkaShell(broker, `${share} && ${merge}`)
      assert.equal(status, 0, stderr)
      assert.equal(stdout, await ofFile(flags), seedHint)
    })
  }

  test('lines of groups have keys of their own, by whichever way they are sent', async () => {
    const [direct, piped] = [await newTopic(broker.brokers), await newTopic(broker.brokers)]
    const run = `uc-pipeline ${reading} --minute --order none --by country --by country,/at/zone`
    await kafkaOutput(broker, `${run} records | uc-to-kafka ${piped}`, { cwd })
    const ofTopic = `${run} --kafka --topic ${topic} --group ${freshName()}`
    await kafkaOutput(
      broker,
      `${ofTopic} --stop-at end --close --to-kafka --result-topic ${direct}`,
    )
    const [ofDirect, ofPiped] = [await keysIn(direct), await keysIn(piped)]
    assert.ok(ofDirect.length > 50 && new Set(ofDirect).size === ofDirect.length, seedHint)
    assert.deepEqual(ofDirect.sort(), ofPiped.sort(), seedHint)
    assert.ok(ofDirect.some((key) => key.includes('"country":1152921504606847000}')), seedHint)
  })

  test('lines that carry sets come through a topic and are united exactly', async () => {
    const results = await newTopic(broker.brokers)
    const flags = `${reading} --minute --partial --order none`
    const parts = `grep '^{"' records > lines; for i in 0 1 2; do awk "NR % 3 == $i" lines | ` +
      `uc-pipeline ${flags} --shard s$i | uc-to-kafka ${results} || exit 1; done`
    await kafkaOutput(broker, parts, { cwd })
    const unite = `uc-from-kafka ${results} --stop-at end | uc-merge --order none --to hour`
    const whole = `uc-pipeline ${reading} --hour --order none lines`
    const united = (await kafkaOutput(broker, unite)).replaceAll(namesOfShards, '')
    assert.equal(united, await kafkaOutput(broker, whole, { cwd }), seedHint)
  })
})
