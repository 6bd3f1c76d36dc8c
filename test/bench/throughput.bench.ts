/**
 * How fast are uc-pipeline and the pipe of processes, what does the parser cost, what do more
 * windows cost, and does memory grow with the input?
 *
 *   npm run bench -- throughput             100,000 frames of 2 kB, 5 runs each, in turn
 *   npm run bench -- throughput 500000 7    frames, runs
 *
 * Every variant's result is compared with that of `--parser json` before the clock runs. Times are
 * medians of whole commands, start-up included; CPU is that of all uc processes of the variant
 * together. Machines are shared: compare the ratios of one table, not the seconds of two.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { shell } from '../support/shell.ts'
import { measure, type Measured, type Variant } from './measure.ts'

const frames = Number(process.argv[2] ?? 100_000)
const runs = Number(process.argv[3] ?? 5)
const isUc = (name: string) => name.startsWith('uc-') && name !== 'uc-generate'
const windows = '--minute --hour --day --week --month --quarter --year'
const pipe = 'uc-extract s.jsonl | uc-window --minute | uc-count'

await withFolder(async (cwd) => {
  await shell(`uc-generate -c ${frames} -n 100000 -o s.jsonl; gzip -k s.jsonl`, { cwd })
  const { size } = statSync(join(cwd, 's.jsonl'))
  const answer = async (script: string) => (await shell(script, { cwd })).stdout
  const minutes = await answer('uc-pipeline --parser json s.jsonl')
  const all = await answer(`uc-pipeline ${windows} --parser json s.jsonl`)
  const variants: readonly Variant[] = [
    { name: 'uc-pipeline, file', script: 'uc-pipeline s.jsonl', expected: minutes },
    { name: 'uc-pipeline, pipe', script: 'cat s.jsonl | uc-pipeline', expected: minutes },
    { name: 'uc-pipeline, gzip file', script: 'uc-pipeline s.jsonl.gz', expected: minutes },
    { name: 'uc-pipeline, 7 windows', script: `uc-pipeline ${windows} s.jsonl`, expected: all },
    { name: 'uc-extract | uc-window | uc-count', script: pipe, expected: minutes },
    {
      name: 'uc-pipeline --parser json',
      script: 'uc-pipeline --parser json s.jsonl',
      expected: minutes,
    },
  ]
  print(await measure(variants, { runs, cwd, counts: isUc }), frames, size)

  const generated = (times: number) =>
    `uc-generate -c ${frames * times} -n 50000 -r ${1000 * times}`
  const long: Variant[] = []
  for (const times of [1, 10]) {
    const script = `${generated(times)} | uc-pipeline --day`
    const expected = await answer(script)
    long.push({ name: `${(frames * times).toLocaleString('en-US')} frames`, script, expected })
  }
  process.stdout.write('\nMemory, 50,000 users, one window, from a pipe:\n\n')
  for (const { name, peakMegabytes } of await measure(long, { runs: 3, cwd, counts: isUc })) {
    process.stdout.write(`- ${name}: ${peakMegabytes.toFixed(0)} MB\n`)
  }
})

function print(rows: readonly Measured[], frames: number, bytes: number): void {
  const slowest = rows.at(-1)!
  process.stdout.write(
    `${frames.toLocaleString('en-US')} frames, ${(bytes / 1e6).toFixed(0)} MB\n\n` +
      '| command | wall s | frames/s | MB/s | CPU s | CPU against json | peak MB |\n' +
      '|---|---|---|---|---|---|---|\n',
  )
  for (const { name, wallSeconds, cpuSeconds, peakMegabytes } of rows) {
    const cells = [
      name.replaceAll('|', '\\|'),
      wallSeconds.toFixed(2),
      Math.round(frames / wallSeconds).toLocaleString('en-US'),
      (bytes / 1e6 / wallSeconds).toFixed(0),
      cpuSeconds.toFixed(2),
      `${(slowest.cpuSeconds / cpuSeconds).toFixed(1)} x`,
      peakMegabytes.toFixed(0),
    ]
    process.stdout.write(`| ${cells.join(' | ')} |\n`)
  }
}
