/** Sources counted apart and united give the lines of one run over all of them, to the byte. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { Ledger } from '../../src/ledger.ts'
import { partialIn, partialLine, type PartialPane } from '../../src/ndjson/partial.ts'
import type { ResultLine } from '../../src/records.ts'
import { type CountIn, type CountOut, countStage } from '../../src/stages/count.ts'
import { type PartialsOut, partialsStage } from '../../src/stages/partials.ts'
import { windowStage } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { type CutInput, cutRun, randomCutInput } from '../support/cut-runs.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { hostileLines } from '../support/generators-lines.ts'
import {
  bySource,
  type PartialsHow,
  type PartialsRun,
  partialsRun,
} from '../support/partial-runs.ts'
import { seed, seedHint } from '../support/seed.ts'

const countings: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'auto', exactLimit: 2, precision: 4 },
  { method: 'auto', exactLimit: 5, precision: 8, sketch: true },
  { method: 'auto', exactLimit: 15, precision: 5 },
  { method: 'auto', exactLimit: 50, precision: 14, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 4, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 11 },
]

/**
 * In any order, what depends on the order is left out: who is idle, and who ends first before a stop.
 * In step every source ends, so that what is held comes out in the same order.
 */
function inputFor(inStep: boolean, input: CutInput): CutInput {
  const messages = input.messages.filter((message) => {
    if (!('type' in message) || inStep) return true
    return message.type !== 'idle' && (message.type !== 'source-end' || input.how === 'end')
  })
  if (!inStep) return { ...input, messages }
  const sources = new Set([...bySource(messages)].map(([source]) => source))
  const ends = [...sources].map((source) => ({ type: 'source-end', source }) as const)
  return { ...input, messages: [...messages, ...ends], how: 'end' }
}

/** What one run over all sources writes, and its counts. */
function wholeRun(input: CutInput) {
  const { out, ledger } = cutRun(input, seededRandom(0), () => 'nothing')
  const lines = out.filter((text) => text.startsWith('{"type":"result"'))
    .map((text) => JSON.stringify((JSON.parse(text) as { line: unknown }).line))
  return { lines, ledger }
}

type Sums = Record<string, { counted: number; expired: number }>

function sumsOf(ledgers: readonly Ledger[]): Sums {
  const sums: Sums = {}
  for (const ledger of ledgers) {
    for (const [kind, { counted = 0, expired }] of ledger.windows) {
      const sum = sums[kind] ??= { counted: 0, expired: 0 }
      sum.counted += counted
      sum.expired += expired
    }
  }
  return sums
}

/** Every frame is found again. */
function balance(whole: Ledger, { ledgers, united }: PartialsRun, hint: string): void {
  const [expected, apart, joined] = [[whole], ledgers, [united]].map(sumsOf)
  for (const [kind, { counted, expired }] of Object.entries(joined!)) {
    assert.equal(counted + expired, apart![kind]!.counted, `${kind}; ${hint}`)
    assert.equal(counted, expected![kind]!.counted, `${kind}; ${hint}`)
    assert.equal(expired + apart![kind]!.expired, expected![kind]!.expired, `${kind}; ${hint}`)
  }
  for (const ledger of ledgers) assert.equal(ledger.imbalance(), undefined, hint)
}

function sameLines(found: readonly string[], expected: readonly string[], hint: string): void {
  const at = expected.findIndex((line, n) => line !== found[n])
  if (at >= 0) assert.equal(found[at], expected[at], `line ${at}; ${hint}`)
  assert.equal(found.length, expected.length, hint)
}

for (const inStep of [false, true]) {
  const name = inStep
    ? 'sources that fall idle and wake, united message by message, give what one run gives'
    : 'sources in any order and with passes at random give the lines of one run, in its order'
  test(`300 random streams: ${name}, wherever they are cut`, () => {
    const hostile = hostileLines(seededRandom(seed), { uidKey: 'uid', tsKey: 'ts' })
    const seen = { lines: 0, sketches: 0, late: 0, cuts: 0, revisions: 0, expired: 0 }
    for (let i = 0; i < 300; i++) {
      const random = seededRandom(seed + i)
      const drawn = randomCutInput(random, hostile)
      const input = inputFor(inStep, { ...drawn, counting: pick(random, countings) })
      const how: PartialsHow = {
        inStep,
        pass: inStep ? 100 : pick(random, [0, 5, 30, 100, 'due']),
        cut: happens(random, 50) ? 0 : below(random, 20),
      }
      const hint = `stream ${i}, ${JSON.stringify({ ...how, ...input.counting })}; ${seedHint}`
      const whole = wholeRun(input)
      const run = partialsRun(input, random, how)
      sameLines(run.lines, whole.lines, hint)
      balance(whole.ledger, run, hint)
      seen.lines += run.lines.length
      seen.sketches += run.panes.sketches
      seen.late += run.panes.late
      seen.cuts += run.panes.cuts
      seen.revisions += run.lines.filter((line) => /"revision":[1-9]/.test(line)).length
      seen.expired += Object.values(sumsOf([run.united])).reduce((sum, k) => sum + k.expired, 0)
    }
    const { expired, ...others } = seen
    assert.ok(Object.values(others).every((count) => count > 300), JSON.stringify(seen))
    assert.ok(inStep ? expired > 0 : expired === 0, JSON.stringify(seen))
  })
}

test('a pass where one is due shows each line as early as passes after every message', () => {
  const hostile = hostileLines(seededRandom(seed), { uidKey: 'uid', tsKey: 'ts' })
  let lines = 0
  for (let i = 0; i < 150; i++) {
    const random = seededRandom(seed + i)
    const drawn = inputFor(true, randomCutInput(random, hostile))
    // With others, their revisions wait for its watermark too.
    const messages = [...bySource(drawn.messages)].filter(([source]) => source === 0)
    const input = { ...drawn, messages: messages.map(([, message]) => message) }
    const run = (pass: PartialsHow['pass']) => {
      return partialsRun(input, seededRandom(seed), { inStep: true, pass, cut: 0 })
    }
    const [due, always] = [run('due'), run(100)]
    const hint = `stream ${i}; ${seedHint}`
    sameLines(due.lines, always.lines, hint)
    assert.deepEqual(due.shown, always.shown, hint)
    lines += due.lines.length
  }
  assert.ok(lines > 1000, `only ${lines} lines`)
})

const quarters = calendar({ windows: ['15m', 'day'], zone: utc, weekStart: 'monday' })
const hourMs = 3_600_000
const times = { calendar: quarters, maxDelayMs: 0, maxJumpMs: undefined }
const latenessMs = [2 * hourMs, 6 * hourMs]

/** Thousands of users in each window, a fifth of them late; in batches of a source. */
function* crowd(random: Random) {
  for (let n = 0; n < 60; n++) {
    const nowMs = Date.UTC(2016, 6, 11) + n * 300_000
    const source = below(random, 3)
    yield frameBatch(Array.from({ length: 1 + below(random, 1500) }, () => {
      const lateMs = happens(random, 20) ? below(random, 3 * hourMs) : 0
      return { source, tsMs: nowMs - lateMs, uid: `user${below(random, 20_000)}` }
    }))
  }
}

function counts(counting: UniqueCounterOptions, lines: string[]) {
  const newCounter = () => uniqueCounter(counting)
  const stage = countStage({ calendar: quarters, latenessMs, newCounter, ledger: new Ledger() })
  const show = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
  }
  for (let source = 0; source < 3; source++) {
    stage.push({ type: 'source', source, name: `${source}` }, () => {})
  }
  return { stage, show }
}

const large: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 11 },
  { method: 'auto', exactLimit: 500, precision: 9, sketch: true },
  { method: 'auto', exactLimit: 2500, precision: 11, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 12 },
]

for (const counting of large) {
  const { method, exactLimit } = counting
  test(`thousands of users, in one stage, are those of one run: ${method}, ${exactLimit}`, () => {
    const random = seededRandom(seed)
    const [expected, found]: [string[], string[]] = [[], []]
    const whole = counts(counting, expected)
    const united = counts(counting, found)
    const newCounter = () => uniqueCounter(counting)
    const ledger = new Ledger()
    const one = windowStage({ ...times, latenessMs, showsRaw: false, ledger })
    const other = windowStage({ ...times, latenessMs, showsRaw: false, ledger })
    const partials = partialsStage({ calendar: quarters, latenessMs, newCounter, ledger })
    const unite = (message: PartialsOut) => {
      if (message.type === 'partial') united.stage.push(readAgain(message), united.show)
      else if (message.type !== 'reject') united.stage.push(message, united.show)
    }
    for (const frames of crowd(random)) {
      one.push(frames, (message) => whole.stage.push(message, whole.show))
      other.push(frames, (message) => partials.push(message, () => {}))
      if (happens(random, 20)) partials.pass(unite)
    }
    partials.pass(unite)
    whole.stage.end(whole.show)
    united.stage.end(united.show)
    sameLines(found, expected, seedHint)
    assert.ok(found.some((line) => line.includes('"revision":3')))
  })
}

function readAgain(pane: PartialPane): PartialPane {
  const read = partialIn(partialLine(pane), quarters)
  assert.ok(typeof read !== 'string', read as string)
  return read
}

function manyFrames(users: number, lateMs: number) {
  const tsMs = Date.UTC(2016, 6, 11, 12) - lateMs
  return frameBatch(Array.from({ length: users }, (_, i) => ({ source: 0, tsMs, uid: `u${i}` })))
}

test('a pane of many users goes in pieces, of which a message holds each', () => {
  const counting = { method: 'exact', exactLimit: 0, precision: 14 } as const
  const newCounter = () => uniqueCounter(counting)
  const ledger = new Ledger()
  const window = windowStage({ ...times, latenessMs, showsRaw: false, ledger })
  const partials = partialsStage({ calendar: quarters, latenessMs, newCounter, ledger })
  const lines: string[] = []
  const { stage, show } = counts(counting, lines)
  for (const [users, lateMs] of [[70_000, 0], [80_000, hourMs], [80_000, 0]] as const) {
    window.push(manyFrames(users, lateMs), (message) => partials.push(message, () => {}))
  }
  let panes = 0
  partials.pass((message) => {
    if (message.type === 'partial') {
      panes++
      assert.ok(partialLine(message).length < 512 * 1024)
    }
    stage.push(message as CountIn, show)
  })
  stage.end(show)
  assert.equal(panes, 3 + 3 + 3) // the day's, on time; the hour before has as many late ones
  const ends = lines.map((line) => {
    const { window: kind, users, frames } = JSON.parse(line) as ResultLine
    return { kind, users, frames }
  })
  assert.deepEqual(ends, [
    { kind: '15m', users: 80_000, frames: 80_000 },
    { kind: '15m', users: 80_000, frames: 150_000 },
    { kind: 'day', users: 80_000, frames: 230_000 },
  ])
})

test('a state holds nothing that waits: a save without a pass before it is refused', () => {
  const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })
  const marks = [
    { type: 'source', source: 0, name: 'a' },
    { type: 'idle', source: 0 },
    { type: 'watermark', source: 0, watermarkMs: hourMs },
    { type: 'source-end', source: 0 },
  ] as const
  const stage = partialsStage({
    calendar: quarters,
    latenessMs,
    newCounter,
    ledger: new Ledger(),
  })
  for (const mark of marks) {
    stage.push(mark, () => assert.fail('emitted before a pass'))
    assert.ok(stage.isDue, mark.type)
    assert.throws(() => stage.save!(() => {}), /wait for a pass/, mark.type)
    const passed: PartialsOut[] = []
    stage.pass((message) => passed.push(message))
    assert.deepEqual(passed, [mark])
    stage.save!(() => {})
  }
})
