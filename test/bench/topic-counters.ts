/** What counts a topic `t` into another one: uc by itself or shared, and Kafka Streams by its settings. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Broker } from '../support/broker.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { runStreams } from './streams-peer.ts'
import type { Usage } from './usage.ts'

export interface Used {
  readonly wallSeconds: number
  /** Of each process, in the order of their end. */
  readonly cpuSeconds: readonly number[]
  readonly peakMegabytes: readonly number[]
}

export interface TopicCounter {
  readonly name: string
  /** Loses nothing. */
  readonly isExact: boolean
  /** `id` begins the names of all topics that it makes; its results go to `ID-r`. */
  run(id: string, cwd: string, broker: Pick<Broker, 'brokers'>): Promise<Used>
}

export const kinds: readonly string[] = ['minute', 'day']

const usage = pathToFileURL(join(root, 'dist/test/bench/usage.js')).href
const daySeconds = 86_400

/** What its processes have used they say at their end. */
function ours(name: string, script: (id: string) => string): TopicCounter {
  return {
    name,
    isExact: true,
    run: async (id, cwd, { brokers }) => {
      const file = join(cwd, `${id}.usage`)
      const environment = {
        UC_KAFKA_BROKERS: brokers,
        NODE_OPTIONS: `--import ${usage}`,
        UC_USAGE_FILE: file,
      }
      const beganMs = performance.now()
      const { status, stderr } = await shell(script(id), { cwd, environment })
      const wallSeconds = (performance.now() - beganMs) / 1000
      assert.equal(status, 0, `${name}: ${stderr}`)
      const uses = readFileSync(file, 'utf8').trim().split('\n')
        .map((line) => JSON.parse(line) as Usage)
      return {
        wallSeconds,
        cpuSeconds: uses.map((use) => use.cpuSeconds),
        peakMegabytes: uses.map((use) => use.peakMegabytes),
      }
    },
  }
}

const windows = kinds.map((kind) => `--${kind}`).join(' ')
const pipeline = (id: string) =>
  `uc-pipeline --kafka --topic t --group ${id}-g --stop-at end --close ${windows} --create 1`

function sharing(processes: number): TopicCounter {
  return ours(`${processes} x uc-pipeline --partials, then uc-merge`, (id) => {
    const start = `${pipeline(id)} --partials ${id}-p & pids+=($!)`
    const unite =
      `uc-merge --kafka ${id}-p --to-kafka ${id}-r --create 1 --stop-at end --group ${id}-m`
    const wait = 'for pid in ${pids[@]}; do wait $pid || exit 1; done'
    return [...Array.from({ length: processes }, () => start), wait, unite].join('\n')
  })
}

function streamsWith(
  name: string,
  { graceSeconds, properties = [] }: {
    readonly graceSeconds: number
    readonly properties?: readonly string[]
  },
): TopicCounter {
  return {
    name: `2 x Kafka Streams, ${name}`,
    isExact: false,
    run: (id, cwd, { brokers }) => {
      const [application, results] = [`${id}-app`, `${id}-r`]
      const topics = { frames: 't', results, graceSeconds, properties }
      return runStreams({ cwd, brokers, application, instances: 2, ...topics })
    },
  }
}

export const own: readonly TopicCounter[] = [
  ours('uc-pipeline --to-kafka', (id) => `${pipeline(id)} --to-kafka ${id}-r`),
  sharing(1),
  sharing(2),
]

export const rivals: readonly TopicCounter[] = [
  streamsWith('grace 5 s', { graceSeconds: 5 }),
  streamsWith('grace 1 day', { graceSeconds: daySeconds }),
  streamsWith('grace 1 day, commits every 1 s, zstd', {
    graceSeconds: daySeconds,
    properties: ['commit.interval.ms=1000', 'producer.compression.type=zstd'],
  }),
]
