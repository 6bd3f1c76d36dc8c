import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GenerateOptions } from '../../src/generate/frames.ts'
import { Truth } from '../../src/generate/truth.ts'
import { generated, linesOf, plainOptions, type ReadFrame, readFrame } from './read-frames.ts'

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** A window named by its calendar fields: a second way to tell windows apart, and their starts. */
const startText: Readonly<Record<string, (iso: string, date: Date) => string>> = {
  minute: (iso) => `${iso.slice(0, 16)}:00Z`,
  hour: (iso) => `${iso.slice(0, 13)}:00:00Z`,
  day: (iso) => `${iso.slice(0, 10)}T00:00:00Z`,
  week(_iso, date) {
    const weekday = days.indexOf(date.toUTCString().slice(0, 3))
    return `${new Date(date.getTime() - weekday * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`
  },
  month: (iso) => `${iso.slice(0, 7)}-01T00:00:00Z`,
  quarter(iso) {
    const month = { '01': '01', '02': '01', '03': '01', '04': '04', '05': '04', '06': '04' }
    const late = { '07': '07', '08': '07', '09': '07', '10': '10', '11': '10', '12': '10' }
    const first: Readonly<Record<string, string>> = { ...month, ...late }
    return `${iso.slice(0, 4)}-${first[iso.slice(5, 7)]}-01T00:00:00Z`
  },
  year: (iso) => `${iso.slice(0, 4)}-01-01T00:00:00Z`,
}

function bruteForce(kind: string, frames: readonly ReadFrame[]): unknown[] {
  const groups = new Map<string, string[]>()
  for (const { uid, tsMs } of frames) {
    const date = new Date(tsMs)
    const key = startText[kind]?.(date.toISOString(), date) ?? ''
    groups.set(key, [...(groups.get(key) ?? []), uid])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, uids]) => ({
    start: Date.parse(key) / 1000,
    users: new Set(uids).size,
    frames: uids.length,
  }))
}

const streams: Readonly<Record<string, Partial<GenerateOptions>>> = {
  'two minutes of many frames': {},
  'one frame in ten minutes, long delays': { ratePerSecond: 1 / 600, delaySeconds: 100_000 },
  'a Monday that begins a year, with frames from before it': {
    ratePerSecond: 1 / 60,
    startMs: Date.UTC(2017, 11, 31),
    delaySeconds: 10_000,
    delayPercent: 50,
  },
  'five years, from a leap day on': {
    ratePerSecond: 1 / 80_000,
    startMs: Date.UTC(2016, 1, 29, 23, 59, 59, 999),
    delaySeconds: 3_000_000,
  },
  'the first hours of 1970': {
    ratePerSecond: 0.1,
    startMs: 500,
    delaySeconds: 100,
    delayPercent: 90,
  },
  'one frame in ten broken': { brokenPercent: 10, ratePerSecond: 1 },
}

for (const [name, changes] of Object.entries(streams)) {
  test(`truth is what a brute force finds in the parsed lines: ${name}`, () => {
    const options = { ...plainOptions, frameBytes: 100, ...changes }
    const truth = new Truth(options)
    const lines = linesOf(generated(options, truth))
    const read = lines.map(readFrame).filter((frame) => frame !== undefined)
    const firstMs = options.startMs - (options.delaySeconds + 1) * 1000
    const lastMs = options.startMs + (options.count * 1000) / options.ratePerSecond
    const right = read.filter(({ tsMs }) => tsMs >= firstMs && tsMs <= lastMs)
    const times = right.map(({ tsMs }) => tsMs / 1000)
    assert.deepEqual(JSON.parse(JSON.stringify(truth)), {
      lines: lines.length,
      malformed: lines.length - read.length,
      wrongClocks: read.length - right.length,
      ts_min: Math.min(...times),
      ts_max: Math.max(...times),
      uids: new Set(right.map(({ uid }) => uid)).size,
      windows: Object.fromEntries(
        Object.keys(startText).map((kind) => [kind, bruteForce(kind, right)]),
      ),
    })
  })
}

test('a frame older than the delay allows is refused once its window is settled', () => {
  const truth = new Truth({ delaySeconds: 60 })
  truth.add(0, 1)
  truth.add(200_000, 2)
  assert.throws(() => truth.add(30_000, 3), { message: /30000 ms .* 139000 ms/ })
})

test('truth without a frame is empty, not wrong', () => {
  const truth = new Truth({ delaySeconds: 0 }).toJSON()
  assert.equal(truth.ts_min, null)
  assert.equal(truth.uids, 0)
  assert.deepEqual(truth.windows.year, [])
})
