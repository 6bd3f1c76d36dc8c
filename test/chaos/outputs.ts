/** Where the runs of a chaos write their results: a topic, or a file to which they append. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import type { Broker } from '../support/broker.ts'
import { binFolder } from '../support/paths.ts'
import { startKafka } from '../support/kafka-runs.ts'
import { Running } from '../support/running.ts'
import { newTopic, readTopic } from '../support/topics.ts'
import { type Arrivals, withArrivalsAt, withArrivalsIn } from './arrivals.ts'

export interface Output {
  start(args: readonly string[]): Running
  /** What anybody can read, in the order of the output; of a topic partition by partition. */
  lines(): Promise<string[]>
  /** Messages that were sent, and that nobody can read. */
  aborted(): Promise<number>
  /** `shown` are lines that anybody can read, `sent` all of them. */
  watched(use: (shown: Arrivals, sent: Arrivals) => Promise<void>): Promise<void>
}

export async function topicOutput(
  { brokers }: Broker,
  partitions: number,
  command: 'uc-pipeline' | 'uc-merge' = 'uc-pipeline',
): Promise<Output> {
  const topic = await newTopic(brokers, { partitions })
  const watch = { brokers, topic }
  return {
    start(args) {
      const into = ['--to-kafka', '--result-topic', topic]
      return startKafka({ brokers }, [command, ...args, ...into])
    },
    lines: async () => (await readTopic(brokers, topic)).map(({ value }) => value!),
    async aborted() {
      const sent = await readTopic(brokers, topic, { isolation: 'read_uncommitted' })
      return sent.length - (await readTopic(brokers, topic)).length
    },
    watched(use) {
      return withArrivalsIn({ ...watch, isolation: 'read_committed' }, (shown) => {
        return withArrivalsIn({ ...watch, isolation: 'read_uncommitted' }, (sent) => {
          return use(shown, sent)
        })
      })
    },
  }
}

export function fileOutput({ brokers }: Broker, path: string): Output {
  writeFileSync(path, '')
  return {
    start: (args) => startInto(brokers, path, args),
    lines: () => Promise.resolve(wholeLines(readFileSync(path, 'utf8'))),
    aborted: () => Promise.resolve(0),
    watched: (use) => withArrivalsAt(path, (shown) => use(shown, shown)),
  }
}

/** As a shell does by `>>`; the process is that of the command itself. */
function startInto(brokers: string, path: string, args: readonly string[]): Running {
  const env = { ...process.env, UC_KAFKA_BROKERS: brokers, NO_COLOR: '1' }
  const command = [process.execPath, resolve(binFolder, 'uc-pipeline'), ...args]
  return new Running(spawn('sh', ['-c', 'exec "$@" >> "$0"', path, ...command], { env }))
}

/** Lines of a file to which processes append that are killed, maybe in the middle of a line. */
function wholeLines(text: string): string[] {
  return text.match(/\{"window":[^{}\n]*\}(?=\n)/g) ?? []
}
