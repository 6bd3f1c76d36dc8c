/**
 * What do results take on a disk that are kept for years?
 *
 *   npm run bench -- storage
 *
 * Lines of minutes with about 1,000 and 50,000 users each, every user with a frame of his own, without
 * and with sketches: their mean length, as they are and compressed, and two years of them.
 */
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { loadPackage } from '../../src/kafka/codecs/zstd.ts'
import { shell } from '../support/shell.ts'

const minutesOfTwoYears = 2 * 365.25 * 24 * 60
const flags = ['', '--sketch --precision 10', '--sketch --precision 12', '--sketch']
const compress = await loadPackage()

process.stdout.write(
  '| users a minute | flags | bytes a line | gzip | zstd | GB in two years | gzip | zstd |\n' +
    '|---|---|---|---|---|---|---|---|\n',
)
for (const [users, minutes] of [[1000, 2000], [50_000, 100]] as const) {
  for (const flag of flags) {
    const generate = `uc-generate -c ${users * minutes} -r ${
      users / 60
    } -n 1000000000 --frame-bytes 60`
    const { stdout, stderr, status } = await shell(`${generate} | uc-pipeline --minute ${flag}`)
    if (status !== 0) throw new Error(stderr)
    const bytes = new TextEncoder().encode(stdout)
    const lines = stdout.trim().split('\n').length
    const sizes = [bytes, gzipSync(bytes), await compress(bytes)].map(({ length }) =>
      length / lines
    )
    const gigabytes = sizes.map((size) => (size * minutesOfTwoYears / 1e9).toFixed(2))
    const shown = sizes.map((size) => Math.round(size).toLocaleString('en-US'))
    const name = flag === '' ? 'none' : `\`${flag}\``
    const row = [users.toLocaleString('en-US'), name, ...shown, ...gigabytes]
    process.stdout.write(`| ${row.join(' | ')} |\n`)
  }
}
