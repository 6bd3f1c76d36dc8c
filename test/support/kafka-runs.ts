/** Commands of the repository against a broker, and what their lines come to. */
import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { registerCodecs } from '../../src/kafka/codecs/codecs.ts'
import type { ResultLine } from '../../src/records.ts'
import type { Broker } from './broker.ts'
import { binFolder, root } from './paths.ts'
import { Running } from './running.ts'
import { shell, type ShellOptions, type ShellResult } from './shell.ts'
import { readTopic } from './topics.ts'

/** The least on Deno in a clone: the brokers, and what writing lz4 needs. */
export const kafkaPermissions: readonly string[] = [
  '--no-prompt',
  '--allow-net=$UC_KAFKA_BROKERS',
  `--allow-read=${join(root, 'node_modules/lz4-wasm-nodejs')}`,
]

registerCodecs() // kafkajs of the test reads what our commands have written

export interface Truth {
  readonly windows: Readonly<
    Record<string, readonly { start: number; users: number; frames: number }[]>
  >
}

export type LastLines = ReadonlyMap<string, { readonly users: number; readonly frames: number }>

/** A group, or a topic, that no other test knows. */
export function freshName(prefix = 'group'): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}

/** A script in a shell that knows the broker and, as $GROUP, a group of its own. */
export function kafkaShell(
  { brokers }: Pick<Broker, 'brokers'>,
  script: string,
  { environment = {}, ...options }: ShellOptions = {},
): Promise<ShellResult> {
  const known = { UC_KAFKA_BROKERS: brokers, GROUP: freshName(), ...environment }
  return shell(script, { ...options, environment: known })
}

/** The same, which has to end well; its standard output. */
export async function kafkaOutput(
  broker: Pick<Broker, 'brokers'>,
  script: string,
  options: ShellOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await kafkaShell(broker, script, options)
  assert.equal(status, 0, `${script}\n${stderr}`)
  return stdout
}

/** A command, or a script that is one, that runs while the test goes on. */
export function startKafka(
  { brokers }: Pick<Broker, 'brokers'>,
  [name, ...args]: readonly [string, ...string[]],
): Running {
  const env = { ...process.env, UC_KAFKA_BROKERS: brokers, NO_COLOR: '1' }
  return new Running(spawn(process.execPath, [resolve(binFolder, name), ...args], { env }))
}

/** Ends it as a crash does, and waits until it is gone. */
export async function kill(
  { child }: { readonly child: ChildProcessWithoutNullStreams },
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGCONT')
  child.kill('SIGKILL')
  await gone
}

/** Ends what a test has started and not ended. */
export async function withRuns<T>(use: (start: typeof startKafka) => Promise<T>): Promise<T> {
  const started: Running[] = []
  try {
    return await use((...options) => {
      const running = startKafka(...options)
      started.push(running)
      return running
    })
  } finally {
    await Promise.all(started.map(kill))
  }
}

/** Waits until `isSo`, which `what` words. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patienceMs = 20_000,
): Promise<void> {
  const sinceMs = performance.now()
  while (!await isSo()) {
    if (performance.now() - sinceMs > patienceMs) throw new Error(`${what}: not in time`)
    await sleep(20)
  }
}

export function resultsOf(text: string): ResultLine[] {
  return text.split('\n').filter((line) => line !== '').map((line) => {
    return JSON.parse(line) as ResultLine
  })
}

/** Of each window what its last line says. */
export function lastOf(lines: readonly ResultLine[]): LastLines {
  return new Map(lines.map(({ window, start, users, frames }) => {
    return [`${window}/${start}`, { users, frames }]
  }))
}

/** Of each window what the generator says, by kind. */
export function truthIn(file: string, kinds: readonly string[]): LastLines {
  const { windows } = JSON.parse(readFileSync(file, 'utf8')) as Truth
  return new Map(kinds.flatMap((kind) => {
    return windows[kind]!.map(({ start, users, frames }) => {
      return [`${kind}/${start}`, { users, frames }] as const
    })
  }))
}

/** In the order of their offsets; by our own commands the topic of results has one partition. */
export async function resultsIn(
  { brokers }: Pick<Broker, 'brokers'>,
  topic: string,
): Promise<ResultLine[]> {
  const messages = await readTopic(brokers, topic)
  return messages.map(({ value }) => JSON.parse(value!) as ResultLine)
}

export function equalLast(lines: readonly ResultLine[], truth: LastLines, message?: string): void {
  const sorted = (last: LastLines) => [...last].sort(([a], [b]) => a < b ? -1 : 1)
  assert.deepEqual(sorted(lastOf(lines)), sorted(truth), message)
}
