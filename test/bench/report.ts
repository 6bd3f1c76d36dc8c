/**
 * Puts raw runs into REPORT.md, between `<!-- bench peers -->` and `<!-- end -->`, and draws
 * .github/bench/speed.svg from them:
 *
 *   npm run bench:report                                 of .github/bench/runs.jsonl, which is kept
 *   npm run bench:report -- .bench/runs.jsonl            of another file
 *
 * The raw runs that REPORT.md shows lie beside the chart, so that both can be made again. They are
 * in .github because they are about the repository, not a part of the product or of its tests.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
const text = readFileSync(report, 'utf8')
const marked = /(<!-- bench peers -->\n)[^]*?(<!-- end -->)/
if (!marked.test(text)) throw new Error('REPORT.md has no <!-- bench peers --> … <!-- end -->')
const image = '![MB of JSON per second of CPU](.github/bench/speed.svg)'
const body = `\n${image}\n\n${tables(account)}\n`
writeFileSync(report, text.replace(marked, (_, begin, end) => `${begin}${body}${end}`))
writeFileSync(chart, await draw(speedChart(account)))
process.stdout.write(`${report}\n${chart}\n`)
