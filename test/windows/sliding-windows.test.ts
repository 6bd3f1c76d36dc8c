/** Windows that overlap count what a counter of their own users would, however frames come. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, seededRandom } from '../../src/generate/random.ts'
import type { ResultLine } from '../../src/records.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import type { Finding } from '../../src/windows/result-lines.ts'
import { SlidingWindows } from '../../src/windows/sliding-windows.ts'
import type { Joining } from '../../src/windows/tally.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'

const countings: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'auto', exactLimit: 20, precision: 11 },
  { method: 'auto', exactLimit: 5, precision: 10, sketch: true },
  { method: 'auto', exactLimit: 20, precision: 11, partial: true },
  { method: 'hll', exactLimit: 0, precision: 12 },
]

test('users of a window are those of its own frames, on time, late and in any order', () => {
  for (let i = 0; i < 300; i++) {
    const random = seededRandom(seed + i)
    const name = pick(random, ['3s/1s', '10s/2s', '60s/1s', 'rolling-7d'])
    const [kind] = calendar({ windows: [name], zone: utc, weekStart: 'monday' }).kinds
    const overlap = kind!.overlap!
    const options = pick(random, countings)
    const windows = new SlidingWindows({
      kind: { ...kind!, overlap },
      rank: 0,
      latenessMs: 0,
      newCounter: () => uniqueCounter(options),
      touch() {},
      over() {},
    })
    const users = new Map<number, Set<string>>()
    const stepMs = overlap.slice.nominalMs
    const most = pick(random, [10, 60, 400])
    for (let n = 0; n < 60; n++) {
      const startMs = (1000 + n - below(random, pick(random, [1, 3, 30]))) * stepMs
      const frames = Array.from({ length: 1 + below(random, 8) }, () => {
        return { source: 0, tsMs: startMs, uid: `${below(random, most)}` }
      })
      const dueMs = happens(random, 30) ? startMs + 2 * stepMs : -Infinity
      const takers = startsWith(startMs, overlap.count, stepMs).map((start) => {
        return { window: windows.get(start) ?? windows.open(start), isLate: false }
      })
      let joining: Joining | undefined
      const batch = frameBatch(frames)
      windows.count(
        { startMs, takers, dueMs },
        { frames: batch, from: 0, to: batch.count },
        (what) => {
          if ('join' in what) joining = what
        },
      )
      if (dueMs !== -Infinity) joining!.join(dueMs)
      for (const start of startsWith(startMs, overlap.count, stepMs)) {
        const set = users.get(start) ?? new Set()
        users.set(start, set)
        for (const { uid } of frames) set.add(uid)
      }
      if (!happens(random, 10)) continue
      for (const window of windows.windows()) for (const _ of window.lines('early', noLine));
    }

    for (const window of windows.windows()) {
      const own = uniqueCounter(options)
      const batch = frameBatch([...users.get(window.startMs)!].map((uid) => {
        return { source: 0, tsMs: 0, uid }
      }))
      for (let j = 0; j < batch.count; j++) own.add(batch.hashHi[j]!, batch.hashLo[j]!)
      let counted: Finding['counted'] | undefined
      const toLine = (finding: Finding) => {
        counted = finding.counted
        return {} as ResultLine
      }
      for (const _ of window.lines('on-time', toLine));
      const place = `${name} ${window.startMs}, stream ${i}; ${seedHint}`
      assert.deepEqual(plain(counted!), plain(own.estimate()), place)
    }
  }
})

function noLine(): ResultLine {
  return {} as ResultLine
}

/** Begins of the windows that hold a slice. */
function startsWith(startMs: number, count: number, stepMs: number): number[] {
  return Array.from({ length: count }, (_, n) => startMs - (count - 1 - n) * stepMs)
}

/** Sets stand in no order. */
function plain({ image, set, ...counted }: Finding['counted']) {
  return { ...counted, image, setBytes: set?.length }
}
