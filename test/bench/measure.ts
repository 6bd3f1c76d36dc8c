/** Times shell scripts as whole commands, start included, in turn. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import type { Usage } from './usage.ts'

export interface Variant {
  readonly name: string
  readonly script: string
  /** Standard output that the script must give, whatever it takes; checked before the clock runs. */
  readonly expected: string
}

export interface Measured {
  readonly name: string
  /** Medians over the runs. */
  readonly wallSeconds: number
  /** All processes of the script together. */
  readonly cpuSeconds: number
  /** The largest process. */
  readonly peakMegabytes: number
}

export interface MeasureOptions {
  readonly runs: number
  readonly cwd: string
  /** The processes whose use counts, by the names of their scripts. */
  readonly counts: (name: string) => boolean
}

const usage = pathToFileURL(join(root, 'dist/test/bench/usage.js')).href

/** Runs the variants in turn, so that all meet the same noise. */
export async function measure(
  variants: readonly Variant[],
  options: MeasureOptions,
): Promise<readonly Measured[]> {
  for (const variant of variants) {
    const { stdout } = await runOnce(variant, options)
    assert.equal(stdout, variant.expected, `${variant.name} gives another answer`)
  }
  const samples = variants.map(() => [] as Omit<Measured, 'name'>[])
  for (let run = 0; run < options.runs; run++) {
    for (const [i, variant] of variants.entries()) {
      samples[i]!.push((await runOnce(variant, options)).sample)
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
  return variants.map(({ name }, i) => ({
    name,
    wallSeconds: median(samples[i]!.map((sample) => sample.wallSeconds)),
    cpuSeconds: median(samples[i]!.map((sample) => sample.cpuSeconds)),
    peakMegabytes: median(samples[i]!.map((sample) => sample.peakMegabytes)),
  }))
}

async function runOnce({ name, script }: Variant, { cwd, counts }: MeasureOptions) {
  const file = join(cwd, 'usage.jsonl')
  rmSync(file, { force: true })
  const environment = { NODE_OPTIONS: `--import ${usage}`, UC_USAGE_FILE: file }
  const beganMs = performance.now()
  const { stdout, stderr, status } = await shell(script, { cwd, environment })
  const wallSeconds = (performance.now() - beganMs) / 1000
  assert.equal(status, 0, `${name}: ${stderr}`)
  const usages = (existsSync(file) ? readFileSync(file, 'utf8') : '').split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Usage)
    .filter((usage) => counts(usage.name))
  const sample = {
    wallSeconds,
    cpuSeconds: usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0),
    peakMegabytes: Math.max(...usages.map((usage) => usage.peakMegabytes)),
  }
  return { stdout, sample }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
