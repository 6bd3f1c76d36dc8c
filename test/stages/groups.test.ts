/**
 * Windows split into groups: a group's lines are those that its frames alone give, under the
 * watermark of all frames. Held against a count stage of its own for each group.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { partialIn, partialLine } from '../../src/ndjson/partial.ts'
import type { ResultLine } from '../../src/records.ts'
import type { Kept } from '../../src/state/kept.ts'
import { type CountOptions, type CountOut, countStage } from '../../src/stages/count.ts'
import { type PartialsOut, partialsStage } from '../../src/stages/partials.ts'
import { type WindowOut, windowStage } from '../../src/stages/window.ts'
import { type Calendar, calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { batches, type Frame } from '../support/frame-batches.ts'
import { KeptState } from '../support/kept-state.ts'
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

function groupedOf({ method, exactLimit, partial, sketch }: UniqueCounterOptions) {
  const mostListed = { exact: Infinity, auto: exactLimit, hll: 3 }[method]
  return { mostListed, isPlain: method !== 'hll' && partial !== true && sketch !== true }
}

function stageOf({ calendar, latenessMs, users }: Counts, more: Partial<CountOptions>) {
  return countStage({
    calendar,
    latenessMs,
    newCounter: () => uniqueCounter(users),
    grouped: groupedOf(users),
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

/** Users and frames of each window, by breakdown, group by group. */
function truthOf(frames: readonly Frame[], { calendar: { kinds } }: Counts) {
  const truth = new Map<string, Map<string, { users: Set<string>; frames: number }>>()
  for (const { tsMs, uid, groups } of frames) {
    for (const kind of kinds) {
      for (const [place, name] of groups!.entries()) {
        const key = `${kind.name}/${kind.spanAt(tsMs).startMs / 1000}/${breakdowns[place]!.join()}`
        const window = truth.get(key) ?? new Map<string, { users: Set<string>; frames: number }>()
        truth.set(key, window)
        const group = window.get(name) ?? { users: new Set(), frames: 0 }
        window.set(name, group)
        group.users.add(uid)
        group.frames++
      }
    }
  }
  return truth
}

function isOthers({ by }: ResultLine): boolean {
  return by!.name.startsWith('{"others":true}')
}

/** Of each window and breakdown the last line of each group. */
function lastLines(lines: readonly ResultLine[]): Map<string, Map<string, ResultLine>> {
  const windows = new Map<string, Map<string, ResultLine>>()
  for (const line of lines) {
    if (line.by === undefined) continue
    const key = `${line.window}/${line.start}/${line.by.breakdown.join()}`
    const window = windows.get(key) ?? new Map<string, ResultLine>()
    windows.set(key, window.set(line.by.name, line))
  }
  return windows
}

function checkWindow(
  lines: ReadonlyMap<string, ResultLine>,
  truth: ReadonlyMap<string, { readonly users: ReadonlySet<string>; readonly frames: number }>,
  hint: string,
): void {
  const rest = new Map(truth)
  for (const line of lines.values()) {
    if (isOthers(line)) continue
    const { users, frames } = truth.get(line.by!.name)!
    assert.deepEqual([line.users, line.frames], [users.size, frames], hint)
    rest.delete(line.by!.name)
  }
  const others = [...lines.values()].find(isOthers)
  // It may have been there, until its last group came to the top.
  if (rest.size === 0) return assert.equal(others?.frames ?? 0, 0, hint)
  const users = new Set([...rest.values()].flatMap((group) => [...group.users]))
  const frames = [...rest.values()].reduce((sum, group) => sum + group.frames, 0)
  assert.deepEqual([others?.users, others?.frames], [users.size, frames], hint)
}

test('--top shows the groups with most users, and of the rest its own users', () => {
  const random = seededRandom(seed)
  let overtaken = 0
  for (let i = 0; i < streams; i++) {
    const { counts: drawnCounts, frames } = drawn(random, methods[0]!)
    const counts = { ...drawnCounts, latenessMs: drawnCounts.latenessMs.map(() => 86_400_000) }
    const top = 1 + below(random, 4)
    const isFinal = happens(random, 30)
    const last = lastLines(runOf(frames, counts, random, { top, isFinal }))
    const truth = truthOf(frames, counts)
    assert.deepEqual([...last.keys()].sort(), [...truth.keys()].sort(), seedHint)
    for (const [key, groups] of truth) {
      const hint = `${key} of stream ${i}, top ${top}; ${seedHint}`
      const lines = last.get(key)!
      checkWindow(lines, groups, hint)
      const best = [...groups].sort(([a, { users: x }], [b, { users: y }]) => {
        return y.size - x.size || (a < b ? -1 : 1)
      }).slice(0, top)
      for (const [name] of best) assert.ok(lines.has(name), `${name} has no line; ${hint}`)
      const shown = [...lines.values()].filter((line) => !isOthers(line)).length
      if (isFinal) assert.equal(shown, best.length, hint)
      if (shown > top) overtaken++
    }
  }
  assert.ok(overtaken > 10, `only ${overtaken} windows in which a late group came to the top`)
})

test('--max-groups counts further groups among the others, in windows within one another too', () => {
  const random = seededRandom(seed)
  let folded = 0
  for (let i = 0; i < streams; i++) {
    const { counts: drawnCounts, frames } = drawn(random, methods[0]!)
    const counts = { ...drawnCounts, latenessMs: drawnCounts.latenessMs.map(() => 86_400_000) }
    const mostGroups = 1 + below(random, 5)
    const top = happens(random, 30) ? 2 : undefined
    const last = lastLines(runOf(frames, counts, random, { mostGroups, top }))
    for (const [key, groups] of truthOf(frames, counts)) {
      const hint = `${key} of stream ${i}, ${mostGroups} groups, top ${top}; ${seedHint}`
      const lines = last.get(key)!
      checkWindow(lines, groups, hint)
      const shown = [...lines.values()].filter((line) => !isOthers(line)).length
      assert.ok(shown <= mostGroups, hint)
      if (top === undefined) assert.equal(shown, Math.min(mostGroups, groups.size), hint)
      if (groups.size > mostGroups) folded++
    }
  }
  assert.ok(folded > 100)
})

test('lines of a window come total first, then by breakdown, most users first, then by name', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 50; i++) {
    const { counts, frames } = drawn(random, methods[0]!)
    const lines = runOf(frames, counts, random, { isFinal: true })
    const sorted = [...lines].sort((a, b) => {
      const place = ({ by }: ResultLine) => {
        return by === undefined ? 0 : 1 + breakdowns.findIndex((each) => each === by.breakdown)
      }
      const rank = ({ window }: ResultLine) => {
        return counts.calendar.kinds.findIndex(({ name }) => name === window)
      }
      const dueMs = (line: ResultLine) => line.end * 1000 + counts.latenessMs[rank(line)]!
      return dueMs(a) - dueMs(b) || a.end - b.end || rank(a) - rank(b) || place(a) - place(b) ||
        b.users - a.users || (a.by!.name < b.by!.name ? -1 : 1)
    })
    assert.deepEqual(lines, sorted, `stream ${i}; ${seedHint}`)
  }
})

test('a run that goes on from its state has the lines of one that never stopped', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < streams; i++) {
    const { counts, frames } = drawn(random, pick(random, methods))
    const top = pick(random, [Infinity, Infinity, 1, 3])
    const more: Partial<CountOptions> = {
      breakdowns,
      ...(top < Infinity && { top }),
      isFinal: happens(random, 20),
      mostGroups: pick(random, [Infinity, Infinity, 4]),
    }
    const how = happens(random, 20) ? 'stop' : 'end'
    const cutPercent = pick(random, [0, 3, 30])
    const run = (isCut: boolean) => {
      const out: CountOut[] = []
      const state = new KeptState()
      const emit = (each: CountOut) => out.push(each)
      let stage = stageOf(counts, more)
      windowed(frames, counts, seededRandom(i), (message) => {
        stage.push(message, emit)
        if (!isCut || !happens(random, 30)) return
        state.save(stage as Kept)
        if (!happens(random, cutPercent)) return
        stage = stageOf(counts, more)
        stage.load!(state.shuffled(random))
      })
      if (isCut) state.save(stage as Kept)
      stage[how](emit)
      if (how === 'end' && isCut) {
        state.save(stage as Kept)
        const left = [...state.records.keys()].filter((key) => key.startsWith('by/'))
        assert.deepEqual(left, [], `records of windows that are over; stream ${i}; ${seedHint}`)
      }
      return linesIn(out).map((line) => JSON.stringify(line))
    }
    assert.deepEqual(run(true), run(false), `stream ${i}; ${seedHint}`)
  }
})

test('sources brought as partial panes are united to the lines of one run, group by group', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < streams; i++) {
    const users = pick(random, methods)
    const { counts, frames } = drawn(random, users)
    const hasTotal = happens(random, 70)
    const whole = runOf(frames, counts, seededRandom(1), { hasTotal })
    const out: CountOut[] = []
    const united = stageOf(counts, { breakdowns, hasTotal })
    const passPercent = pick(random, [0, 10, 100])
    const cutPercent = pick(random, [0, 0, 20])
    const { calendar, latenessMs } = counts
    const newPartials = () => {
      const newCounter = () => uniqueCounter(users)
      const grouped = groupedOf(users)
      const ledger = new Ledger()
      const partials = { calendar, latenessMs, newCounter, breakdowns, hasTotal, grouped, ledger }
      return partialsStage(partials)
    }
    const state = new KeptState()
    let partials = newPartials()
    for (const source of [0, 1]) {
      united.push({ type: 'source', source, name: `s${source}` }, () => {}) // as marks tell before
    }
    const take = (message: PartialsOut) => {
      if (message.type !== 'partial') return united.push(message, (each) => out.push(each))
      const pane = partialIn(partialLine(message), calendar)
      if (typeof pane === 'string') assert.fail(pane)
      united.push(pane, (each) => out.push(each))
    }
    windowed(frames, counts, seededRandom(1), (message) => {
      partials.push(message, take)
      if (happens(random, passPercent)) partials.pass(take)
      if (!happens(random, cutPercent)) return
      partials.pass(take)
      state.save(partials as Kept)
      partials = newPartials()
      partials.load!(state.shuffled(random))
    })
    partials.pass(take)
    united.end((each) => out.push(each))
    const hint = `stream ${i}, ${JSON.stringify(users)}; ${seedHint}`
    assert.deepEqual(linesIn(out), whole, hint)
  }
})
