/**
 * Puts what benchmarks have given into REPORT.md, each between `<!-- bench NAME -->` and
 * `<!-- end -->`, and draws .github/bench/speed.svg from the runs of peers:
 *
 *   npm run bench:report                                 of .github/bench, which is kept
 *   npm run bench:report -- .bench/runs.jsonl            of other runs of peers, which it keeps
 *   npm run --silent bench -- scanner > .github/bench/scanner.md     keeps what another one prints
 *
 * What REPORT.md shows lies beside the chart, so that both can be made again. It is in .github
 * because it is about the repository, not a part of the product or of its tests.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { root } from '../support/paths.ts'
import { draw } from './draw.ts'
import { readAccount } from './runs.ts'
import { speedChart } from './speed-chart.ts'
import { tables } from './tables.ts'

const folder = join(root, '.github/bench')
const kept = join(folder, 'runs.jsonl')
const chart = join(folder, 'speed.svg')
const report = join(root, 'REPORT.md')

const named = process.argv[2]
if (named !== undefined && resolve(process.env['INIT_CWD'] ?? '.', named) !== kept) {
  mkdirSync(folder, { recursive: true })
  copyFileSync(resolve(process.env['INIT_CWD'] ?? '.', named), kept)
}
const account = readAccount(kept)
const image = '![MB of JSON per second of CPU](.github/bench/speed.svg)'
const bodies = new Map([['peers', `${image}\n\n${tables(account)}`]])
for (const name of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  bodies.set(name.slice(0, -'.md'.length), readFileSync(join(folder, name), 'utf8').trim())
}
let text = readFileSync(report, 'utf8')
for (const [name, body] of bodies) {
  const marked = new RegExp(`(<!-- bench ${name} -->\n)[^]*?(<!-- end -->)`)
  if (!marked.test(text)) throw new Error(`REPORT.md has no <!-- bench ${name} --> … <!-- end -->`)
  text = text.replace(marked, (_, begin, end) => `${begin}\n${body}\n\n${end}`)
}
writeFileSync(report, text)
writeFileSync(chart, await draw(speedChart(account)))
process.stdout.write(`${report}\n${chart}\n`)
