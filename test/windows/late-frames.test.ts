/** Late frames: what they take of memory, and that each revision shows what it would have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { LATE, type WindowedBatch } from '../../src/records.ts'
import { countStage } from '../../src/stages/count.ts'
import { OpenWindow } from '../../src/windows/open-window.ts'
import { resultLines } from '../../src/windows/result-lines.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { liveBytes } from '../support/live-bytes.ts'
import { seed, seedHint } from '../support/seed.ts'

const windows = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })
const toLine = resultLines({ calendar: windows })
const beginMs = Date.UTC(2016, 6, 11, 13)
const users = 1000

function lateBatch(startMs: number): WindowedBatch {
  const frames = Array.from({ length: users }, (_, i) => ({ uid: `u${i}`, tsMs: 0, source: 0 }))
  return {
    type: 'windowed',
    frames: frameBatch(frames),
    from: 0,
    to: users,
    startsMs: [new Float64Array(users).fill(startMs)],
    verdicts: [new Uint8Array(users).fill(LATE)],
  }
}

for (const [where, many] of [['one window', 1], ['fifty windows', 50]] as const) {
  test(`late frames of ${where} take no more memory when they come a thousand times`, async () => {
    const stage = countStage({
      calendar: windows,
      latenessMs: [86_400_000],
      newCounter: () => uniqueCounter({ method: 'auto', exactLimit: 1_000_000, precision: 14 }),
      ledger: new Ledger(),
    })
    const batches = Array.from({ length: many }, (_, i) => lateBatch(beginMs + i * 60_000))
    const push = (times: number) => {
      for (let n = 0; n < times; n++) for (const batch of batches) stage.push(batch, () => {})
    }
    push(1)
    const before = await liveBytes()
    push(1000 / many)
    const after = await liveBytes()
    assert.ok(after - before < 2 ** 20, `${after - before} bytes more`)
    let frames = 0
    stage.end((message) => {
      if (message.type !== 'result') return
      assert.equal(message.line.users, users)
      frames += message.line.frames
    })
    assert.equal(frames, users * (1000 + many))
  })
}

const methods: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'hll', exactLimit: 0, precision: 4 },
  { method: 'auto', exactLimit: 20, precision: 4 },
]

for (const options of methods) {
  test(`a revision shows all frames that are due by then: ${options.method}`, () => {
    const random = seededRandom(seed)
    const newCounter = () => uniqueCounter(options)
    const hash = newFingerprint()
    const row = Uint32Array.of(0)
    for (let stream = 0; stream < 500; stream++) {
      const window = new OpenWindow({
        kind: windows.kinds[0]!,
        rank: 0,
        startMs: beginMs,
        latenessMs: 86_400_000,
        newCounter,
      })
      const dues = Array.from(
        { length: 1 + below(random, 5) },
        (_, n) => window.endMs + (n + 1) * 10_000,
      )
      const expected = dues.map(() => ({ counter: newCounter(), frames: 0, isDue: false }))
      const range = pick(random, [5, 20, 60])
      for (let n = below(random, 200); n > 0; n--) {
        const uid = `u${below(random, range)}`
        fingerprintOfText(uid, hash)
        const frames = frameBatch([{ uid, tsMs: beginMs, source: 0 }])
        const isLate = happens(random, 60)
        const from = isLate ? below(random, dues.length) : 0
        if (isLate) {
          expected[from]!.isDue = true
          window.addLate(frames, 0, dues[from]!)
        } else {
          window.count(1, [window])
          window.add(frames, row, 1, new Uint32Array(1))
        }
        for (const each of expected.slice(from)) {
          each.counter.add(hash.hi, hash.lo)
          each.frames++
        }
      }
      for (const [n, dueMs] of dues.entries()) {
        const { counter, frames, isDue } = expected[n]!
        if (n === 0) window.reach(window.endMs)
        const pane = window.reach(dueMs)
        const [line] = pane === undefined ? [] : window.lines(pane, toLine)
        assert.equal(line !== undefined, isDue)
        if (line === undefined) continue
        const { users, low, high, method } = line
        const { error: _, ...estimate } = counter.estimate()
        assert.deepEqual(
          { users, low, high, method, frames: line.frames },
          { ...estimate, frames },
          `stream ${stream}, revision ${n}; ${seedHint}`,
        )
      }
    }
  })
}
