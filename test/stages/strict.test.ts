/**
 * A reject that ends the run (--strict), and memory that is short, are told in the middle of a batch: what was read is found
 * again all the same, whatever was held, and however the batches are cut.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Counter, Reserve } from '../../src/counter/counter.ts'
import { Shortage } from '../../src/counter/shortage.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, type Random, seededRandom } from '../../src/generate/random.ts'
import { drive } from '../../src/io/drive.ts'
import { RejectSink } from '../../src/io/reject-sink.ts'
import { SignalWatch } from '../../src/io/signals.ts'
import { MemoryShort } from '../../src/errors.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import type { FrameBatch } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import type { ExtractOut } from '../../src/stages/extract.ts'
import { windowStage } from '../../src/stages/window.ts'
import { batches } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'
import { randomTimedStream, type TimedStream } from '../support/streams-time.ts'

const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })

/** Accounts for the frames as the stage before would. */
function counted(ledger: Ledger, stage: Stage<ExtractOut, CountOut>): Stage<FrameBatch, CountOut> {
  const account = ledger.open({ lines: 0, frames: 0 })
  return {
    ...stage,
    push(batch, emit) {
      account.lines += batch.count
      account.frames += batch.count
      stage.push(batch, emit)
    },
  }
}

async function strictRun({ frames, options }: TimedStream, random: Random) {
  const ledger = new Ledger()
  const rejects = new RejectSink({ file: undefined, isStrict: true })
  const windows = windowStage({ ...options, showsRaw: false, ledger })
  const counts = countStage({ ...options, newCounter, ledger })
  let refused = 0
  const { failure } = await drive<FrameBatch, CountOut>({
    input: (async function* () {
      yield* batches(frames, () => below(random, 5) === 0)
      await Promise.resolve()
    })(),
    stage: counted(ledger, chain(windows, counts)),
    delivery: { take() {}, flush: () => Promise.resolve(), discard() {} },
    reject(reject) {
      refused++
      rejects.add(reject)
    },
    keepPace: () => Promise.resolve(),
    check() {},
  }, new SignalWatch())
  return { ledger, failure, refused }
}

test(`sums hold when a reject has ended the run; ${seedHint}`, async () => {
  const random = seededRandom(seed)
  let ended = 0
  for (let i = 0; i < 150; i++) {
    const stream = randomTimedStream(random)
    const { ledger, failure, refused } = await strictRun(stream, random)
    assert.equal(failure !== undefined, refused > 0)
    assert.equal(ledger.imbalance(), undefined, `stream ${i}`)
    if (failure === undefined) continue
    ended++
    assert.ok(ledger.total.frames <= stream.frames.length)
  }
  assert.ok(ended > 20, `only ${ended} runs ended so`)
})

/** Throws at the asking of that number, and says false from then on. */
function shortAt(asking: number): Reserve {
  let asked = 0
  return () => {
    if (++asked === asking) throw new MemoryShort('memory')
    return asked < asking
  }
}

test(`sums hold when memory was short, whoever has asked for it; ${seedHint}`, async () => {
  const random = seededRandom(seed)
  let ended = 0
  for (let i = 0; i < 150; i++) {
    const { frames, options } = randomTimedStream(random)
    const ledger = new Ledger()
    const shortage = new Shortage(shortAt(1 + below(random, 40)))
    // Asks as a large table would, at every user
    const asking = (): Counter => {
      const counter = newCounter()
      const { add } = counter
      counter.add = (hi, lo) => (shortage.reserve(1), add.call(counter, hi, lo))
      return counter
    }
    const windows = windowStage({ ...options, showsRaw: false, ledger })
    const counts = countStage({ ...options, newCounter: asking, shortage, ledger })
    const { failure } = await drive<FrameBatch, CountOut>({
      input: (async function* () {
        yield* batches(frames, () => below(random, 5) === 0)
        await Promise.resolve()
      })(),
      stage: counted(ledger, chain(windows, counts)),
      delivery: { take() {}, flush: () => Promise.resolve(), discard() {} },
      reject() {},
      keepPace: () => Promise.resolve(),
      check() {},
    }, new SignalWatch())
    assert.equal(ledger.imbalance(), undefined, `stream ${i}`)
    if (failure instanceof MemoryShort && ledger.total.frames < frames.length) ended++
  }
  assert.ok(ended > 20, `only ${ended} runs ended so`)
})
