/**
 * Crashes, stops and takeovers, by whole processes and a real broker: whatever happens, whoever reads
 * what is committed sees each line once, and the last one of each window is the truth in the end.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { below, seededRandom } from '../../src/generate/random.ts'
import type { ResultLine } from '../../src/records.ts'
import { type Broker, skipReason, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import {
  equalLast,
  freshName,
  kafkaOutput,
  kafkaShell,
  kill,
  type LastLines,
  resultsIn,
  resultsOf,
  truthIn,
  until,
  withRuns,
} from '../support/kafka-runs.ts'
import { seed, seedHint } from '../support/seed.ts'
import { newTopic, produce, readTopic, withAdmin } from '../support/topics.ts'

let broker: Broker
/** In the order of the stream. */
let lines: string[]
let truth: LastLines

const random = seededRandom(seed)
const suspendedPipeline = fileURLToPath(
  new URL('../support/suspended-pipeline.js', import.meta.url),
)
const kinds = ['--minute', '--hour', '--lateness', '2m']

/** 50 minutes of frames, some of them up to 20 s late. */
const generate = 'uc-generate -c 30000 -r 10 -n 2000 --frame-bytes 100 -d 20 -p 10 -s 9 ' +
  '--truth truth.json -o frames.jsonl'

/** Puts lines `from` up to but not including `to` into the topic, each partition in order. */
async function feed(topic: string, from: number, to: number, partitions = 3): Promise<void> {
  for (let i = from; i < to; i += 2000) {
    const part = lines.slice(i, Math.min(to, i + 2000))
    const messages = part.map((value, j) => ({ value, partition: (i + j) % partitions }))
    await produce(broker.brokers, topic, messages)
  }
}

/** Each pane stands once. */
function equalOnce(results: readonly ResultLine[]): void {
  const panes = results.map(({ window, start, revision }) => `${window}/${start}/${revision}`)
  const twice = panes.filter((pane, i) => panes.indexOf(pane) !== i)
  assert.deepEqual(twice, [], seedHint)
}

async function storedIn(group: string, topic: string): Promise<number[]> {
  return await withAdmin(broker.brokers, async (admin) => {
    const [stored] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    return stored!.partitions.sort((a, b) => a.partition - b.partition)
      .map(({ offset }) => Number(offset))
  })
}

describe('after a restart', { skip: skipReason }, () => {
  before(async () => {
    broker = await startBroker()
    await withFolder(async (cwd) => {
      await kafkaOutput(broker, generate, { cwd })
      lines = readFileSync(join(cwd, 'frames.jsonl'), 'utf8').trim().split('\n')
      truth = truthIn(join(cwd, 'truth.json'), ['minute', 'hour'])
    })
  })
  after(() => broker.stop())

  test('by kill -9 at random moments the same lines come, and the right numbers', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 3 })
    const results = await newTopic(broker.brokers)
    const group = freshName()
    const flags = ['--kafka', '--topic', topic, '--group', group, ...kinds]
    const into = ['--to-kafka', '--result-topic', results]
    const config = join(broker.folder, 'restart.properties')
    writeFileSync(config, 'session.timeout.ms=2000\nheartbeat.interval.ms=300\n')
    await withRuns(async (start) => {
      let fed = 0
      for (let run = 0; run < 5; run++) {
        const pipeline = start(broker, [
          'uc-pipeline',
          ...flags,
          ...into,
          '--kafka-config',
          config,
        ])
        const to = Math.min(lines.length, fed + 1000 + below(random, 5000))
        await Promise.all([feed(topic, fed, to), sleep(400 + below(random, 3500))])
        fed = to
        await kill(pipeline)
      }
      await feed(topic, fed, lines.length)
    })
    await kafkaOutput(
      broker,
      `uc-pipeline ${[...flags, ...into].join(' ')} --stop-at end --close --kafka-config ${config}`,
    )
    const all = await resultsIn(broker, results)
    equalOnce(all)
    equalLast(all, truth, seedHint)
  })

  test('without a crash between them, a run goes on where the last one ended', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 3 })
    const group = freshName()
    const flags = `--kafka --topic ${topic} --group ${group} ${kinds.join(' ')} --stop-at end`
    const all: ResultLine[] = []
    for (const [from, to] of [[0, 9000], [9000, 9001], [9001, 20_000], [20_000, 30_000]] as const) {
      await feed(topic, from, to)
      all.push(...resultsOf(await kafkaOutput(broker, `uc-pipeline ${flags}`)))
    }
    all.push(...resultsOf(await kafkaOutput(broker, `uc-pipeline ${flags} --close`)))
    equalOnce(all)
    equalLast(all, truth)
    assert.equal(await kafkaOutput(broker, `uc-pipeline ${flags} --close`), '')
  })

  for (const [signal, status] of [['SIGTERM', 143], ['SIGINT', 130]] as const) {
    test(`${signal} keeps what is open, and nothing comes twice`, async () => {
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      const group = freshName()
      const flags = ['--kafka', '--topic', topic, '--group', group, ...kinds]
      const all: ResultLine[] = []
      await withRuns(async (start) => {
        await feed(topic, 0, 12_000)
        const pipeline = start(broker, ['uc-pipeline', ...flags])
        await pipeline.says('"pane":"on-time"')
        await sleep(500)
        pipeline.child.kill(signal)
        assert.equal(await pipeline.status(), status, pipeline.stderr)
        assert.match(pipeline.stderr, new RegExp(`stopped by ${signal}`))
        const shown = resultsOf(pipeline.stdout)
        assert.ok(shown.every(({ pane }) => pane !== 'early'))
        all.push(...shown)
      })
      await feed(topic, 12_000, 30_000)
      all.push(
        ...resultsOf(
          await kafkaOutput(broker, `uc-pipeline ${flags.join(' ')} --stop-at end --close`),
        ),
      )
      equalOnce(all)
      equalLast(all, truth)
    })
  }

  test('a partition that was far ahead makes no frame of another one late', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const group = freshName()
    const config = join(broker.folder, 'small-fetches.properties')
    writeFileSync(config, 'max.partition.fetch.bytes=500\nsession.timeout.ms=6000\n') // an offset is stored for each fetch
    const flags =
      `--kafka --topic ${topic} --group ${group} --minute --max-delay 1s --lateness 0s --idle off ` +
      `--kafka-config ${config}`
    const frame = (uid: string, ts: number) => JSON.stringify({ uid, ts })
    const minute = 1468244340
    const at = (partition: number, from: number, to: number) => {
      return Array.from({ length: to - from }, (_, i) => {
        return { partition, value: frame(`u${partition}`, minute + from + i) }
      })
    }
    for (let i = 0; i < 400; i += 10) {
      await produce(broker.brokers, topic, [
        ...at(0, i, i + 10),
        ...(i < 100 ? at(1, i, i + 10) : []),
      ])
    }
    const all: ResultLine[] = []
    await withRuns(async (start) => {
      const pipeline = start(broker, ['uc-pipeline', ...flags.split(' ')])
      await pipeline.says(`"start":${minute},`)
      // The first minute is over, so that the offsets that are stored are behind it
      await until('offsets', async () => (await storedIn(group, topic)).every((each) => each > 30))
      await kill(pipeline)
      all.push(...resultsOf(pipeline.stdout))
    })
    await produce(broker.brokers, topic, [...at(1, 100, 400)])
    await sleep(100)
    await withAdmin(broker.brokers, async (admin) => {
      await until('the group is empty', async () => {
        const { groups: [found] } = await admin.describeGroups([group])
        return found!.state === 'Empty'
      }, 40_000)
    })
    all.push(...resultsOf(await kafkaOutput(broker, `uc-pipeline ${flags} --stop-at end --close`)))
    const last = [...new Map(all.map((line) => [line.start, line])).values()]
    assert.deepEqual(last.map(({ users, frames, pane }) => ({ users, frames, pane })), [
      ...Array.from({ length: 6 }, () => ({ users: 2, frames: 120, pane: 'on-time' })),
      { users: 2, frames: 80, pane: 'on-time' },
    ])
  })

  test('frames that a partition brings too late expire, told, when it was idle before', async () => {
    const topic = await newTopic(broker.brokers, { partitions: 2 })
    const minute = 1468244340
    const at = (partition: number, ts: number, count: number) => {
      return Array.from({ length: count }, (_, i) => {
        return { partition, value: JSON.stringify({ uid: `${partition}-${i}`, ts }) }
      })
    }
    await produce(broker.brokers, topic, [...at(0, minute + 1, 20), ...at(0, minute + 600, 5)])
    const flags = ['--kafka', '--topic', topic, '--group', freshName(), '--minute'].concat(
      '--max-jump off --lateness 0s --idle 1s'.split(' '),
    )
    await withRuns(async (start) => {
      const pipeline = start(broker, ['uc-pipeline', ...flags])
      await pipeline.says(`"start":${minute},`)
      pipeline.child.kill('SIGTERM')
      assert.equal(await pipeline.status(), 143, pipeline.stderr)
    })
    await produce(broker.brokers, topic, at(1, minute + 2, 10))
    const script = `uc-pipeline ${flags.join(' ')} --stop-at end --close --stats -`
    const { status, stdout, stderr } = await kafkaShell(broker, script)
    assert.equal(status, 0, stderr)
    assert.match(stderr, / 10 of \d+ frames expired for a window/)
    assert.match(stderr, /"minute":\{"counted":\d+,"expired":10\}/)
    const shown = resultsOf(stdout).map(({ start, users }) => [start, users])
    assert.deepEqual(shown, [[minute + 600, 5]])
  })

  test('--start-at and --stop-at say what is read', async () => {
    const topic = await newTopic(broker.brokers)
    const at = (ms: number) => ({ value: `{"n":${ms}}`, timestamp: `${ms}` })
    const firstMs = 1468244340_000
    await produce(broker.brokers, topic, [0, 1, 2, 3, 4].map((i) => at(firstMs + i * 1000)))
    const read = async (where: string) => {
      const flags = where.includes('--stop-at') ? where : `${where} --stop-at end`
      const stdout = await kafkaOutput(
        broker,
        `uc-from-kafka ${topic} --plain ${flags}`,
      )
      return stdout.split('\n').slice(0, -1).map((line) => {
        return ((JSON.parse(line) as { n: number }).n - firstMs) / 1000
      })
    }
    const group = freshName()
    assert.deepEqual(await read(`--group ${freshName()} --start-at end`), [])
    assert.deepEqual(await read(`--group ${freshName()} --start-at 1468244342`), [2, 3, 4])
    assert.deepEqual(await read(`--group ${group} --stop-at 1468244343`), [0, 1, 2])
    assert.deepEqual(await read(`--group ${group}`), [3, 4])
    assert.deepEqual(await read(`--group ${group}`), [])
    assert.deepEqual(await read(`--group ${group} --start-at beginning`), [0, 1, 2, 3, 4])
    await produce(broker.brokers, topic, [at(firstMs + 5000)])
    assert.deepEqual(await read(`--group ${group} --start-at stored`), [5])
  })

  test('an offset behind the end of a topic made anew is an error, in both routes', async () => {
    const topic = await newTopic(broker.brokers)
    const group = freshName()
    await produce(broker.brokers, topic, [{ value: '{}' }])
    await withAdmin(broker.brokers, (admin) => {
      return admin.setOffsets({
        groupId: group,
        topic,
        partitions: [{ partition: 0, offset: '7' }],
      })
    })
    for (const command of [`uc-from-kafka ${topic}`, `uc-pipeline --kafka --topic ${topic}`]) {
      const { status, stderr } = await kafkaShell(
        broker,
        `timeout 20 ${command} --group ${group} --stop-at end`,
      )
      assert.equal(status, 1, stderr)
      assert.match(stderr, /\[0\]: offset 7 was asked for, and there are none from 1 on; .*anew/)
    }
  })

  describe('of one of two processes', () => {
    const session = 'session.timeout.ms=6000\nheartbeat.interval.ms=500\n'

    test('the other one takes over, wherever it was told to begin', async () => {
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      const results = await newTopic(broker.brokers)
      const config = join(broker.folder, 'client.properties')
      writeFileSync(config, session)
      const flags = ['--kafka', '--topic', topic, '--group', freshName(), ...kinds]
      const all = [...flags, '--to-kafka', '--result-topic', results, '--kafka-config', config]
      await withRuns(async (start) => {
        const first = start(broker, ['uc-pipeline', ...all])
        await until('the first has begun', () => first.stderr.includes('reads topic'))
        await feed(topic, 0, 8000)
        const second = start(broker, ['uc-pipeline', ...all, '--start-at', 'end'])
        await until('standing by', () => second.stderr.includes('standing by: another member'))
        await feed(topic, 8000, 15_000)
        await until('results', async () => (await readTopic(broker.brokers, results)).length > 20)
        await kill(first)
        await feed(topic, 15_000, 30_000)
        await until('the takeover', async () => {
          const last = (await resultsIn(broker, results)).at(-1)!
          return last.start >= 1468244384 + 2880
        }, 40_000)
        second.child.kill('SIGTERM')
        await second.status()
      })
      await kafkaOutput(broker, `uc-pipeline ${all.join(' ')} --stop-at end --close`)
      const lastly = await resultsIn(broker, results)
      equalOnce(lastly)
      equalLast(lastly, truth)
    })

    test('one that was suspended stands by, and spoils nothing', async () => {
      const topic = await newTopic(broker.brokers, { partitions: 3 })
      const results = await newTopic(broker.brokers)
      const config = join(broker.folder, 'client.properties')
      writeFileSync(config, session)
      const flags = ['--kafka', '--topic', topic, '--group', freshName(), ...kinds]
      const all = [...flags, '--to-kafka', '--result-topic', results, '--kafka-config', config]
      await withRuns(async (start) => {
        const first = start(broker, ['uc-pipeline', ...all])
        await feed(topic, 0, 9000)
        await until('results', async () => (await readTopic(broker.brokers, results)).length > 12)
        const second = start(broker, ['uc-pipeline', ...all])
        await until('standing by', () => second.stderr.includes('standing by: another member'))
        const feeding = feed(topic, 9000, 30_000)
        await sleep(150)
        first.child.kill('SIGSTOP')
        await feeding
        await until('the takeover', async () => {
          const last = (await resultsIn(broker, results)).at(-1)!
          return last.start >= 1468244384 + 2880
        }, 40_000)
        let before = 0
        await until('the second has written all', async () => {
          const earlier = before
          before = (await readTopic(broker.brokers, results)).length
          await sleep(1500)
          return before === earlier
        })
        first.child.kill('SIGCONT')
        await until(
          'the first stands by',
          () => first.stderr.includes('standing by: another member'),
        )
        assert.match(first.stderr, /another member of group .* has taken over/)
        await sleep(2000)
        assert.doesNotMatch(second.stderr, /has taken over/)
        assert.equal((await readTopic(broker.brokers, results)).length, before)
        second.child.kill('SIGTERM')
        await second.status()
        first.child.kill('SIGTERM')
        assert.equal(await first.status(), 143)
      })
      await kafkaOutput(broker, `uc-pipeline ${all.join(' ')} --stop-at end --close`)
      equalLast(await resultsIn(broker, results), truth)
    })

    test('what it had not sent when it was suspended never comes, and counts no more', async () => {
      const topic = await newTopic(broker.brokers)
      const results = await newTopic(broker.brokers)
      const config = join(broker.folder, 'short.properties')
      writeFileSync(config, 'session.timeout.ms=2000\nheartbeat.interval.ms=300\n')
      const minute = 1468244340
      const send = (frames: readonly (readonly [uid: string, ts: number])[]) => {
        const messages = frames.map(([uid, s]) => ({
          value: `{"uid":"${uid}","ts":${minute + s}}`,
        }))
        return produce(broker.brokers, topic, messages)
      }
      const flags = ['--kafka', '--topic', topic, '--group', freshName(), '--kafka-config', config]
        .concat('--minute --lateness 20s --max-jump off --to-kafka --result-topic'.split(' '))
      const has = (seconds: number, revision: number) => async () => {
        const lines = await resultsIn(broker, results)
        return lines.some((line) => line.start === minute + seconds && line.revision === revision)
      }
      await produce(broker.brokers, topic, [{ value: 'no frame' }])
      await send(Array.from({ length: 20 }, (_, i) => [`u${i}`, 1]))
      await withRuns(async (start) => {
        const first = start(broker, [suspendedPipeline, ...flags, results])
        await until('the first has begun', () => first.stderr.includes('reads topic'))
        const second = start(broker, ['uc-pipeline', ...flags, results])
        await until('standing by', () => second.stderr.includes('standing by: another member'))
        await send([['x', 66]])
        await until('the second writes', has(0, 0))
        assert.match(first.stderr, /suspended/)
        await send([...[21, 22, 23].map((i) => [`u${i}`, 2] as const), ['y', 76]])
        await until('the second revises', has(0, 1))
        await until('the first goes on', () => first.stderr.includes('standing by: another member'))
        await send([['z', 200], ['z', 201]]) // the minute is over
        await until('the second has done with it', has(60, 0))
        second.child.kill('SIGTERM')
        assert.equal(await second.status(), 143)
        await send([['w', 300]])
        await until('the first writes', has(180, 0))
        first.child.kill('SIGTERM')
        assert.equal(await first.status(), 143)
        assert.match(first.stderr, /has taken over/)
        assert.doesNotMatch(first.stderr, /malformed|balance/)
      })
      const shown = (await resultsIn(broker, results)).filter(({ start }) => start === minute)
      assert.deepEqual(shown.map(({ users }) => users), [20, 23])
    })
  })
})
