/**
 * Users who are looked up only where a finer window has not seen them, against a set of users for
 * each window. The windows of a frame need not lie in one another here: what does not come from
 * uc-window may say anything.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { EXPIRED, ON_TIME } from '../../src/records.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { type Calendar, calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'

interface WindowedFrame {
  readonly uid: string
  readonly startsMs: readonly number[]
  readonly verdicts: readonly number[]
}

const beginMs = Date.UTC(2016, 6, 11, 23, 30)
const latenessMs = 3_600_000

/** Mostly as uc-window would say it; `consistent`: always, and no frame expired. */
function randomFrames(random: Random, { kinds }: Calendar, consistent: boolean): WindowedFrame[] {
  const startsOf = () => {
    const tsMs = beginMs + below(random, 4_000_000)
    return kinds.map(({ spanAt }) => spanAt(tsMs).startMs)
  }
  let startsMs = startsOf()
  return Array.from({ length: below(random, 300) }, () => {
    if (happens(random, 10)) startsMs = startsOf()
    if (!consistent && happens(random, 5)) {
      const others = startsOf()
      startsMs = startsMs.map((start, k) => happens(random, 30) ? others[k]! : start)
    }
    const isOdd = !consistent && happens(random, 10)
    const verdicts = kinds.map(() => isOdd ? pick(random, [ON_TIME, EXPIRED]) : ON_TIME)
    return { uid: `u${below(random, 40)}`, startsMs, verdicts }
  })
}

/** The users and frames of each window. */
function expectedLines(
  frames: readonly WindowedFrame[],
  { kinds }: Calendar,
  options: UniqueCounterOptions,
): string[] {
  const windows = new Map<string, { users: Set<string>; frames: number }>()
  for (const { uid, startsMs, verdicts } of frames) {
    for (const [k, { name }] of kinds.entries()) {
      if (verdicts[k] === EXPIRED) continue
      const key = `${name} ${startsMs[k]! / 1000}`
      if (!windows.has(key)) windows.set(key, { users: new Set(), frames: 0 })
      const window = windows.get(key)!
      window.users.add(uid)
      window.frames++
    }
  }
  const hash = newFingerprint()
  return [...windows].map(([key, { users, frames }]) => {
    const counter = uniqueCounter(options)
    for (const uid of users) {
      fingerprintOfText(uid, hash)
      counter.add(hash.hi, hash.lo)
    }
    return `${key}: ${JSON.stringify(counter.estimate())} in ${frames}`
  }).sort()
}

/** What the last line of each window says. */
function countedLines(
  frames: readonly WindowedFrame[],
  calendar: Calendar,
  options: UniqueCounterOptions,
  random: Random,
): string[] {
  const lines = new Map<string, string>()
  const ledger = new Ledger()
  const { kinds } = calendar
  const stage = countStage({
    calendar,
    latenessMs: kinds.map(() => latenessMs),
    newCounter: () => uniqueCounter(options),
    ledger,
  })
  const take = (message: CountOut) => {
    if (message.type !== 'result') return
    const { window, start, users, low, high, method, error, frames } = message.line
    const estimate = JSON.stringify({ users, low, high, method, error })
    lines.set(`${window} ${start}`, `${estimate} in ${frames}`)
  }
  let group: WindowedFrame[] = []
  const flush = () => {
    const batch = frameBatch(group.map(({ uid }) => ({ uid, tsMs: beginMs, source: 0 })))
    stage.push({
      type: 'windowed',
      frames: batch,
      from: 0,
      to: group.length,
      startsMs: kinds.map((_, k) => Float64Array.from(group, ({ startsMs }) => startsMs[k]!)),
      verdicts: kinds.map((_, k) => Uint8Array.from(group, ({ verdicts }) => verdicts[k]!)),
    }, take)
    group = []
  }
  let watermarkMs = beginMs
  for (const frame of frames) {
    group.push(frame)
    if (happens(random, 5)) flush()
    if (happens(random, 2) && watermarkMs < beginMs + latenessMs / 2) {
      flush()
      watermarkMs += below(random, 300_000) // what closes is revised by the frames that follow
      stage.push({ type: 'watermark', source: 0, watermarkMs }, take)
    }
  }
  flush()
  stage.end(take)
  return [...lines].map(([key, line]) => `${key}: ${line}`).sort()
}

const methods: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'hll', exactLimit: 0, precision: 4 },
  { method: 'auto', exactLimit: 10, precision: 4 },
]

for (const consistent of [true, false]) {
  for (const options of methods) {
    const which = consistent ? 'as they lie in one another' : 'whatever they are'
    test(`windows ${which} have the users that each has by itself: ${options.method}`, () => {
      const random = seededRandom(seed)
      for (let i = 0; i < 300; i++) {
        const all = ['7s', 'minute', '7m', 'hour', 'day', 'week', 'month', 'year']
        const windows = [pick(random, all), ...all.filter(() => happens(random, 50))]
        const kinds = calendar({ windows: [...new Set(windows)], zone: utc, weekStart: 'monday' })
        const frames = randomFrames(random, kinds, consistent)
        const expected = expectedLines(frames, kinds, options)
        const found = countedLines(frames, kinds, options, random)
        const names = kinds.kinds.map(({ name }) => name).join()
        assert.deepEqual(found, expected, `${names}, stream ${i}; ${seedHint}`)
      }
    })
  }
}
