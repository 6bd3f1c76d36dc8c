/**
 * Lateness, revisions and the guard against wrong clocks, held against the oracle that keeps all
 * frames (test/support/time-oracle.ts). Random streams of several sources: the lines, their order
 * and the accounts are the oracle's, however the frames are cut into batches.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { windowStage } from '../../src/stages/window.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'
import { smallestFailing } from '../support/streams-minimise.ts'
import { randomTimedStream, streamText } from '../support/streams-time.ts'
import { type OracleOptions, type TimedFrame, timeOracle } from '../support/time-oracle.ts'

const streams = 1000
const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })

interface Run {
  readonly lines: readonly unknown[]
  readonly counts: unknown
}

function run(
  frames: readonly TimedFrame[],
  options: OracleOptions,
  cutsHere: () => boolean,
): Run {
  const ledger = new Ledger()
  const stage = chain(
    windowStage({ ...options, showsRaw: false, ledger }),
    countStage({ ...options, newCounter, ledger }),
  )
  const lines: unknown[] = []
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(message.line)
  }
  for (const source of new Set(frames.map(({ source }) => source))) {
    stage.push({ type: 'source', source, name: `${source}` }, take)
  }
  let batch: TimedFrame[] = []
  for (const frame of frames) {
    if (batch.length > 0 && (batch[0]!.source !== frame.source || cutsHere())) {
      stage.push(frameBatch(batch), take)
      batch = []
    }
    batch.push(frame)
  }
  if (batch.length > 0) stage.push(frameBatch(batch), take)
  stage.end(take)
  ledger.lines = ledger.frames = frames.length // as the stage before would
  assert.equal(ledger.imbalance(), undefined)
  const { accepted, quarantined, windows } = ledger.toJSON()
  return { lines, counts: { frames: frames.length, accepted, quarantined, windows } }
}

function expected(frames: readonly TimedFrame[], options: OracleOptions): Run {
  const { lines, counts } = timeOracle(frames, options)
  return { lines, counts }
}

test(`${streams} random streams give the oracle's lines and accounts, in any batches`, () => {
  for (let i = 0; i < streams; i++) {
    const random = seededRandom(seed + i)
    const { frames, options } = randomTimedStream(random)
    const often = below(random, 3)
    const cutsHere = () => often === 0 || below(random, often * 5) === 0
    if (isSame(run(frames, options, cutsHere), expected(frames, options))) continue
    const always = () => true
    const fails = (some: readonly TimedFrame[]) =>
      !isSame(run(some, options, always), expected(some, options))
    const smallest = fails(frames) ? smallestFailing(frames, fails) : frames
    assert.deepEqual(
      run(smallest, options, fails(frames) ? always : cutsHere),
      expected(smallest, options),
      `stream ${i}: ${streamText({ frames: smallest, options })}; ${seedHint}`,
    )
  }
})

function isSame(a: Run, b: Run): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
