/**
 * Does memory follow the users of the open windows, and not the length of the input?
 *
 *   npm run bench -- memory                1 and 10 million frames of 2 kB: 2 and 20 GB, minutes
 *   npm run bench -- memory 100000 1000000
 *
 * Frames of 100,000 users in one day, through a pipe from the generator, so that nothing lies on the
 * disk. The peak is that of the largest process, which is the one that counts.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { findMeter, metered } from './meter.ts'

const counts = process.argv.slice(2).map(Number)
const meter = await findMeter()

process.stdout.write('| frames | users | GB | peak MB | s |\n|---|---|---|---|---|\n')
await withFolder(async (cwd) => {
  for (const count of counts.length > 0 ? counts : [1_000_000, 10_000_000]) {
    // So few a second that all fit into a day, and all of them within it.
    const generate = `uc-generate -c ${count} -r 150 -n 100000 --start 2016-07-11T00:00:00Z`
    const { stdout, spent } = await metered(`${generate} | uc-pipeline --day`, { meter, cwd })
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line))
    assert.equal(lines.reduce((sum, { frames }) => sum + frames, 0), count)
    const users = Math.max(...lines.map(({ users }) => users))
    const [frames, most] = [count, users].map((each) => each.toLocaleString('en-US'))
    const gigabytes = (count * 2048 / 1e9).toFixed(0)
    const { peakMegabytes = NaN, wallSeconds } = spent
    const row = [frames, most, gigabytes, peakMegabytes.toFixed(0), wallSeconds.toFixed(0)]
    process.stdout.write(`| ${row.join(' | ')} |\n`)
  }
})
