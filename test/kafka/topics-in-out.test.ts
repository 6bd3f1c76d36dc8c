/**
 * Topics in and out, by whole commands and a real broker: the numbers are the generator's own, by
 * both routes, on both runtimes, with every codec, whoever wrote the topic. On Deno with one number
 * of partitions and one codec, drawn by the seed; UC_ALL_ROUTES=1 takes all.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { drawn } from '../support/drawn.ts'
import { withFolder } from '../support/folder.ts'
import {
  equalLast,
  freshName,
  kafkaOutput,
  kafkaPermissions,
  kafkaShell,
  type LastLines,
  resultsIn,
  resultsOf,
  startKafka,
  truthIn,
  until,
} from '../support/kafka-runs.ts'
import { binFolder, denoPath } from '../support/paths.ts'
import { seedHint } from '../support/seed.ts'
import { newTopic, produce, produceByJava, readTopic, withAdmin } from '../support/topics.ts'

let broker: Broker
let frames: string
let truth: LastLines

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const partitionCounts = [1, 4, 12]

/** Numbers of partitions, and codecs. */
const onDenoToo: readonly (number | string)[] = [...drawn(partitionCounts, 1), ...drawn(codecs, 1)]
const isOnDeno = (way: number | string) => onDenoToo.includes(way)
const notDrawn = `Deno with some partitions and codecs, which UC_ALL_ROUTES=1 takes; ${seedHint}`

/** About 200 s of frames; some are late, some malformed, some have wrong clocks. */
const generate = 'uc-generate -c 20000 -r 100 -n 2000 --frame-bytes 200 -d 5 -p 10 --broken 0.2 ' +
  '-s 5 --truth truth.json -o frames.jsonl'

/** As a producer would compress a single record with a value of so many MiB: runs of one byte. */
function largeRecord(mebibytes: number): Buffer {
  const blockBytes = 2 ** 17
  const valueBytes = 8 * mebibytes * blockBytes
  const rest = [...varint(valueBytes)]
  const body = [0, 0, 0, 1, ...rest] // attributes, time, offset, no key
  const head = [...varint(body.length + valueBytes + 1), ...body]
  const block = (kind: number, size: number) => [size << 3 & 255 | kind, size >> 5, size >> 13]
  const blocks = Array.from({ length: 8 * mebibytes }, () => [...block(2, blockBytes), 0x61])
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3, ...block(0, head.length), ...head]
  return Buffer.from([...frame, ...blocks.flat(), ...block(1, 1), 0]) // no headers
}

/** As records have lengths: zigzag, seven bits a byte. */
function varint(length: number): number[] {
  const bytes: number[] = []
  let left = 2 * length
  for (; left > 127; left = Math.floor(left / 128)) bytes.push(left % 128 + 128)
  return [...bytes, left]
}

/** While kafkajs takes what it is to compress by zstd for `compressed`. */
async function produceAs(compressed: Buffer, work: () => Promise<void>): Promise<void> {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const ours = CompressionCodecs[CompressionTypes.ZSTD]
  const { decompress } = ours()
  CompressionCodecs[CompressionTypes.ZSTD] = () => {
    return { compress: () => Promise.resolve(compressed), decompress }
  }
  await work().finally(() => CompressionCodecs[CompressionTypes.ZSTD] = ours)
}

const noRef = { ref: false }

const deno = `${denoPath} run ${kafkaPermissions.join(' ')}`
const onDeno = (command: string) => {
  return `${deno} ${join(binFolder, command)} --brokers $UC_KAFKA_BROKERS`
}

async function written(topic: string, flags = ''): Promise<string> {
  await withFolder(async (cwd) => {
    await kafkaOutput(broker, `${generate} && uc-to-kafka ${topic} ${flags} < frames.jsonl`, {
      cwd,
    })
  })
  return topic
}

async function values(topic: string): Promise<(string | null)[]> {
  return (await readTopic(broker.brokers, topic)).map(({ value }) => value)
}

describe('a topic in, a topic out', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
    await withFolder(async (cwd) => {
      await kafkaOutput(broker, generate, { cwd })
      frames = readFileSync(join(cwd, 'frames.jsonl'), 'utf8')
      truth = truthIn(join(cwd, 'truth.json'), ['minute', 'day'])
    })
  })
  after(() => broker.stop())

  for (const partitions of partitionCounts) {
    describe(`of ${partitions} partitions`, () => {
      let topic: string
      let lines: string

      before(async () => {
        topic = await written(freshName('frames'), `--create ${partitions}`)
        const flags = `--kafka --topic ${topic} --group $GROUP --minute --day --stop-at end --close`
        lines = await kafkaOutput(broker, `uc-pipeline ${flags}`)
      })

      test('holds every line, in order within its partition', async () => {
        const all = await values(topic)
        const expected = frames.split('\n').filter((line) => !/^[ \t\r]*$/.test(line))
        assert.deepEqual([...all].sort(), [...expected].sort())
      })

      test('the last line of each window is the truth', () => equalLast(resultsOf(lines), truth))

      test('so it is in a topic of results', async () => {
        const results = freshName('results')
        const flags = `--kafka --topic ${topic} --group $GROUP --minute --day --stop-at end --close`
        await kafkaOutput(
          broker,
          `uc-pipeline ${flags} --to-kafka ${results} --create 1 --compact`,
        )
        const messages = await readTopic(broker.brokers, results)
        assert.equal(messages.map(({ value }) => `${value}\n`).join(''), lines)
        for (const { key, value } of messages) {
          const { window, start } = resultsOf(value!)[0]!
          assert.equal(key, `${window}/${start}`)
        }
      })

      test('the pipe of commands prints the same bytes', async () => {
        const stdout = await kafkaOutput(
          broker,
          `uc-from-kafka ${topic} --group $GROUP --stop-at end | uc-extract |
            uc-window --minute --day | uc-count`,
        )
        assert.equal(stdout, lines)
      })

      const skip = !isOnDeno(partitions) && notDrawn
      test('both routes do so on Deno', { skip }, async () => {
        const flags = `--kafka --topic ${topic} --group $GROUP --minute --day --stop-at end --close`
        assert.equal(await kafkaOutput(broker, `${onDeno('uc-pipeline')} ${flags}`), lines)
        const from = `${onDeno('uc-from-kafka')} ${topic} --group $GROUP-2 --stop-at end`
        const pipe = `${from} | uc-extract | uc-window --minute --day | uc-count`
        assert.equal(await kafkaOutput(broker, pipe), lines)
      })

      test('the plain parser does so', async () => {
        const flags = `--kafka --topic ${topic} --group $GROUP --minute --day --stop-at end --close`
        assert.equal(await kafkaOutput(broker, `uc-pipeline ${flags} --parser json`), lines)
      })
    })
  }

  for (const codec of codecs) {
    const runtimes = isOnDeno(codec) ? ['uc-pipeline', onDeno('uc-pipeline')] : ['uc-pipeline']
    const there = isOnDeno(codec) ? ', on both runtimes' : ''

    test(`what is written with ${codec} is counted the same${there}`, async (t) => {
      if (!isOnDeno(codec)) t.diagnostic(`NOT TESTED: ${notDrawn}`)
      const topic = await written(freshName('frames'), `--create 2 --compression ${codec}`)
      const results = freshName('results')
      for (const command of runtimes) {
        await kafkaOutput(
          broker,
          `${command} --kafka --topic ${topic} --group $GROUP --minute --day --stop-at end --close \
            --to-kafka ${results} --create 1 --compression ${codec}`,
        )
        equalLast(await resultsIn(broker, results), truth)
      }
    })

    test(`what Java's producer has written with ${codec} is counted the same${there}`, async () => {
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      const lines = frames.split('\n').filter((line) => !/^[ \t\r]*$/.test(line))
      await produceByJava(broker.brokers, topic, { codec, values: lines })
      const flags = `--kafka --topic ${topic} --minute --day --stop-at end --close --max-delay 30s`
      const expected = await kafkaOutput(broker, `uc-pipeline ${flags} --group $GROUP`)
      equalLast(resultsOf(expected), truth)
      if (!isOnDeno(codec)) return
      assert.equal(
        await kafkaOutput(broker, `${onDeno('uc-pipeline')} ${flags} --group $GROUP`),
        expected,
      )
    })
  }

  test('zstd of a few kB that stands for 200 MiB ends the run, told by its place', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    await produce(broker.brokers, topic, [{ value: '{"uid":"a","ts":1468244340}', partition: 1 }])
    await produceAs(largeRecord(200), () => {
      return produce(broker.brokers, topic, [{ value: 'instead of this', partition: 1 }], 'zstd')
    })
    for (const command of [`uc-pipeline --kafka --topic ${topic}`, `uc-from-kafka ${topic}`]) {
      const { status, stderr } = await kafkaShell(
        broker,
        `${command} --group $GROUP --stop-at end --max-memory 700MiB`,
      )
      assert.equal(status, 1)
      const where = `messages of ${topic}[1] at offsets 1 to 1 cannot be read: `
      const why = 'zstd data wants records of more than 128MiB in memory'
      assert.ok(stderr.includes(`${where}${why}\n`), stderr)
    }
  })

  describe('what stands before and in frames', () => {
    const frames = (uids: readonly (readonly number[])[], before: readonly number[]) => {
      return uids.map((uid) => {
        const bytes = [Buffer.from('{"uid":"'), uid, Buffer.from('","ts":1468244340}')]
        return Buffer.concat([Buffer.from(before), ...bytes.map((each) => Buffer.from(each))])
      })
    }
    /** José, Jos\xe8 and Jos\xea in Latin-1, and the first once more. */
    const latin1 = [0xe9, 0xe8, 0xea, 0xe9].map((last) => [0x4a, 0x6f, 0x73, last])
    const routes = {
      'uc-pipeline':
        'uc-pipeline --kafka --topic TOPIC --group $GROUP --stop-at end --close --stats s',
      'uc-pipeline --parser json':
        'uc-pipeline --kafka --topic TOPIC --group $GROUP --stop-at end --close --stats s --parser json',
      'the pipe': 'uc-from-kafka TOPIC --group $GROUP --stop-at end | uc-extract --stats s | ' +
        'uc-window | uc-count',
    }
    for (const [route, script] of Object.entries(routes)) {
      test(`${route} counts ids that are not UTF-8 by their bytes`, async () => {
        const topic = await newTopic(broker.brokers)
        await produce(broker.brokers, topic, frames(latin1, []).map((value) => ({ value })))
        const { users, stats } = await counted(script, topic)
        assert.equal(users, 3)
        assert.equal(stats['notUtf8'], 4)
      })

      test(`${route} takes byte order marks before any message for noise`, async () => {
        const topic = await newTopic(broker.brokers)
        const marked = frames([[0x61], [0x62], [0x63]], [0xef, 0xbb, 0xbf])
        await produce(broker.brokers, topic, marked.map((value) => ({ value })))
        const { users, stats } = await counted(script, topic)
        assert.deepEqual([users, stats['frames'], stats['malformed']], [3, 3, 0])
      })
    }

    async function counted(
      script: string,
      topic: string,
    ): Promise<{ users: number; stats: Record<string, unknown> }> {
      return await withFolder(async (cwd) => {
        const results = freshName('results')
        const send = `uc-to-kafka ${results} --create 1`
        await kafkaOutput(broker, `${script.replace('TOPIC', topic)} | ${send}`, { cwd })
        const [{ users } = { users: NaN }] = await resultsIn(broker, results)
        const stats = JSON.parse(readFileSync(join(cwd, 's'), 'utf8')) as Record<string, unknown>
        return { users, stats }
      })
    }
  })

  describe('values of any kind', () => {
    const large = JSON.stringify({ uid: 'large', ts: 1468244340, text: 'x'.repeat(1_000_000) })
    /** What they are, and whether they are frames. */
    const kinds: readonly (readonly [Buffer | null, boolean])[] = [
      [Buffer.from('{"uid":"a","ts":1468244340}'), true],
      [null, false],
      [Buffer.from(''), false],
      [Buffer.from(' \t\r\n '), false],
      [Buffer.from('{"uid":"b",\r\n"ts":\n1468244341}\n'), true],
      [Buffer.from('{"uid":"b\n","ts":1468244341}'), false],
      [Buffer.from('{"uid":"c","ts":1468244342}\n{"uid":"d","ts":1468244342}'), false],
      [Buffer.from('{"uc":{"version":1,"from":"extract"}}'), false],
      [Buffer.from('{"uc":{"end":{"lines":0,"malformed":0,"frames":0}}}'), false],
      [Buffer.from('{"uc":1,"uid":"e","ts":1468244343}'), true],
      [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), false],
      [Buffer.from('not JSON\r'), false],
      [Buffer.from(large), true],
      [Buffer.from('{"uid":"f","ts":1468244344}\r'), true],
      [Buffer.from('\n\n'), false],
      [Buffer.from('[1]'), false],
    ]
    const expected = kinds.flatMap(([, isFrame], offset) => isFrame ? [] : [offset])
    let topic: string

    before(async () => {
      topic = await newTopic(broker.brokers, {
        partitions: 2,
        config: { 'max.message.bytes': '2000000' },
      })
      await produce(broker.brokers, topic, kinds.map(([value]) => ({ value, partition: 1 })))
    })

    const routes = {
      'uc-pipeline':
        'uc-pipeline --kafka --topic TOPIC --group $GROUP --stop-at end --close --max-rejects off --rejects r',
      'uc-pipeline --parser json':
        'uc-pipeline --kafka --topic TOPIC --group $GROUP --stop-at end --close --max-rejects off ' +
        '--rejects r --parser json',
      'the pipe': 'uc-from-kafka TOPIC --group $GROUP --stop-at end | uc-extract --rejects r ' +
        '--max-rejects off | ' +
        'uc-window | uc-count',
    }
    for (const [route, script] of Object.entries(routes)) {
      test(`${route} refuses what is no frame by its place, and counts the others`, async () => {
        await withFolder(async (cwd) => {
          const { stdout, stderr, status } = await kafkaShell(
            broker,
            script.replace('TOPIC', topic),
            { cwd },
          )
          assert.equal(status, 0, stderr)
          const { users, frames } = resultsOf(stdout)[0]!
          assert.deepEqual({ users, frames }, { users: 5, frames: 5 })
          const rejects = readFileSync(join(cwd, 'r'), 'utf8').trim().split('\n')
            .map((line) => JSON.parse(line) as Record<string, unknown>)
          assert.deepEqual(rejects.map(({ source, line }) => [source, line]), [
            ...expected.map((offset) => [`${topic}[1]`, offset]),
          ])
          assert.ok(stderr.includes(`the first at ${topic}[1]@1: `), stderr)
        })
      })
    }

    test('with --plain each message is one line, without anything between', async () => {
      const stdout = await kafkaOutput(
        broker,
        `uc-from-kafka ${topic} --group $GROUP --stop-at end --plain`,
      )
      const lines = stdout.split('\n')
      assert.equal(lines.length, kinds.length + 1)
      assert.deepEqual(lines.slice(0, 5), [
        '{"uid":"a","ts":1468244340}',
        'null',
        '""',
        '""',
        '{"uid":"b",  "ts": 1468244341} ',
      ])
      assert.equal(lines[7], ' {"uc":{"version":1,"from":"extract"}}')
      assert.equal(lines[12], large)
    })
  })

  describe('uc-to-kafka', () => {
    const result = '{"window":"minute","start":1468244340,"users":3}'

    test('takes window and start of a result line as its key, and none for others', async () => {
      const topic = freshName('keys')
      const lines = [result, '{"uid":"a","ts":1}', '{"window":"minute"}', '{"window":', '', 'x\r']
      await kafkaOutput(broker, `printf '%s\\n' "$LINES" | uc-to-kafka ${topic} --create 1`, {
        environment: { LINES: lines.join('\n') },
      })
      const messages = await readTopic(broker.brokers, topic)
      assert.deepEqual(messages.map(({ key, value }) => [key, value]), [
        ['minute/1468244340', result],
        [null, '{"uid":"a","ts":1}'],
        [null, '{"window":"minute"}'],
        [null, '{"window":'],
        [null, 'x'],
      ])
    })

    test('refuses lines without the fields of --key, and sends the others', async () => {
      const topic = freshName('keys')
      const lines = ['{"a":{"b":1},"c":"x"}', '{"a":2,"c":"x"}', '{"c":3}', 'no']
      const { status, stderr } = await kafkaShell(
        broker,
        `printf '%s\\n' "$LINES" | uc-to-kafka ${topic} --create 3 --key a.b,c`,
        { environment: { LINES: lines.join('\n') } },
      )
      assert.equal(status, 0, stderr)
      const messages = await readTopic(broker.brokers, topic)
      assert.deepEqual(messages.map(({ key }) => key), ['1/x'])
      assert.match(stderr, /3 of 4 lines malformed, the first at stdin:2: line has no key/)
    })

    test('with --create makes the topic, compacted when asked, and else leaves it', async () => {
      for (const [flags, policy] of [['', 'delete'], ['--compact', 'compact']] as const) {
        const topic = freshName('made')
        for (const partitions of [3, 5]) {
          const create = `--create ${partitions} ${flags}`
          await kafkaOutput(broker, `echo '{"k":1}' | uc-to-kafka ${topic} --key k ${create}`)
          await withAdmin(broker.brokers, async (admin) => {
            const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
            assert.equal(topics[0]!.partitions.length, 3)
            const { resources } = await admin.describeConfigs({
              includeSynonyms: false,
              resources: [{ type: 2, name: topic, configNames: ['cleanup.policy'] }],
            })
            assert.equal(resources[0]!.configEntries[0]!.configValue, policy)
          })
        }
      }
    })

    test('without --create says what makes a missing topic', async () => {
      const { status, stderr } = await kafkaShell(broker, 'echo 1 | uc-to-kafka not-there')
      assert.equal(status, 1)
      assert.match(
        stderr,
        /^uc-to-kafka: topic "not-there" does not exist, .*--create of uc-to-kafka.*\n$/,
      )
    })

    test('a line larger than the topic takes ends the run in words', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '2000' } })
      const { status, stderr } = await kafkaShell(
        broker,
        `head -c 5000 /dev/zero | tr '\\0' x | uc-to-kafka ${topic} --compression none`,
      )
      assert.equal(status, 1)
      assert.match(stderr, new RegExp(`^uc-to-kafka: .*larger than topic "${topic}" takes.*\n$`))
    })

    test('a send that fails ends the run also while no line comes', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '2000' } })
      const sender = startKafka(broker, ['uc-to-kafka', topic, '--compression', 'none'])
      sender.write(`${'x'.repeat(5000)}\n`)
      const ended = await Promise.race([sender.status(), sleep(15_000, 'it goes on', noRef)])
      sender.child.kill('SIGKILL')
      assert.equal(ended, 1)
      assert.match(sender.stderr, new RegExp(`larger than topic "${topic}" takes.*\n$`))
    })

    test('a line without a key for a compacted topic ends the run in words', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'cleanup.policy': 'compact' } })
      const { status, stderr } = await kafkaShell(broker, `echo x | uc-to-kafka ${topic}`)
      assert.equal(status, 1)
      assert.match(stderr, /^uc-to-kafka: .* each needs a key \(--key\)\n$/)
    })

    test('many lines pass where a topic takes only small batches', async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '20000' } })
      await kafkaOutput(broker, `seq 100000 120000 | uc-to-kafka ${topic} --compression none`)
      assert.equal((await values(topic)).length, 20_001)
    })

    test('Ctrl-C on the pipe sends all whole lines, and not what was cut', async () => {
      const topic = await newTopic(broker.brokers)
      const sender = startKafka(broker, ['uc-to-kafka', topic])
      sender.write('{"n":1}\n{"n":2}\n')
      await until('two lines have come', async () => (await values(topic)).length === 2)
      sender.child.kill('SIGINT')
      sender.write('{"n":3}\n{"n":')
      sender.child.stdin.end()
      assert.equal(await sender.status(), 130)
      assert.deepEqual(await values(topic), ['{"n":1}', '{"n":2}', '{"n":3}'])
    })
  })
})
