/**
 * Puts the raw numbers of `npm run accuracy` into REPORT.md, between `<!-- accuracy -->` and
 * `<!-- end -->`, and draws .github/bench/accuracy.svg from them:
 *
 *   npm run accuracy:report                              of .github/bench/accuracy.jsonl
 *   npm run accuracy:report -- .bench/accuracy.jsonl     of another file, which is kept there
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { draw } from '../bench/draw.ts'
import { root } from '../support/paths.ts'
import { accuracyChart } from './chart.ts'
import type { Estimates } from './sets.ts'
import { accuracyTables } from './tables.ts'

const folder = join(root, '.github/bench')
const kept = join(folder, 'accuracy.jsonl')
const chart = join(folder, 'accuracy.svg')
const report = join(root, 'REPORT.md')

const named = process.argv[2]
const source = named === undefined ? kept : resolve(process.env['INIT_CWD'] ?? '.', named)
if (source !== kept) copyFileSync(source, kept)
const lines = readFileSync(kept, 'utf8').trimEnd().split('\n')
  .map((line) => JSON.parse(line) as Estimates)
const text = readFileSync(report, 'utf8')
const marked = /(<!-- accuracy -->\n)[^]*?(<!-- end -->)/
if (!marked.test(text)) throw new Error('REPORT.md has no <!-- accuracy --> … <!-- end -->')
const body = `\n![Error by number of users](.github/bench/accuracy.svg)\n\n${
  accuracyTables(lines)
}\n\n`
writeFileSync(report, text.replace(marked, (_, begin, end) => `${begin}${body}${end}`))
writeFileSync(chart, await draw(accuracyChart(lines)))
process.stdout.write(`${report}\n${chart}\n`)
