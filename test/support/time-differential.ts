/**
 * Window and count stage against the oracle that keeps all frames (time-oracle.ts): one random
 * stream of several sources, in random batches. Shared by the test and the fuzzer.
 */
import assert from 'node:assert/strict'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { windowStage } from '../../src/stages/window.ts'
import { frameBatch } from './frame-batches.ts'
import { smallestFailing } from './streams-minimise.ts'
import { randomTimedStream, streamText } from './streams-time.ts'
import { type OracleOptions, type TimedFrame, timeOracle } from './time-oracle.ts'

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

/** Throws, with a stream made small, where stream `seed` gives anything but the oracle's answer. */
export function checkStream(seed: number): void {
  const random = seededRandom(seed)
  const { frames, options } = randomTimedStream(random)
  const often = below(random, 3)
  const cutsHere = () => often === 0 || below(random, often * 5) === 0
  if (isSame(run(frames, options, cutsHere), expected(frames, options))) return
  const always = () => true
  const fails = (some: readonly TimedFrame[]) =>
    !isSame(run(some, options, always), expected(some, options))
  const smallest = fails(frames) ? smallestFailing(frames, fails) : frames
  assert.deepEqual(
    run(smallest, options, fails(frames) ? always : cutsHere),
    expected(smallest, options),
    `stream ${seed}: ${streamText({ frames: smallest, options })}`,
  )
}

function isSame(a: Run, b: Run): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
