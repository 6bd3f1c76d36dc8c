/**
 * What does it cost to count a topic, against only reading it, and against the plain way?
 *
 *   npm run bench -- kafka                  1,000,000 frames of 2 kB in 4 partitions, 3 runs each
 *   npm run bench -- kafka 200000 5         frames, runs
 *
 * The broker is one of its own on this machine (.ci/broker.js), filled before the clock runs. CPU is
 * the client's alone, start-up included. In turn: uc-pipeline, to standard output and to a topic,
 * exactly and at least once, whose lines are compared with the generator's truth in every run; kcat to /dev/null, where it is installed; and a loop of kafkajs,
 * JSON.parse and a Set (peers/kafkajs-loop.ts), whose minutes are compared too.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { ResultLine } from '../../src/records.ts'
import { startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { median } from './measure.ts'

const frames = Number(process.argv[2] ?? 1_000_000)
const runs = Number(process.argv[3] ?? 3)

/** Users by minute, as text that can be compared. */
type Minutes = ReadonlyMap<number, number>

interface Variant {
  readonly name: string
  command(run: number): string
  /** What shows what it has counted, where it does not print it. */
  shown?(run: number): string
  /** Undefined: it counts nothing. */
  minutes?(stdout: string): Minutes
}

interface Sample {
  readonly wallSeconds: number
  readonly cpuSeconds: number
}

function ours(): Variant[] {
  const script = (group: string) =>
    `uc-pipeline --kafka --topic t --group ${group} --stop-at end --close --minute`
  const minutes = (stdout: string) => {
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as ResultLine)
    return new Map(lines.map(({ start, users }) => [start, users]))
  }
  const toTopic = (name: string, flag: string): Variant => ({
    name: `the same with --to-kafka${flag}`,
    command: (run) => `${script(`${name}-${run}`)} --to-kafka ${name}-${run} --create 1${flag}`,
    shown: (run) => `uc-from-kafka ${name}-${run} --plain --stop-at end --group show`,
    minutes,
  })
  return [
    { name: 'uc-pipeline --kafka --minute', command: (run) => script(`bench-${run}`), minutes },
    toTopic('once', ''),
    toTopic('least', ' --at-least-once'),
  ]
}

const kcat: Variant = {
  name: 'kcat -C, to /dev/null',
  command: () => 'kcat -C -q -e -b $UC_KAFKA_BROKERS -t t > /dev/null',
}

const plainLoop: Variant = {
  name: 'kafkajs, JSON.parse, Set',
  command: () => {
    const loop = join(root, 'dist/test/bench/peers/kafkajs-loop.js')
    return `${process.execPath} ${loop} $UC_KAFKA_BROKERS t ${frames}`
  },
  minutes: (stdout) => {
    const rows = stdout.trim().split('\n').map((line) => line.split(' ').map(Number))
    return new Map(rows.map(([minute, users]) => [minute!, users!]))
  },
}

function print(names: readonly string[], samples: readonly (readonly Sample[])[]): void {
  const cpuOf = (i: number) => median(samples[i]!.map(({ cpuSeconds }) => cpuSeconds))
  const plain = cpuOf(names.length - 1)
  process.stdout.write(
    `${frames.toLocaleString('en-US')} frames of 2 kB, 4 partitions, medians of ${runs}\n\n` +
      '| client | wall s | frames/s | CPU s | CPU s per 500,000 | plain loop / it |\n' +
      '|---|---|---|---|---|---|\n',
  )
  for (const [i, name] of names.entries()) {
    const wall = median(samples[i]!.map(({ wallSeconds }) => wallSeconds))
    const cpu = cpuOf(i)
    const cells = [
      name,
      wall.toFixed(2),
      Math.round(frames / wall).toLocaleString('en-US'),
      cpu.toFixed(2),
      (cpu / frames * 500_000).toFixed(2),
      `${(plain / cpu).toFixed(1)} x`,
    ]
    process.stdout.write(`| ${cells.join(' | ')} |\n`)
  }
}

const broker = await startBroker()
try {
  await withFolder(async (cwd) => {
    const environment = { UC_KAFKA_BROKERS: broker.brokers }
    const fill =
      `uc-generate -c ${frames} -n 100000 --truth truth.json | uc-to-kafka t --create 4 --compression none`
    const filled = await shell(fill, { cwd, environment })
    assert.equal(filled.status, 0, filled.stderr)
    const { windows: { minute } } = JSON.parse(readFileSync(join(cwd, 'truth.json'), 'utf8'))
    const truth: Minutes = new Map(
      (minute as ResultLine[]).map(({ start, users }) => [start, users]),
    )
    const hasKcat = (await shell('command -v kcat')).status === 0
    const variants = [...ours(), ...(hasKcat ? [kcat] : []), plainLoop]
    const samples = variants.map(() => [] as Sample[])
    for (let run = 0; run < runs; run++) {
      for (const [i, variant] of variants.entries()) {
        const script = `TIMEFORMAT='%R %U %S'; { time ${variant.command(run)} 2> err; } 2> time`
        const { stdout: printed, status } = await shell(script, { cwd, environment })
        const said = readFileSync(join(cwd, 'err'), 'utf8')
        assert.equal(status, 0, `${variant.name}: ${said}`)
        const { stdout } = variant.shown === undefined
          ? { stdout: printed }
          : await shell(variant.shown(run), { cwd, environment })
        if (variant.minutes) assert.deepEqual(variant.minutes(stdout), truth, variant.name)
        const [wall, user, system] = readFileSync(join(cwd, 'time'), 'utf8').split(' ').map(Number)
        samples[i]!.push({ wallSeconds: wall!, cpuSeconds: user! + system! })
        process.stderr.write('.')
      }
    }
    print(variants.map(({ name }) => name), samples)
  })
} finally {
  await broker.stop()
}
