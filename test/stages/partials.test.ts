/** Sources counted apart and united give the lines of one run over all of them, to the byte. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { chain } from '../../src/chain.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { Ledger } from '../../src/ledger.ts'
import { partialIn, partialLine, type PartialPane } from '../../src/ndjson/partial.ts'
import { LATE, type ResultLine } from '../../src/records.ts'
import { type CountIn, type CountOut, type CountStage, countStage } from '../../src/stages/count.ts'
import { type PartialsOut, partialsStage } from '../../src/stages/partials.ts'
import { windowStage } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { type CutInput, cutRun, randomCutInput } from '../support/cut-runs.ts'
import { frameBatch } from '../support/frame-batches.ts'
import { hostileLines } from '../support/generators-lines.ts'
import { KeptState } from '../support/kept-state.ts'
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
    const { lines: wanted, ...others } = randomCutInput(random, hostile)
    // A window that is over for good lets nobody wait: its line comes with the next pass.
    const drawn = inputFor(true, { ...others, lines: { ...wanted, isFinal: false } })
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

const mixed = calendar({ windows: ['7m', '15m', 'day'], zone: utc, weekStart: 'monday' })
const hourMs = 3_600_000
const latenessMs = [hourMs, 2 * hourMs, 6 * hourMs]
const times = { calendar: mixed, latenessMs, maxDelayMs: 0, maxJumpMs: undefined }

/** Thousands of users in each window, a fifth of them late; in batches of a source. */
function* crowd(random: Random) {
  for (let n = 0; n < 120; n++) {
    const nowMs = Date.UTC(2016, 6, 11) + n * 150_000
    const source = below(random, 3)
    yield frameBatch(Array.from({ length: 1 + below(random, 1000) }, () => {
      const lateMs = happens(random, 20) ? below(random, 3 * hourMs) : 0
      return { source, tsMs: nowMs - lateMs, uid: `user${below(random, 20_000)}` }
    }))
  }
}

function newCounts(counting: UniqueCounterOptions): CountStage {
  const newCounter = () => uniqueCounter(counting)
  return countStage({ calendar: mixed, latenessMs, newCounter, ledger: new Ledger() })
}

/** Window and partials for all sources; each of the two may be another one after a cut. */
function newApart(counting: UniqueCounterOptions) {
  const ledger = new Ledger()
  const newCounter = () => uniqueCounter(counting)
  const partials = partialsStage({ calendar: mixed, latenessMs, newCounter, ledger })
  return { partials, stage: chain(windowStage({ ...times, showsRaw: false, ledger }), partials) }
}

/** The lines, and how many users travelled. `cut`: in percent. */
function crowdApart(counting: UniqueCounterOptions, cut: number) {
  const [passes, cuts] = [seededRandom(seed + 1), seededRandom(seed + 2)]
  const lines: string[] = []
  const [kept, keptApart] = [new KeptState(), new KeptState()]
  let counts = newCounts(counting)
  let apart = newApart(counting)
  let users = 0
  const show = showIn(lines)
  const unite = (message: PartialsOut) => {
    if (message.type === 'reject') return
    if (message.type === 'partial' && message.users instanceof Uint32Array) {
      users += message.users.length / 2
    }
    if (happens(cuts, cut)) {
      kept.save(counts)
      counts = newCounts(counting)
      counts.load!(kept.shuffled(cuts))
    }
    counts.push(message.type === 'partial' ? readAgain(message) : message, show)
  }
  sourceMarks.forEach(unite)
  for (const frames of crowd(seededRandom(seed))) {
    apart.stage.push(frames, unite)
    if (!happens(passes, 50)) continue
    apart.partials.pass(unite)
    if (!happens(cuts, 10 * cut)) continue
    keptApart.save(apart.stage)
    apart = newApart(counting)
    apart.stage.load!(keptApart.shuffled(cuts))
  }
  apart.stage.end(unite)
  counts.end(show)
  return { lines, users }
}

const sourceMarks = [0, 1, 2].map((source) => ({ type: 'source', source, name: '' }) as const)

function showIn(lines: string[]) {
  return (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
  }
}

const large: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 11 },
  { method: 'auto', exactLimit: 500, precision: 9, sketch: true },
  { method: 'auto', exactLimit: 2500, precision: 11, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 12 },
]

for (const counting of large) {
  const { method, exactLimit } = counting
  test(`thousands of users, cut or not, are those of one run: ${method}, ${exactLimit}`, () => {
    const expected: string[] = []
    const counts = newCounts(counting)
    const whole = chain(
      windowStage({ ...times, showsRaw: false, ledger: new Ledger() }),
      counts,
    )
    const show = showIn(expected)
    for (const mark of sourceMarks) counts.push(mark, show)
    for (const frames of crowd(seededRandom(seed))) whole.push(frames, show)
    whole.end(show)
    const atAStretch = crowdApart(counting, 0)
    const cut = crowdApart(counting, 10)
    sameLines(atAStretch.lines, expected, seedHint)
    sameLines(cut.lines, expected, seedHint)
    assert.equal(cut.users, atAStretch.users, `users travelled again; ${seedHint}`)
    assert.ok(expected.some((line) => line.includes('"revision":3')))
  })
}

function readAgain(pane: PartialPane): PartialPane {
  const read = partialIn(partialLine(pane), mixed)
  assert.ok(typeof read !== 'string', read as string)
  return read
}

function manyFrames(users: number, lateMs: number) {
  const tsMs = Date.UTC(2016, 6, 11, 12) - lateMs
  return frameBatch(Array.from({ length: users }, (_, i) => ({ source: 0, tsMs, uid: `u${i}` })))
}

test('a pane of many users goes in pieces, of which a message holds each', () => {
  const counting = { method: 'exact', exactLimit: 0, precision: 14 } as const
  const { partials, stage } = newApart(counting)
  const lines: string[] = []
  const counts = newCounts(counting)
  const panes: PartialPane[] = []
  for (const [users, lateMs] of [[70_000, 0], [80_000, hourMs / 2], [80_000, 0]] as const) {
    stage.push(manyFrames(users, lateMs), () => {})
  }
  partials.pass((message) => {
    if (message.type === 'partial') panes.push(message)
    counts.push(message as CountIn, showIn(lines))
  })
  counts.end(showIn(lines))
  assert.equal(panes.length, 5 * 3) // of three windows on time, of two late
  assert.ok(panes.every((pane) => partialLine(pane).length < 512 * 1024))
  const found = lines.map((line) => {
    const { window: kind, users, frames } = JSON.parse(line) as ResultLine
    return `${kind}: ${users} users in ${frames} frames`
  })
  const late = ['7m', '15m'].map((kind) => `${kind}: 80000 users in 80000 frames`)
  const onTime = ['7m', '15m'].map((kind) => `${kind}: 80000 users in 150000 frames`)
  assert.deepEqual(found, [...late, ...onTime, 'day: 80000 users in 230000 frames'])
})

test('an idle source is waited for again when its frames come, though they count nowhere', () => {
  const counting = { method: 'exact', exactLimit: 0, precision: 14 } as const
  const kept = new KeptState()
  let { partials, stage } = newApart(counting)
  const passed: PartialsOut[] = []
  const pass = () => {
    passed.length = 0
    partials.pass((message) => passed.push(message))
    kept.save(stage)
    ;({ partials, stage } = newApart(counting))
    stage.load!(kept.records)
    return passed.map(({ type }) => type)
  }
  const tsMs = Date.UTC(2016, 6, 11, 12)
  const idle = { type: 'idle', source: 0 } as const
  const frameAt = (ms: number) => frameBatch([{ source: 0, tsMs: ms, uid: 'a' }])
  stage.push(frameAt(tsMs), () => {})
  stage.push(idle, () => {})
  assert.deepEqual(pass(), ['partial', 'partial', 'partial', 'watermark', 'idle'])
  assert.deepEqual(pass(), [])
  stage.push(frameAt(tsMs - 30 * hourMs), () => {})
  assert.ok(partials.isDue)
  assert.deepEqual(pass(), ['partial'])
  const [sign] = passed
  assert.ok(sign?.type === 'partial' && sign.frames === 0 && readAgain(sign).frames === 0)
  stage.push(frameAt(tsMs - 30 * hourMs), () => {})
  assert.deepEqual(pass(), [])
  const counts = newCounts(counting)
  const lines: string[] = []
  for (const source of [0, 1]) counts.push({ type: 'source', source, name: '' }, () => {})
  counts.push(idle, () => {})
  counts.push(sign, () => assert.fail('it counts nothing'))
  for (const frames of [frameAt(tsMs)]) {
    const startsMs = mixed.kinds.map((kind) => Float64Array.of(kind.spanAt(tsMs).startMs))
    const verdicts = startsMs.map(() => new Uint8Array(1))
    const windowed = { type: 'windowed', from: 0, to: 1, startsMs, verdicts } as const
    counts.push({ ...windowed, frames: { ...frames, source: 1 } }, () => {})
  }
  counts.push({ type: 'watermark', source: 1, watermarkMs: tsMs + 48 * hourMs }, showIn(lines))
  assert.deepEqual(lines, [])
  counts.push(idle, showIn(lines))
  assert.equal(lines.length, 3)
})

test('late sketches of several sources are one revision, whatever is saved between them', () => {
  const counting = { method: 'hll', exactLimit: 0, precision: 6, sketch: true } as const
  const startMs = Date.UTC(2016, 6, 11)
  const random = seededRandom(seed)
  const sketches = Array.from({ length: 4 }, () => {
    const sketch = new Sketch(6)
    for (let n = 0; n < 100; n++) sketch.add(random.next(), random.next())
    return sketch
  })
  const run = (isCut: boolean) => {
    const lines: string[] = []
    const kept = new KeptState()
    let counts = newCounts(counting)
    for (const [source, users] of sketches.entries()) {
      const late = { type: 'partial', kind: 'day', startMs, dueMs: startMs + 25 * hourMs } as const
      counts.push({ ...late, source, frames: 100, users }, () => {})
      if (!isCut) continue
      kept.save(counts)
      if (source % 2 === 0) continue
      counts = newCounts(counting)
      counts.load!(kept.shuffled(random))
    }
    counts.end(showIn(lines))
    return lines
  }
  const [line, ...others] = run(false)
  assert.deepEqual(others, [])
  assert.equal((JSON.parse(line!) as ResultLine).frames, 400)
  assert.deepEqual(run(true), [line], seedHint)
})

test('a pass is due by each revision that the watermark has come to', () => {
  const kinds = calendar({ windows: ['minute', 'hour'], zone: utc, weekStart: 'monday' })
  const partials = partialsStage({
    calendar: kinds,
    latenessMs: [25_000, hourMs],
    newCounter: () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 }),
    ledger: new Ledger(),
  })
  const endMs = Date.UTC(2016, 6, 11, 12)
  const isDueAt = (seconds: number) => {
    const watermarkMs = endMs + seconds * 1000
    partials.push({ type: 'watermark', source: 0, watermarkMs }, () => {})
    const { isDue } = partials
    partials.pass(() => {})
    return isDue
  }
  assert.deepEqual([22, 25, 30].map(isDueAt), [true, false, false])
  const startsMs = kinds.kinds.map((kind) => Float64Array.of(kind.spanAt(endMs - 1).startMs))
  const late = startsMs.map(() => Uint8Array.of(LATE))
  const frames = frameBatch([{ source: 0, tsMs: endMs - 1, uid: 'a' }])
  isDueAt(22)
  partials.push({ type: 'windowed', frames, from: 0, to: 1, startsMs, verdicts: late }, () => {})
  assert.deepEqual([24, 25, 29, 30, 40, 60].map(isDueAt), [false, true, false, true, false, true])
})

test('a state holds nothing that waits: a save without a pass before it is refused', () => {
  const marks = [
    { type: 'source', source: 0, name: 'a' },
    { type: 'idle', source: 0 },
    { type: 'watermark', source: 0, watermarkMs: hourMs },
    { type: 'source-end', source: 0 },
  ] as const
  const { partials: stage } = newApart({ method: 'exact', exactLimit: 0, precision: 14 })
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
