/**
 * What the guard promises of streams that are right but for lone wrong clocks (one frame in a
 * thousand), from a thousand frames a second to one a day, up to 30 % of them late by up to a week,
 * with outages. It holds of each right frame that nine of seventeen decide about: of it and the 16
 * frames behind it, nine are on time. Where nine others speak first, nobody could tell.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { SourceGuard } from '../../src/sources/source-guard.ts'
import { calendar } from '../../src/time/calendar.ts'
import { SourceClock } from '../../src/sources/watermark.ts'
import { utc } from '../../src/time/zone.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'
import { type PacedStream, pacedStream } from '../support/streams-paced.ts'

const minutes = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })

interface Guarded {
  readonly guard: SourceGuard
  readonly clock: SourceClock
  /** Per frame the watermark that it met; undefined: quarantined, by the trusted time that follows. */
  readonly metMs: (number | undefined)[]
  readonly refusedByMs: Map<number, number>
}

/** A guard of frames whose line numbers begin with 1. */
function guarded(maxDelayMs: number, maxJumpMs: number): Guarded {
  const clock = new SourceClock({ calendar: minutes, maxDelayMs, maxJumpMs, latenessMs: [0] })
  const metMs: (number | undefined)[] = []
  const refusedByMs = new Map<number, number>()
  const guard = new SourceGuard({
    clock,
    maxDelayMs,
    maxJumpMs,
    accept({ lineNumber }, i) {
      metMs[lineNumber[i]! - 1] = clock.watermarkMs
    },
    quarantine({ lineNumber }, i) {
      refusedByMs.set(lineNumber[i]! - 1, clock.trustedMs)
    },
  })
  return { guard, clock, metMs, refusedByMs }
}

const batchOf = (timesMs: readonly number[]) =>
  frameBatch(timesMs.map((tsMs) => ({ tsMs, uid: 'a', source: 0 })))

/** Throws where the guard breaks a promise. Gives how many right frames none was made of. */
function check({ frames, maxDelayMs, maxJumpMs, text }: PacedStream): number {
  const { guard, clock, metMs, refusedByMs } = guarded(maxDelayMs, maxJumpMs)
  const place = (i: number) => `frame ${i} of ${frames.length}, ${text}`
  const batch = batchOf(frames.map(({ tsMs }) => tsMs))
  let latestMs = -Infinity
  frames.forEach(({ tsMs, clocking }, i) => {
    if (clocking !== 'wrong') latestMs = Math.max(latestMs, tsMs)
    guard.take(batch, i)
    if (clock.watermarkMs > latestMs) assert.fail(`a wrong clock moved the watermark: ${place(i)}`)
  })
  guard.end()
  let undecided = 0
  frames.forEach(({ tsMs, clocking }, i) => {
    const trustedMs = refusedByMs.get(i)
    if ((metMs[i] === undefined) === (trustedMs === undefined)) assert.fail(`lost: ${place(i)}`)
    if (trustedMs !== undefined && tsMs <= trustedMs + Math.max(maxDelayMs, maxJumpMs)) {
      assert.fail(`refused, but not ahead: ${place(i)}`)
    }
    if (clocking !== 'on time') return
    const next = frames.slice(i, i + 17).filter((frame) => frame.clocking === 'on time')
    if (next.length < 9) undecided++
    else if (trustedMs !== undefined) assert.fail(`on time, but refused: ${place(i)}`)
    if ((metMs[i] ?? -Infinity) > tsMs) assert.fail(`on time, but late: ${place(i)}`)
  })
  return undecided
}

const streams = 1000

test(`${streams} streams of any pace: no frame on time is refused or late, no wrong clock moves the watermark`, () => {
  let undecided = 0
  let all = 0
  for (let i = 0; i < streams; i++) {
    const stream = pacedStream(seededRandom(seed + i))
    try {
      undecided += check(stream)
    } catch (error) {
      throw new Error(`stream ${i}; ${seedHint}`, { cause: error })
    }
    all += stream.frames.length
  }
  assert.ok(undecided < all / 20, `${undecided} of ${all} frames were not decided by others`)
})

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const startMs = Date.parse('2016-07-11')

/** What is quarantined of these times, by their places. */
function quarantined(timesMs: readonly number[]): number[] {
  const { guard, refusedByMs } = guarded(5000, hourMs)
  const batch = batchOf(timesMs)
  timesMs.forEach((_, i) => guard.take(batch, i))
  guard.end()
  return [...refusedByMs.keys()]
}

const daily = Array.from({ length: 60 }, (_, day) => startMs + day * dayMs)

test('in a stream of one frame a day a wrong clock is refused, and another that agrees with it', () => {
  const wrongMs = startMs + 3650 * dayMs
  assert.deepEqual(quarantined(daily.toSpliced(30, 0, wrongMs)), [30])
  assert.deepEqual(quarantined(daily.toSpliced(30, 0, wrongMs).toSpliced(34, 0, wrongMs)), [30, 34])
})

test('two wrong clocks that are held do not confirm each other when time comes near', () => {
  const { guard, clock } = guarded(5000, hourMs)
  const aheadMs = [...Array(9).fill(0), 3601, 3602, 6, 7, 8].map((seconds) => seconds * 1000)
  const batch = batchOf(aheadMs.map((ms) => startMs + ms))
  aheadMs.forEach((_, i) => guard.take(batch, i))
  assert.equal(clock.trustedMs, startMs + 8000)
})

test('where trusted time is ahead itself, lone wrong clocks do not drive it on', () => {
  const { guard, clock, refusedByMs } = guarded(5000, hourMs)
  const right = Array.from({ length: 3000 }, (_, i) => startMs + i * 10)
  const wrongAt = new Map([[100, hourMs / 2], [101, hourMs / 2]])
  for (let i = 300; i < 2800; i += 200) wrongAt.set(i, i * dayMs)
  const batch = batchOf(right.map((ms, i) => ms + (wrongAt.get(i) ?? 0)))
  right.forEach((_, i) => guard.take(batch, i))
  assert.ok(clock.trustedMs < startMs + hourMs)
  assert.equal(refusedByMs.size, 13)
})
