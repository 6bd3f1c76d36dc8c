/**
 * Where does the time of a run of uc-pipeline go?
 *
 *   npm run profile                             200,000 generated frames of 2 kB
 *   npm run profile -- --parser json s.gz       with these arguments, from the folder you stand in
 *
 * Writes into .bench/profile, per thread: NAME.cpuprofile, for Chrome's tools and for
 * `test/bench/peers/node_modules/.bin/speedscope NAME.cpuprofile`; NAME.jsonl, one function a line;
 * NAME.svg, the flame graph. Prints the functions with the most time of their own.
 *
 * "own" is time in the function itself, "with callees" adds what it called. V8's sampler sees the
 * threads that run JavaScript and WASM: inflating and file reads happen in threads that it does not
 * see; on the main thread they show as (idle). (program) is native code of the runtime.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'
import { draw } from './draw.ts'
import { flameChart } from './flame-chart.ts'
import { functionsOf, type Profile, treeOf } from './profile-tree.ts'

const folder = join(root, '.bench/profile')
const samplingMicroseconds = 250

/** What the run prints is not wanted here. */
function run(args: readonly string[], cwd: string): void {
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`]
  const interval = ['--cpu-prof-interval', String(samplingMicroseconds)]
  const command = [...flags, ...interval, join(root, 'dist/test/bench/unbundled.js'), ...args]
  const stdio = ['inherit', 'ignore', 'inherit'] as const
  const { status } = spawnSync(process.execPath, command, { cwd, stdio: [...stdio] })
  if (status !== 0) throw new Error(`uc-pipeline ended with ${status}`)
}

async function runGenerated(): Promise<void> {
  await withFolder(async (cwd) => {
    await shell('uc-generate -c 200000 -r 500 -n 100000 -o s.jsonl', { cwd })
    run(['s.jsonl'], cwd)
  })
}

async function explain(name: string): Promise<void> {
  const path = join(folder, name)
  const tree = treeOf(JSON.parse(readFileSync(`${path}.cpuprofile`, 'utf8')) as Profile)
  const functions = functionsOf(tree)
  writeFileSync(`${path}.jsonl`, functions.map((each) => `${JSON.stringify(each)}\n`).join(''))
  process.stdout.write(
    `${path}.cpuprofile\n\n| own ms | own % | with callees ms | function | where |\n` +
      '|---|---|---|---|---|\n',
  )
  for (const { ownMs, ownPercent, totalMs, name, where } of functions.slice(0, 20)) {
    const numbers = [ownMs, ownPercent, totalMs].map((number) => number.toFixed(1))
    process.stdout.write(`| ${[...numbers, `\`${name}\``, where].join(' | ')} |\n`)
  }
  try {
    writeFileSync(`${path}.svg`, await draw(flameChart(tree)))
    process.stdout.write(`\n${path}.svg\n`)
  } catch (error) {
    process.stderr.write(`NO FLAME GRAPH: ${(error as Error).message}\n`)
  }
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const args = process.argv.slice(2)
if (args.length === 0) await runGenerated()
else run(args, process.env['INIT_CWD'] ?? '.')
const ending = '.cpuprofile'
for (const file of readdirSync(folder)) {
  if (file.endsWith(ending)) await explain(file.slice(0, -ending.length))
}
