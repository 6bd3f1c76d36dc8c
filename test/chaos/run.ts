/**
 * Kills runs with a state at random moments, stream by stream, and compares what they leave with runs
 * that nobody disturbs.
 *
 *   npm run chaos -- --kills 100 --seed 1
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { seededRandom } from '../../src/generate/random.ts'
import { withFolder } from '../support/folder.ts'
import { killFiles } from './files.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const kills = Number(values.kills)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
process.stdout.write(`${kills} kills from seed ${seed}\n`)
for (let killed = 0, stream = seed; killed < kills; stream++) {
  const most = Math.min(kills - killed, 10)
  killed += await withFolder((folder) => killFiles(seededRandom(stream), folder, most))
  process.stdout.write(`${killed} killed, the last in stream ${stream}\n`)
}
process.stdout.write('no difference\n')
