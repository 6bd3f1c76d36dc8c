/**
 * Kills runs with a state at random moments, stream by stream, and compares what they leave with runs
 * that nobody disturbs.
 *
 *   npm run chaos -- --kills 100 --seed 1             files and topics
 *   npm run chaos -- --kafka --kills 30 --seed 1      topics only
 *   npm run chaos -- --kafka --at-least-once          without transactions around the results
 *   npm run chaos -- --kafka --to-file                results appended to a file, as by >>
 *   npm run chaos -- --processes 4                    that share a topic, and uc-merge which unites
 *   npm run chaos -- --kafka --verbose                tells what happens
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { seededRandom } from '../../src/generate/random.ts'
import { hasBroker, startBroker } from '../support/broker.ts'
import { withFolder } from '../support/folder.ts'
import { killFiles } from './files.ts'
import { killShares } from './shares.ts'
import { newSharesTally, sharesInWords } from './shares-tally.ts'
import { inWords, newTally } from './tally.ts'
import { killTopics } from './topics.ts'

const flag = { type: 'boolean', default: false } as const
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    kafka: flag,
    'at-least-once': flag,
    'to-file': flag,
    processes: { type: 'string' },
    verbose: flag,
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
const inTopics = values.kafka ? kills : hasBroker() ? Math.ceil(kills / 4) : 0

/** Many in one stream are quick; many streams show more. */
const mostPerStream = 10

const tell = (text: string) => {
  if (values.verbose) process.stdout.write(`  ${text}\n`)
}

process.stdout.write(`${kills} kills from seed ${seed}\n`)
try {
  if (values.processes === undefined) {
    await chaosInFiles(kills - inTopics)
    if (inTopics > 0) await chaosInTopics(inTopics)
  } else {
    await chaosInShares(kills, Number(values.processes))
  }
  process.stdout.write('no difference\n')
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function chaosInFiles(kills: number): Promise<void> {
  for (let killed = 0, stream = seed; killed < kills; stream++) {
    const most = Math.min(kills - killed, mostPerStream)
    killed += await inStream(stream, (folder) => killFiles(seededRandom(stream), folder, most))
    process.stdout.write(`${killed} killed, the last in stream ${stream}\n`)
  }
}

async function chaosInTopics(kills: number): Promise<void> {
  const broker = await startBroker()
  const tally = newTally()
  const to = values['to-file'] ? 'file' : 'topic'
  const isRepeating = values['at-least-once'] || to === 'file'
  const delivery = isRepeating ? 'at-least-once' : 'exactly-once'
  try {
    for (let stream = seed; tally.kills < kills; stream++) {
      const most = Math.min(kills - tally.kills, mostPerStream)
      const chaos = { broker, delivery, to, tally, kills: most, tell } as const
      await inStream(stream, (folder) => killTopics(seededRandom(stream), { ...chaos, folder }))
      process.stdout.write(`topics, stream ${stream}: ${inWords(tally)}\n`)
    }
  } finally {
    await broker.stop()
  }
}

async function chaosInShares(kills: number, processes: number): Promise<void> {
  const broker = await startBroker()
  const tally = newSharesTally()
  try {
    for (let stream = seed; tally.kills < kills; stream++) {
      const most = Math.min(kills - tally.kills, mostPerStream)
      const chaos = { broker, processes, tally, kills: most, tell }
      await inStream(stream, (folder) => killShares(seededRandom(stream), { ...chaos, folder }))
      process.stdout.write(`shares, stream ${stream}: ${sharesInWords(tally)}\n`)
    }
  } finally {
    await broker.stop()
  }
}

/** With a folder; says which stream failed. */
async function inStream<T>(stream: number, use: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await withFolder(use)
  } catch (error) {
    process.stdout.write(`stream ${stream} differs; --seed ${stream} begins with it\n`)
    throw error
  }
}
