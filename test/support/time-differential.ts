/**
 * Window and count stage against the oracle that keeps all frames (time-oracle.ts): one random
 * stream of several sources, in random batches, some sources over before the others, in one process
 * and as bytes between two. Shared by the test and the fuzzer.
 */
import assert from 'node:assert/strict'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, seededRandom } from '../../src/generate/random.ts'
import { groupKeysIn } from '../../src/kernel/headed.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import type { ExtractOut } from '../../src/stages/extract.ts'
import { readWindowedStage } from '../../src/stages/read-windowed.ts'
import { windowStage } from '../../src/stages/window.ts'
import { maxLineBytes, windowedBytes } from './byte-pipe.ts'
import { batches } from './frame-batches.ts'
import { smallestFailing } from './streams-minimise.ts'
import { randomTimedStream, streamText, type TimedStream } from './streams-time.ts'
import { type OracleOptions, type TimedFrame, timeOracle } from './time-oracle.ts'

const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })

const grouped = { mostListed: Infinity, isPlain: true }

interface Run {
  readonly lines: readonly unknown[]
  readonly counts: unknown
}

/** The messages of a reader: all sources are known first; some end before the others. */
function* messages(
  frames: readonly TimedFrame[],
  cutsHere: () => boolean,
): Generator<ExtractOut> {
  const sources = new Set(frames.map(({ source }) => source))
  for (const source of sources) yield { type: 'source', source, name: `${source}` }
  const last = new Map(frames.map(({ source }, i) => [source, i]))
  let i = -1
  for (const batch of batches(frames, cutsHere)) {
    yield batch
    i += batch.count
    if (last.get(batch.source) === i && cutsHere()) {
      yield { type: 'source-end', source: batch.source }
    }
  }
}

/** Through the stages alone, or with bytes between them, as in a pipe. */
function run(stream: TimedStream, cutsHere: () => boolean, isPiped: boolean): Run {
  const { frames, options } = stream
  const windowing = new Ledger()
  windowing.open({ lines: frames.length, frames: frames.length }) // as the stage before would
  const windows = windowStage({ ...options, showsRaw: false, ledger: windowing })
  const counting = isPiped ? new Ledger() : windowing
  const breakdowns = (frames[0]?.groups ?? []).map((_, place) => [`key${place}`])
  const counts = countStage({ ...options, newCounter, breakdowns, grouped, ledger: counting })
  const lines: unknown[] = []
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(message.line)
  }
  const input = messages(frames, cutsHere)
  if (isPiped) {
    const { calendar } = options
    const { bytes } = windowedBytes(windows, input, calendar, windowing)
    const groupKeys = groupKeysIn(breakdowns)
    const reader = readWindowedStage({ calendar, maxLineBytes, groupKeys, ledger: counting })
    const stage = chain(reader, counts)
    stage.push(bytes, take)
    stage.end(take)
  } else {
    const stage = chain(windows, counts)
    for (const message of input) stage.push(message, take)
    stage.end(take)
  }
  assert.equal(counting.imbalance(), undefined)
  const { accepted, quarantined, windows: accounts } = counting.counts()
  return {
    lines,
    counts: { frames: counting.total.frames, accepted, quarantined, windows: accounts },
  }
}

function expected(frames: readonly TimedFrame[], options: OracleOptions): Run {
  const { lines, counts } = timeOracle(frames, options)
  return { lines, counts }
}

/** Throws, with a stream made small, where stream `seed` gives anything but the oracle's answer. */
export function checkStream(seed: number): void {
  const random = seededRandom(seed)
  const stream = randomTimedStream(random)
  const { frames, options } = stream
  const often = below(random, 3)
  const cutsHere = () => often === 0 || below(random, often * 5) === 0
  for (const isPiped of [false, true]) {
    if (isSame(run(stream, cutsHere, isPiped), expected(frames, options))) continue
    const always = () => true
    const fails = (some: readonly TimedFrame[]) =>
      !isSame(run({ frames: some, options }, always, isPiped), expected(some, options))
    const smallest = fails(frames) ? smallestFailing(frames, fails) : frames
    assert.deepEqual(
      run({ frames: smallest, options }, fails(frames) ? always : cutsHere, isPiped),
      expected(smallest, options),
      `stream ${seed}${isPiped ? ', piped' : ''}: ${streamText({ frames: smallest, options })}`,
    )
  }
}

function isSame(a: Run, b: Run): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
