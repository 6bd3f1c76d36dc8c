/** The rival of peers/streams: built by Maven, run as two JVMs of one application until all is counted. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { shell } from '../support/shell.ts'
import { withAdmin } from '../support/topics.ts'
import { cpuSecondsOf, peakMegabytesOf } from './proc.ts'
import { peers, program, type Provider } from './providers.ts'

const pollMs = 200
/** Counts change with every commit while there is anything to count; commits are 1 s apart at most. */
const quietMs = 5000
const limitMs = 300_000

export interface StreamsPlan {
  readonly cwd: string
  readonly brokers: string
  /** The application id, which its topics begin with and its group is named by. */
  readonly application: string
  readonly instances: number
  /** Topics. */
  readonly frames: string
  readonly results: string
  readonly graceSeconds: number
  /** Beside what it needs, as in a file of properties. */
  readonly properties: readonly string[]
}

export interface StreamsUse {
  /** From the start until the last result that changes anything. */
  readonly wallSeconds: number
  /** Of each instance until then. */
  readonly cpuSeconds: readonly number[]
  readonly peakMegabytes: readonly number[]
}

/** Compiles the rival into `cwd`. */
export const streams: Provider = async (cwd) => {
  for (const name of ['mvn', 'javac']) {
    const reason = await program(name)(cwd)
    if (reason !== undefined) return reason
  }
  const build = `mvn -B -ntp -q -Dout=${join(cwd, 'streams')} compile dependency:copy-dependencies`
  const { status, stdout } = await shell(build, { cwd: join(peers, 'streams') })
  return status === 0 ? undefined : `mvn in test/bench/peers/streams fails: ${stdout.slice(0, 300)}`
}

/** Runs it on a topic that is full; ends it when all is counted. */
export async function runStreams(plan: StreamsPlan): Promise<StreamsUse> {
  const beganMs = performance.now()
  const instances = Array.from({ length: plan.instances }, (_, i) => startInstance(plan, i))
  try {
    const use = () => ({
      wallSeconds: (performance.now() - beganMs) / 1000,
      cpuSeconds: instances.map(({ pid }) => cpuSecondsOf(pid!)),
      peakMegabytes: instances.map(({ pid }) => peakMegabytesOf(pid!)),
    })
    return await settledUse(plan, use, () => checkAlive(plan, instances))
  } finally {
    const ended = instances.map((child) => child.exitCode ?? once(child, 'exit'))
    for (const child of instances) child.kill('SIGKILL')
    await Promise.all(ended)
  }
}

function startInstance(
  { cwd, brokers, application, frames, results, graceSeconds, properties }: StreamsPlan,
  instance: number,
): ChildProcess {
  const file = join(cwd, `${application}-${instance}.properties`)
  const needed = [
    `application.id=${application}`,
    `bootstrap.servers=${brokers}`,
    `state.dir=${join(cwd, `${application}-${instance}`)}`,
    'processing.guarantee=exactly_once_v2',
    'auto.offset.reset=earliest',
  ]
  writeFileSync(file, [...needed, ...properties, ''].join('\n'))
  const classes = `${join(cwd, 'streams/classes')}:${join(cwd, 'streams/jars/*')}`
  const said = openSync(saidFile({ cwd, application }, instance), 'w')
  const args = [file, frames, results, `${graceSeconds}`]
  const child = spawn('java', ['-Xmx512m', '-cp', classes, 'UniqueUsers', ...args], {
    stdio: ['ignore', said, said],
  })
  closeSync(said)
  return child
}

function saidFile({ cwd, application }: Pick<StreamsPlan, 'cwd' | 'application'>, i: number) {
  return join(cwd, `${application}-${i}.out`)
}

function checkAlive(plan: StreamsPlan, instances: readonly ChildProcess[]): void {
  for (const [i, { exitCode }] of instances.entries()) {
    if (exitCode === null) continue
    throw new Error(`Kafka Streams ended: ${readFileSync(saidFile(plan, i), 'utf8')}`)
  }
}

/** What was used when the topic of results last grew, once the group has read all frames. */
function settledUse(
  { brokers, application, frames, results }: StreamsPlan,
  use: () => StreamsUse,
  check: () => void,
): Promise<StreamsUse> {
  return withAdmin(brokers, async (admin) => {
    const endOf = async (topic: string) => {
      const partitions = await admin.fetchTopicOffsets(topic)
      return partitions.reduce((sum, { high }) => sum + Number(high), 0)
    }
    const all = await endOf(frames)
    let [last, end] = [use(), 0]
    for (;;) {
      await sleep(pollMs)
      check()
      const now = use()
      if (now.wallSeconds * 1000 > limitMs) {
        throw new Error(`Kafka Streams has not counted all within ${limitMs / 1000} s`)
      }
      const newEnd = await endOf(results)
      if (newEnd > end) [last, end] = [now, newEnd]
      if (end === 0 || (now.wallSeconds - last.wallSeconds) * 1000 < quietMs) continue
      const [read] = await admin.fetchOffsets({ groupId: application, topics: [frames] })
      if (read!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0) >= all) return last
    }
  })
}
