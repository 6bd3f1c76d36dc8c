/**
 * What does it cost to share a topic among processes, against the same work by Kafka Streams?
 *
 *   npm run bench -- kafka-streams               200,000 frames of 2 kB in 12 partitions, 3 rounds
 *   npm run bench -- kafka-streams 1000000 5     frames, rounds
 *   npm run bench -- kafka-streams 200000 3 'grace 1 day'    only what has this in its name
 *
 * Users per minute and day, exactly, of a topic that is full before the clock runs, into a topic of
 * results, exactly once. The broker is one of its own on this machine (.ci/broker.js). In turn:
 * uc-pipeline alone; one and two of it with --partials, then uc-merge; and Kafka Streams
 * (peers/streams) as two JVMs of a thread each. Our lines must be the generator's truth. What Kafka
 * Streams counts is held against it too, and the users that it leaves out as late are shown.
 *
 * Wall time and CPU include the start of the processes. For uc they end with the last process, for
 * Kafka Streams with the last change of the results. Bytes are what the broker has stored. Linux only.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { ResultLine } from '../../src/records.ts'
import { type Broker, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import { type LastLines, resultsIn, truthIn } from '../support/kafka-runs.ts'
import { shell } from '../support/shell.ts'
import { readTopic, withAdmin } from '../support/topics.ts'
import { median } from './measure.ts'
import { cpuSecondsOf } from './proc.ts'
import { streams } from './streams-peer.ts'
import { topicBytes } from './topic-bytes.ts'
import { kinds, own, rivals, type TopicCounter, type Used } from './topic-counters.ts'

const frames = Number(process.argv[2] ?? 200_000)
const rounds = Number(process.argv[3] ?? 3)
const only = process.argv[4] ?? ''
const partitions = 12

interface Sample extends Used {
  readonly brokerCpuSeconds: number
  /** From process to process: repartition topics, partial panes. */
  readonly betweenBytes: number
  /** Partial panes. */
  readonly panes: number
  /** Changelogs, state topics. */
  readonly stateBytes: number
  /** By kind of window: the users that the results lack, as a share. */
  readonly missing: ReadonlyMap<string, number>
}

interface Place {
  readonly id: string
  readonly cwd: string
  readonly broker: Broker
  readonly truth: LastLines
}

async function sampleOf(
  { name, isExact, run }: TopicCounter,
  { id, cwd, broker, truth }: Place,
): Promise<Sample> {
  const { brokers, pid } = broker
  await withAdmin(brokers, (admin) => {
    const topics = [{ topic: `${id}-r`, numPartitions: 1 }]
    return admin.createTopics({ waitForLeaders: false, topics }) // kafkajs may throw while it waits
  })
  const before = cpuSecondsOf(pid)
  const used = await run(id, cwd, broker)
  const brokerCpuSeconds = cpuSecondsOf(pid) - before
  const topics = topicBytes(broker, `${id}-`)
  const bytesOf = (names: RegExp) => {
    return sum([...topics].map(([topic, bytes]) => names.test(topic) ? bytes : 0))
  }
  const partials = topics.has(`${id}-p`) ? await readTopic(brokers, `${id}-p`) : []
  const missing = missingIn(await resultsIn(broker, `${id}-r`), truth)
  if (isExact) assert.deepEqual([...missing.values()], kinds.map(() => 0), name)
  await withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [...topics.keys()] }))
  return {
    ...used,
    brokerCpuSeconds,
    betweenBytes: bytesOf(/-p$|-repartition$/),
    panes: partials.filter(({ value }) => value?.startsWith('{"window"')).length,
    stateBytes: bytesOf(/-state$|-changelog$/),
    missing,
  }
}

function missingIn(lines: readonly ResultLine[], truth: LastLines): ReadonlyMap<string, number> {
  const last = new Map(lines.map(({ window, start, users }) => [`${window}/${start}`, users]))
  return new Map(kinds.map((kind) => {
    const all = [...truth].filter(([key]) => key.startsWith(`${kind}/`))
    const wrong = all.map(([key, { users }]) => Math.abs(users - (last.get(key) ?? 0)))
    return [kind, sum(wrong) / sum(all.map(([, { users }]) => users))]
  }))
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

function print(names: readonly string[], samples: readonly (readonly Sample[])[]): void {
  process.stdout.write(
    `${frames.toLocaleString('en-US')} frames of 2 kB, ${partitions} partitions, ` +
      `medians of ${rounds}; load ${loadavg()[0]!.toFixed(1)}\n\n` +
      '| counted by | wall s | frames/s | CPU s | of each process | broker CPU s | MB, all | ' +
      'between, B/frame | a pane, B | state, B/frame | missing users: minute, day |\n' +
      `${'|---'.repeat(11)}|\n`,
  )
  for (const [i, name] of names.entries()) {
    const middle = (value: (sample: Sample) => number) => median(samples[i]!.map(value))
    const wall = middle(({ wallSeconds }) => wallSeconds)
    const each = samples[i]![0]!.cpuSeconds.map((_, process) => {
      return middle(({ cpuSeconds }) => cpuSeconds[process]!).toFixed(1)
    })
    const paneBytes = middle(({ betweenBytes, panes }) => betweenBytes / panes)
    const missing = kinds.map((kind) => {
      return `${(middle((sample) => sample.missing.get(kind)!) * 100).toFixed(2)} %`
    })
    const cells = [
      name,
      wall.toFixed(1),
      Math.round(frames / wall).toLocaleString('en-US'),
      middle(({ cpuSeconds }) => sum(cpuSeconds)).toFixed(1),
      each.join(' + '),
      middle(({ brokerCpuSeconds }) => brokerCpuSeconds).toFixed(1),
      middle(({ peakMegabytes }) => sum(peakMegabytes)).toFixed(0),
      middle(({ betweenBytes }) => betweenBytes / frames).toFixed(1),
      Number.isFinite(paneBytes) ? paneBytes.toFixed(0) : '',
      middle(({ stateBytes }) => stateBytes / frames).toFixed(1),
      missing.join(', '),
    ]
    process.stdout.write(`| ${cells.join(' | ')} |\n`)
  }
}

assert.ok(existsSync('/proc/self/stat'), 'kafka-streams reads /proc; run it on Linux')
const broker = await startBroker()
try {
  await withFolder(async (cwd) => {
    const reason = await streams(cwd)
    if (reason !== undefined) process.stderr.write(`left out: Kafka Streams, as ${reason}\n`)
    const counters = [...own, ...(reason === undefined ? rivals : [])]
      .filter(({ name }) => name.includes(only))
    const fill = `uc-generate -c ${frames} -n 100000 --truth truth.json | ` +
      `uc-to-kafka t --create ${partitions} --compression none`
    const filled = await shell(fill, { cwd, environment: { UC_KAFKA_BROKERS: broker.brokers } })
    assert.equal(filled.status, 0, filled.stderr)
    const truth = truthIn(join(cwd, 'truth.json'), kinds)
    const samples = counters.map(() => [] as Sample[])
    for (let round = 0; round < rounds; round++) {
      for (const [i, counter] of counters.entries()) {
        const place = { id: `c${i}-${round}`, cwd, broker, truth }
        const sample = await sampleOf(counter, place)
        samples[i]!.push(sample)
        process.stderr.write(`${counter.name}: ${sample.wallSeconds.toFixed(1)} s\n`)
      }
    }
    print(counters.map(({ name }) => name), samples)
  })
} finally {
  await broker.stop()
}
