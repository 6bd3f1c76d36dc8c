/**
 * Are the users of groups and of rolling days those that DuckDB counts in the same files, exactly?
 *
 *   npm run bench -- groups-duckdb            a million frames by group, two years of days
 *   npm run bench -- groups-duckdb 100000     so many frames by group
 *
 * Late frames are in all of them. What differs is told, and ends the run.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { shell } from '../support/shell.ts'
import { withFolder } from '../support/folder.ts'
import { peerPackages, peers } from './providers.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const missing = await peerPackages('.')
if (missing !== undefined) throw new Error(missing)

interface Comparison {
  readonly name: string
  readonly query: string
  readonly zone: string
  readonly frames: 'groups' | 'days'
  readonly flags: string
}

const inOrder = '--lateness 1d --final'
const comparisons: readonly Comparison[] = [
  {
    name: 'minute and country',
    query: 'country',
    zone: 'UTC',
    frames: 'groups',
    flags: '--minute --by country',
  },
  { name: 'day and page', query: 'page', zone: 'UTC', frames: 'groups', flags: '--day --by page' },
  {
    name: 'minute, country and page',
    query: 'both',
    zone: 'UTC',
    frames: 'groups',
    flags: '--minute --by country,page',
  },
  ...['UTC', 'Europe/Zurich'].flatMap((zone): Comparison[] => [
    {
      name: `rolling 7 and 28 days, ${zone}`,
      query: 'rolling',
      zone,
      frames: 'days',
      flags: '--rolling 7d,28d',
    },
    {
      name: `day and page, ${zone}`,
      query: 'page',
      zone,
      frames: 'days',
      flags: '--day --by page',
    },
  ]),
]

/** Of each window and group, users and frames. */
function linesOf(text: string): Map<string, string> {
  const lines = text.trimEnd().split('\n').map((line) => line.split('\t'))
  return new Map(lines.map(([window, start, group, ...counts]) => {
    return [`${window} ${start} ${group}`, counts.join()]
  }))
}

const asLines =
  `jq -r '[.window, .start, (.by // {} | map(tojson) | join(",")), .users, .frames] | @tsv'`

async function output(script: string, cwd: string): Promise<string> {
  const { status, stdout, stderr } = await shell(script, { cwd })
  assert.equal(status, 0, `${script}: ${stderr}`)
  return stdout
}

process.stdout.write('| users by | windows and groups | uc-pipeline, as DuckDB |\n|---|---|---|\n')
await withFolder(async (cwd) => {
  const late = '--delay 3000 --delay-percent 10 --frame-bytes 300'
  const groups = '--groups country=200,page=50000'
  await output(`uc-generate -c ${count} -r 400 ${late} ${groups} -o groups`, cwd)
  // Two years of days; a frame comes up to twelve hours late.
  const rare = '--delay 43200 --delay-percent 10 --frame-bytes 200 --start 2015-01-01T00:00:00Z'
  await output(`uc-generate -c 631000 -r 0.01 -n 20000 ${rare} --groups page=300 -o days`, cwd)
  for (const { name, query, zone, frames, flags } of comparisons) {
    const duckdb = linesOf(
      await output(
        `'${process.execPath}' '${peers}/duckdb-groups.js' ${query} ${zone} '${cwd}/${frames}'`,
        cwd,
      ),
    )
    for (const order of [inOrder, '--order none']) {
      const noTotal = flags.includes('--by') ? '--no-total --max-groups 1M' : ''
      const run = `uc-pipeline ${flags} ${noTotal} --tz ${zone} ${order} ${frames} | ${asLines}`
      const uc = linesOf(await output(run, cwd))
      for (const [key, counts] of duckdb) {
        assert.equal(uc.get(key), counts, `${name}, ${order}: ${key}`)
      }
      assert.equal(uc.size, duckdb.size, `${name}, ${order}`)
    }
    process.stdout.write(`| ${name} | ${duckdb.size.toLocaleString('en-US')} | the same |\n`)
  }
})
