/**
 * Any number of random streams through window and count stage, against the oracle.
 *
 *   npm run fuzz:time -- --streams 100000 --seed 7
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { checkStream } from '../support/time-differential.ts'

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '10000' }, seed: { type: 'string' } },
})
const streams = Number(values.streams)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
process.stdout.write(`${streams} streams from seed ${seed}\n`)
for (let i = 0; i < streams; i++) checkStream(seed + i)
process.stdout.write('no difference\n')
