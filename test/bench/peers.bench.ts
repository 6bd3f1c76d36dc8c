/**
 * How fast is uc against other ways to the same answer, and against reading and inflating alone?
 *
 *   npm run bench                                 100 MB of each shape of frame, 5 runs: minutes
 *   npm run bench -- peers --megabytes 2000       what REPORT.md shows: hours
 *     --runs 7 --only 'uc-pipeline|DuckDB' --shapes '2 kB;60 B' --inputs file,gzip --out runs.jsonl
 *   npm run bench:report [-- runs.jsonl]          REPORT.md's tables and the chart from raw runs
 *
 * The work is users per minute, exactly, of generated frames; every variant (variants.ts) must give
 * the generator's own account before the clock starts. Then the variants run in turn, each as a whole
 * command, start included. What the machine lacks is said and left out. Raw runs go to --out, one
 * JSON object a line, by default .bench/runs.jsonl.
 *
 * CPU is that of all processes of the command, and the fairest number on a shared machine; compare
 * within one table. At 100 MB half of our time may be start-up (0.1 s). MB are of JSON, also for gzip.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { checkAnswer } from './answer.ts'
import { type InputKind, makeInput, type Shape, shapes } from './inputs.ts'
import { findMeter, metered } from './meter.ts'
import { type Machine, readAccount, type Run, type Skipped } from './runs.ts'
import { tables } from './tables.ts'
import { type Variant, variants } from './variants.ts'

const bench = 'peers'
const { values: options } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    shapes: { type: 'string', default: shapes.map(({ name }) => name).join(';') },
    inputs: { type: 'string', default: 'file,pipe,gzip' },
    out: { type: 'string', default: join(root, '.bench/runs.jsonl') },
  },
})
const runs = Number(options.runs)
const out = resolve(process.env['INIT_CWD'] ?? '.', options.out)
const meter = await findMeter()

/** One script that is measured. */
interface Measurement {
  readonly variant: Variant
  readonly input: InputKind
  readonly script: string
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function write(line: Run | Skipped | Machine): void {
  appendFileSync(out, `${JSON.stringify(line)}\n`)
}

async function available(cwd: string): Promise<readonly Variant[]> {
  const found: Variant[] = []
  for (const variant of variants) {
    if (!new RegExp(options.only).test(variant.name)) continue
    const skipped = await variant.provider(cwd)
    if (skipped === undefined) found.push(variant)
    else {
      say(`SKIPPED ${variant.name}: ${skipped}`)
      write({ bench, variant: variant.name, skipped })
    }
  }
  return found
}

function measurementsOf(shape: Shape, found: readonly Variant[]): readonly Measurement[] {
  const inputs = shape.inputs.filter((input) => options.inputs.split(',').includes(input))
  return inputs.flatMap((input) => {
    return found.flatMap((variant) => {
      const script = variant.scripts[input]
      return script === undefined ? [] : [{ variant, input, script }]
    })
  })
}

async function measureShape(shape: Shape, found: readonly Variant[], cwd: string): Promise<void> {
  const measurements = measurementsOf(shape, found)
  const input = await makeInput(shape, { cwd, megabytes: Number(options.megabytes) })
  const { frames, bytes } = input
  say(`${shape.name}: ${frames.toLocaleString('en-US')} frames, ${measurements.length} commands`)
  for (const measurement of measurements) await checkAnswer(measurement, { expected: input, cwd })
  for (let run = 1; run <= runs; run++) {
    for (const { variant, input, script } of measurements) {
      const { spent } = await metered(script, { meter, cwd })
      const { wallSeconds: wall, cpuSeconds, peakMegabytes } = spent
      const cpu = Number(cpuSeconds.toFixed(6))
      const peak = peakMegabytes === undefined ? {} : { peakMb: Number(peakMegabytes.toFixed(1)) }
      const where = { bench, variant: variant.name, shape: shape.name, input, run }
      write({ ...where, wall: Number(wall.toFixed(6)), cpu, ...peak, frames, bytes })
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
}

mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, '')
const { model = 'unknown' } = cpus()[0] ?? {}
const machine =
  `${model.trim()}, ${cpus().length} cores, ${process.platform}, Node ${process.version}`
write({ bench, machine, began: new Date().toISOString(), runs })
say(`measured by ${meter.name}; raw runs go to ${out}`)
await withFolder(async (cwd) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      rmSync(cwd, { recursive: true, force: true }) // gigabytes, perhaps
      process.exit(1)
    })
  }
  const found = await available(cwd)
  const names = options.shapes.split(';')
  for (const shape of shapes) {
    if (names.includes(shape.name)) await measureShape(shape, found, cwd)
  }
})
process.stdout.write(tables(readAccount(out)))
