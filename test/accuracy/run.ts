/**
 * How far are estimates from the truth, ours and others'?
 *
 *   npm run accuracy                                        what REPORT.md shows: half an hour
 *   npm run accuracy -- --sets 40 --most 100000             seconds
 *     --rival-sets 50 --precisions 12,14,16 --out accuracy.jsonl
 *   npm run accuracy:report [-- accuracy.jsonl]             REPORT.md's tables and the chart
 *
 * Every set is counted at 1, 2, 5, 10 … of its users. Others count the first --rival-sets of the same
 * sets, where they are there: the package `hyperloglog` by its own count(), DuckDB, and ClickHouse in
 * a Python that UC_PYTHON names. Raw numbers go to --out, one JSON object a line, by default
 * .bench/accuracy.jsonl. All are a function of the sets: a second run gives the same.
 *
 * `held` is the share of sets whose truth lies in low..high, `exact` the share where low and high are
 * the truth. Where answers are exact nothing is to be calibrated: judge the held of the others.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { withFolder } from '../support/folder.ts'
import { root } from '../support/paths.ts'
import { estimatesOf, rivals } from './rivals.ts'
import { type Estimates, estimateSets } from './sets.ts'
import { accuracyTables } from './tables.ts'

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string', default: '300' },
    'rival-sets': { type: 'string', default: '50' },
    most: { type: 'string', default: '10000000' },
    precisions: { type: 'string', default: '12,14,16' },
    out: { type: 'string', default: join(root, '.bench/accuracy.jsonl') },
  },
})
const [sets, most] = [Number(options.sets), Number(options.most)]
const rivalSets = Math.min(sets, Number(options['rival-sets']))
const precisions = options.precisions.split(',').map(Number)
const out = resolve(process.env['INIT_CWD'] ?? '.', options.out)

const lines: Estimates[] = [...estimateSets({
  sets,
  most,
  precisions,
  packageSets: rivalSets,
  onSet: (set) => process.stderr.write(`\r${set + 1} of ${sets} sets`),
})]
process.stderr.write('\n')
for (const rival of rivals) {
  const reason = await withFolder((cwd) => rival.provider(cwd))
  if (reason !== undefined) process.stderr.write(`SKIPPED ${rival.name}: ${reason}\n`)
  else lines.push(...await estimatesOf(rival, { sets: rivalSets, most }))
}
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
process.stdout.write(`${accuracyTables(lines)}\n`)
