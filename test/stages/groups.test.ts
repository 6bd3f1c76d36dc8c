/**
 * Windows split into groups: a group's lines are those that its frames alone give, under the
 * watermark of all frames. Held against a count stage of its own for each group.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import type { ResultLine } from '../../src/records.ts'
import { type CountOptions, type CountOut, countStage } from '../../src/stages/count.ts'
import { type WindowOut, windowStage } from '../../src/stages/window.ts'
import { type Calendar, calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { batches, type Frame } from '../support/frame-batches.ts'
import { seed, seedHint } from '../support/seed.ts'

const streams = 200
const beginMs = Date.UTC(2016, 6, 11, 23, 50)
const breakdowns = [['country'], ['country', 'device']]
const countries = ['"CH"', '"DE"', '"__proto__"', 'null', '1', '"1"', '""', 'true', '[1,"a"]']
const devices = ['"tv"', 'null', '"a\\nb"']

function randomFrames(random: Random, users: number): Frame[] {
  let nowMs = beginMs
  return Array.from({ length: 20 + below(random, 300) }, () => {
    nowMs += below(random, 4000)
    const backMs = happens(random, 10) ? below(random, 400_000) : below(random, 5000)
    const country = pick(random, countries)
    return {
      tsMs: nowMs - backMs,
      uid: `u${below(random, users)}`,
      source: below(random, 2),
      groups: [country, `${country}\n${pick(random, devices)}`],
    }
  })
}

interface Counts {
  readonly calendar: Calendar
  readonly latenessMs: readonly number[]
  readonly users: UniqueCounterOptions
}

function stageOf({ calendar, latenessMs, users }: Counts, more: Partial<CountOptions>) {
  return countStage({
    calendar,
    latenessMs,
    newCounter: () => uniqueCounter(users),
    grouped: {
      mostListed: users.method === 'exact'
        ? Infinity
        : users.method === 'auto'
        ? users.exactLimit
        : 3,
      isPlain: users.method !== 'hll' && users.partial !== true && users.sketch !== true,
    },
    ledger: new Ledger(),
    ...more,
  })
}

/** What comes out of uc-window, message by message, while its batches are valid. */
function windowed(
  frames: readonly Frame[],
  counts: Counts,
  random: Random,
  take: (message: WindowOut) => void,
) {
  const stage = windowStage({
    ...counts,
    maxDelayMs: 5000,
    maxJumpMs: undefined,
    showsRaw: false,
    ledger: new Ledger(),
  })
  for (const source of [0, 1]) stage.push({ type: 'source', source, name: `s${source}` }, take)
  for (const batch of batches(frames, () => happens(random, 20))) stage.push(batch, take)
  stage.end(take)
}

function linesIn(found: readonly CountOut[]): ResultLine[] {
  return found.flatMap((message) => message.type === 'result' ? message.line : [])
}

/** By breakdown and group, in the order in which they came. */
function byGroup(lines: readonly ResultLine[]): Map<string, object[]> {
  const groups = new Map<string, object[]>()
  for (const { by, ...line } of lines) {
    const key = by === undefined ? '' : `${by.breakdown.join()}: ${by.name}`
    groups.set(key, [...groups.get(key) ?? [], line])
  }
  return groups
}

function runOf(
  frames: readonly Frame[],
  counts: Counts,
  random: Random,
  more: Partial<CountOptions>,
) {
  const out: CountOut[] = []
  const stage = stageOf(counts, { breakdowns, ...more })
  windowed(frames, counts, random, (message) => stage.push(message, (each) => out.push(each)))
  stage.end((each) => out.push(each))
  assert.equal(stage.openWindows, 0)
  return linesIn(out)
}

/** The same lines by a stage for each group, which gets the frames of that group alone. */
function expected(
  frames: readonly Frame[],
  counts: Counts,
  isFinal: boolean,
): Map<string, object[]> {
  const stages = new Map<
    string,
    { readonly stage: ReturnType<typeof countStage>; readonly out: CountOut[] }
  >()
  const keyOf = (place: number, name: string) => `${breakdowns[place]!.join()}: ${name}`
  const all = [
    '',
    ...new Set(frames.flatMap(({ groups }) => groups!.map((name, place) => keyOf(place, name)))),
  ]
  for (const key of all) stages.set(key, { stage: stageOf(counts, { isFinal }), out: [] })
  windowed(frames, counts, seededRandom(1), (message) => {
    for (const [key, { stage, out }] of stages) {
      const emit = (each: CountOut) => out.push(each)
      if (message.type !== 'windowed' || key === '') {
        stage.push(message, emit)
        continue
      }
      const { frames: { groups } } = message
      for (let i = message.from; i < message.to; i++) {
        const keys = groups.map(({ ids, names }, place) => keyOf(place, names[ids[i]!]!))
        if (keys.includes(key)) stage.push({ ...message, from: i, to: i + 1 }, emit)
      }
    }
  })
  for (const { stage, out } of stages.values()) stage.end((each) => out.push(each))
  const lines = [...stages].map(([key, { out }]) => [key, linesIn(out)] as const)
  return new Map(lines.filter(([, each]) => each.length > 0))
}

const methods: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'auto', exactLimit: 5, precision: 4 },
  { method: 'hll', exactLimit: 0, precision: 4 },
  { method: 'auto', exactLimit: 10, precision: 10, partial: true },
]

function drawn(random: Random, users: UniqueCounterOptions): { counts: Counts; frames: Frame[] } {
  const windows = pick(random, [['minute'], ['minute', 'hour', 'day'], ['7s', 'month']])
  const kinds = calendar({ windows, zone: utc, weekStart: 'monday' })
  const latenessMs = kinds.kinds.map(() => pick(random, [0, 60_000, 3_600_000]))
  const frames = randomFrames(random, pick(random, [3, 30, 300]))
  return { counts: { calendar: kinds, latenessMs, users }, frames }
}

for (const users of methods) {
  test(`each group has the lines of its frames alone: ${JSON.stringify(users)}`, () => {
    const random = seededRandom(seed)
    let late = 0
    for (let i = 0; i < streams; i++) {
      const { counts, frames } = drawn(random, users)
      const isFinal = happens(random, 20)
      const lines = runOf(frames, counts, random, { isFinal })
      assert.deepEqual(
        byGroup(lines),
        expected(frames, counts, isFinal),
        `stream ${i}; ${seedHint}`,
      )
      late += lines.filter(({ by, pane }) => by !== undefined && pane === 'late').length
    }
    assert.ok(late > 100, `only ${late} late lines`)
  })
}
