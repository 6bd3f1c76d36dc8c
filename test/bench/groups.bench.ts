/**
 * What do groups and windows that overlap cost?
 *
 *   npm run bench -- groups                 some minutes
 *   npm run bench -- groups 100000 3 5      frames of the first table, runs, days of the last
 *
 * CPU time and memory of whole processes, start included. The first table pairs each run with one
 * without --by, so that both meet the same noise; ratios are medians.
 */
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { shell } from '../support/shell.ts'
import { median } from './measure.ts'
import { findMeter, metered } from './meter.ts'

const [frames = 300_000, runs = 7, days = 35] = process.argv.slice(2).map(Number)
const meter = await findMeter()
const decimals = (value: number, digits: number) => value.toFixed(digits)
const grouped = (value: number) => value.toLocaleString('en-US')

function print(...cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

async function keyCost(cwd: string): Promise<void> {
  const generate = `uc-generate -c ${frames} --groups country=200,page=50000,device=4 -o frames`
  await shell(generate, { cwd })
  process.stdout.write(
    `${
      grouped(frames)
    } frames of 2 kB, by minute:\n\n| parser | flags | CPU s | ratio |\n|---|---|---|---|\n`,
  )
  for (const parser of ['strict', 'lazy']) {
    const base = `uc-pipeline --minute --parser ${parser}`
    for (
      const flags of [
        '--by country',
        '--by country --by device',
        '--by country,device',
        '--by page',
      ]
    ) {
      const ratios: number[] = []
      const seconds: number[] = []
      for (let run = 0; run < runs; run++) {
        const plain = await metered(`${base} frames > /dev/null`, { meter, cwd })
        const split = await metered(`${base} ${flags} frames > /dev/null`, { meter, cwd })
        seconds.push(split.spent.cpuSeconds)
        ratios.push(split.spent.cpuSeconds / plain.spent.cpuSeconds)
      }
      print(parser, `\`${flags}\``, decimals(median(seconds), 2), decimals(median(ratios), 2))
    }
  }
}

async function manyGroups(cwd: string): Promise<void> {
  process.stdout.write(
    '\nA million frames of 100 bytes and 100,000 users, in one day:\n\n' +
      '| groups | users in groups | CPU s | peak MB |\n|---|---|---|---|\n',
  )
  for (const values of [0, 1, 200, 50_000, 1_000_000]) {
    const groups = values === 0 ? '' : `--groups page=${values}`
    const day = '--start 2016-07-11T00:00:00Z -r 20 --frame-bytes 100'
    await shell(`uc-generate -c 1000000 ${day} ${groups} -o many`, { cwd })
    const by = values === 0 ? '' : '--by page --max-groups 2M'
    const count = `uc-pipeline --day ${by} many > lines`
    const { spent: { cpuSeconds, peakMegabytes = NaN } } = await metered(count, { meter, cwd })
    const sum = `jq -s '[.[] | select(.by) | .users] | add // 0' lines`
    const { stdout: users } = await shell(sum, { cwd })
    const { stdout: there } = await shell(`grep -c '"by"' lines || true`, { cwd })
    print(
      values === 0 ? 'none' : grouped(Number(there)),
      grouped(Number(users)),
      decimals(cpuSeconds, 1),
      decimals(peakMegabytes, 0),
    )
  }
}

async function rollingCost(cwd: string): Promise<void> {
  process.stdout.write(
    `\n${days} days of a million frames each, of a million users:\n\n` +
      '| windows | CPU s | peak MB | users of the last line |\n|---|---|---|---|\n',
  )
  const rate = 1_000_000 / 86_400
  const stream = `uc-generate -c ${days}000000 -r ${rate} -n 1000000 --frame-bytes 60 ` +
    '--start 2016-07-11T00:00:00Z'
  await shell(`${stream} -o stream`, { cwd })
  for (const flags of ['--day', '--rolling 28d', '--day --rolling 7d,28d']) {
    const run = `uc-pipeline ${flags} stream | tail -n 1`
    const { stdout, spent: { cpuSeconds, peakMegabytes = NaN } } = await metered(run, {
      meter,
      cwd,
    })
    const { users } = JSON.parse(stdout) as { users: number }
    print(`\`${flags}\``, decimals(cpuSeconds, 1), decimals(peakMegabytes, 0), grouped(users))
  }
}

await withFolder(async (cwd) => {
  await keyCost(cwd)
  await manyGroups(cwd)
  await rollingCost(cwd)
})
