/** Frames that are taken together, as most are, against each in a batch of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { happens, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { windowStage } from '../../src/stages/window.ts'
import { windowedBytes } from '../support/byte-pipe.ts'
import { batches } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'
import { randomTimedStream, streamText, type TimedStream } from '../support/streams-time.ts'

/** What uc-window writes, and its accounts. */
function written({ frames, options }: TimedStream, range: Range, cutsHere: () => boolean): string {
  const ledger = new Ledger()
  ledger.open({ lines: frames.length, frames: frames.length }) // as the stage before would
  const stage = windowStage({ ...options, ...range, showsRaw: false, ledger })
  const { bytes, rejects } = windowedBytes(
    stage,
    batches(frames, cutsHere),
    options.calendar,
    ledger,
  )
  const refused = rejects.map(({ reason, detail }) => `${reason}: ${detail}`)
  return [...settled(new TextDecoder().decode(bytes)), ...refused, JSON.stringify(ledger.accounts)]
    .join('\n')
}

interface Range {
  readonly isOrdered: boolean
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * The lines, but how far a watermark has come: at the end of a batch it goes out as it stands, within
 * one when the next frame has perhaps confirmed the time before. Where one goes out is the same.
 */
function settled(text: string): string[] {
  const lines = text.replace(/"watermark":[^,]*/g, '"watermark":0').split('\n')
  return lines.filter((line, i) => !line.startsWith('{"uc":{"watermark"') || line !== lines[i + 1])
}

test('uc-window writes the same lines and marks, in the same order, in any batches', () => {
  for (let i = 0; i < 500; i++) {
    const random = seededRandom(seed + i)
    const stream = randomTimedStream(random)
    const times = stream.frames.map(({ tsMs }) => tsMs).sort((a, b) => a - b)
    const isBounded = happens(random, 30)
    const range = {
      isOrdered: happens(random, 80),
      fromMs: isBounded ? times[Math.floor(times.length / 8)]! : -Infinity,
      untilMs: isBounded ? times[Math.floor(times.length * 7 / 8)]! : Infinity,
    }
    const expected = written(stream, range, () => true)
    for (const cutsHere of [() => false, () => happens(random, 20)]) {
      const place = `stream ${i}: ${JSON.stringify(range)} ${streamText(stream)}; ${seedHint}`
      assert.equal(written(stream, range, cutsHere), expected, place)
    }
  }
})
