/**
 * Where a restart goes on: cut anywhere, resumed by new stages from what was stored, random streams
 * of several partitions give for each window that was not over the very lines of a whole run, and
 * none for those that were.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { noted } from '../../../src/cli/run/topic-pipeline.ts'
import { messageStage } from '../../../src/kafka/reading/message-frames.ts'
import { uniqueCounter } from '../../../src/counter/unique.ts'
import { below, pick, type Random, seededRandom } from '../../../src/generate/random.ts'
import { Checkpoints, resumptionOf } from '../../../src/kafka/reading/checkpoints.ts'
import { messageRuns } from '../../../src/kafka/reading/message-lines.ts'
import type { Position } from '../../../src/kafka/reading/reader-options.ts'
import { Ledger } from '../../../src/ledger.ts'
import { chain } from '../../../src/pipeline.ts'
import type { ResultLine } from '../../../src/records.ts'
import { type CountOut, countStage } from '../../../src/stages/count.ts'
import { windowStage } from '../../../src/stages/window.ts'
import { calendar } from '../../../src/time/calendar.ts'
import { loadZone } from '../../../src/time/zone.ts'
import { seed } from '../../support/seed.ts'
import { randomTimedStream, streamText } from '../../support/streams-time.ts'
import type { OracleOptions } from '../../support/time-oracle.ts'

const streams = 400
const zone = await loadZone('UTC')

type Partitions = ReadonlyMap<number, readonly Buffer[]>
type LinesByWindow = ReadonlyMap<string, readonly ResultLine[]>

interface Run {
  readonly lines: LinesByWindow
  readonly positions: ReadonlyMap<number, Position>
  readonly overMs: number
}

interface RunOptions {
  readonly options: OracleOptions
  readonly partitions: Partitions
  readonly random: Random
  /** From where to go on; nothing: from the beginning. */
  readonly from: ReadonlyMap<number, Position>
  /** After so many slices it is killed; undefined: never. */
  readonly slices: number | undefined
}

/** The stages of uc-pipeline behind a reader of topics. */
function newStages(options: OracleOptions & { readonly idleMs?: number }) {
  const { calendar, latenessMs } = options
  const ledger = new Ledger()
  const plan = {
    files: ['-'],
    uidKey: 'uid',
    tsKey: 'ts',
    tsUnit: 'ms',
    parser: 'wasm',
    maxLineBytes: 10_000,
    isInterleaved: true,
    strict: false,
  } as unknown as Parameters<typeof messageStage>[0]
  const windows = windowStage({ ...options, showsRaw: true, ledger })
  const newCounter = () => uniqueCounter({ method: 'auto', exactLimit: 1000, precision: 14 })
  const counts = countStage({ calendar, latenessMs, newCounter, keepsLines: true, ledger })
  const checkpoints = new Checkpoints()
  const frames = messageStage(plan, ledger)
  const stage = noted(chain(frames, windows, counts), { windows, checkpoints, onBytes() {} })
  const positions = () => checkpoints.positions(counts.firstLineOf, counts.watermarkMs)
  return { stage, counts, ledger, positions }
}

/** What the reader of a topic does, as far as the stages can tell. */
function run({ options, partitions, random, from, slices = Infinity }: RunOptions): Run {
  const { stage, counts, positions } = newStages(options)
  const lines = new Map<string, ResultLine[]>()
  const emit = (message: CountOut) => {
    if (message.type !== 'result') return
    const { line } = message
    const key = `${line.window}/${line.start}`
    lines.set(key, [...lines.get(key) ?? [], line])
  }

  const nexts = new Map<number, number>()
  const nameOf = (source: number) => `t[${source}]`
  for (const source of partitions.keys()) {
    const next = from.get(source)?.offset ?? 0
    nexts.set(source, next)
    stage.push({ type: 'source', source, name: nameOf(source), line: next - 1 }, emit)
  }
  for (const source of partitions.keys()) {
    stage.push(resumptionOf(source, from.get(source) ?? { offset: 0, metadata: '' }), emit)
  }
  for (let slice = 0; slice < slices; slice++) {
    const left = [...partitions].filter(([source, all]) => nexts.get(source)! < all.length)
    if (left.length === 0) break
    const [source, all] = pick(random, left)
    const next = nexts.get(source)!
    const values = all.slice(next, next + 1 + below(random, 12))
    const messages = values.map((value, i) => ({ offset: `${next + i}`, value }))
    for (const { mark, ...taken } of messageRuns(messages, { source, name: nameOf(source) })) {
      stage.push(mark, emit)
      stage.push({ type: 'lines', source, ...taken }, emit)
      nexts.set(source, taken.next)
    }
  }
  const part = { positions: positions(), overMs: counts.watermarkMs }
  if (slices === Infinity) stage.end(emit)
  return { ...part, lines }
}

function check(i: number): void {
  const random = seededRandom(seed + i)
  const stream = randomTimedStream(random)
  const { options } = stream
  const bySource = new Map<number, Buffer[]>()
  for (const { source, tsMs, uid } of stream.frames) {
    const values = bySource.get(source) ?? []
    values.push(Buffer.from(JSON.stringify({ uid, ts: tsMs })))
    bySource.set(source, values)
  }
  const whole = run({
    options,
    partitions: bySource,
    random,
    from: new Map(),
    slices: undefined,
  })
  const hint = () => `UC_SEED=${seed + i} repeats this run\n${streamText(stream)}`
  const expiries = new Map(
    options.calendar.kinds.map(({ name }, k) => [name, options.latenessMs[k]!]),
  )
  let from: ReadonlyMap<number, Position> = new Map()
  let overMs = -Infinity
  for (let cut = 0; cut < 4; cut++) {
    const isLast = cut === 3
    const slices = isLast ? undefined : below(random, 30)
    const part = run({ options, partitions: bySource, random, from, slices })
    for (const [source, { offset }] of part.positions) {
      assert.ok(offset >= (from.get(source)?.offset ?? 0), `an offset went back; ${hint()}`)
      assert.ok(offset <= bySource.get(source)!.length, hint())
    }
    for (const key of new Set([...whole.lines.keys(), ...part.lines.keys()])) {
      const expected = whole.lines.get(key)
      const shown = part.lines.get(key) ?? []
      assert.ok(expected !== undefined, `${key} is in no whole run; ${hint()}`)
      const { window, end } = expected[0]!
      const wasOver = end * 1000 + expiries.get(window)! <= overMs
      const isOver = end * 1000 + expiries.get(window)! <= part.overMs
      if (wasOver) assert.deepEqual(shown, [], `${key} was over; ${hint()}`)
      else if (isOver || isLast) assert.deepEqual(shown, expected, `${key}; ${hint()}`)
      else assert.deepEqual(shown, expected.slice(0, shown.length), `${key}; ${hint()}`)
    }
    from = part.positions
    overMs = part.overMs
  }
}

test(`${streams} random streams, cut and resumed, give the lines of a whole run`, () => {
  for (let i = 0; i < streams; i++) check(i)
})

/** Two partitions: one was idle while the other closed windows, and then brings frames of those. */
function lateForIdle({ isCut }: { isCut: boolean }) {
  const minuteMs = 60_000
  const options = {
    calendar: calendar({ windows: ['minute'], zone, weekStart: 'monday' }),
    maxDelayMs: 0,
    maxJumpMs: undefined,
    latenessMs: [0],
    idleMs: 1000,
  }
  let nowMs = Date.parse('2016-07-11T13:39:00Z')
  const seen: string[] = []
  const emit = (message: CountOut) => {
    if (message.type === 'reject') seen.push(`${message.source}@${message.line} ${message.reason}`)
    if (message.type === 'result') seen.push(`${message.line.start}: ${message.line.users} users`)
  }
  const begin = (from: ReadonlyMap<number, Position>) => {
    const run = newStages(options)
    const stored = [0, 1].map((source) => from.get(source) ?? { offset: 0, metadata: '' })
    stored.forEach(({ offset }, source) => {
      run.stage.push({ type: 'source', source, name: `t[${source}]`, line: offset - 1 }, emit)
    })
    stored.forEach((position, source) => run.stage.push(resumptionOf(source, position), emit))
    stored.forEach(({ offset }, source) => nexts[source] = offset)
    return run
  }
  const feed = (source: number, to: number) => {
    const messages = topic[source]!.slice(nexts[source], to).map((ts, i) => {
      const offset = `${nexts[source]! + i}`
      return { offset, value: Buffer.from(JSON.stringify({ uid: `${source}@${offset}`, ts })) }
    })
    nexts[source] = to
    for (const { mark, ...taken } of messageRuns(messages, { source, name: `t[${source}]` })) {
      run.stage.push(mark, emit)
      run.stage.push({ type: 'lines', source, ...taken }, emit)
    }
  }
  const topic = [[1000, 10 * minuteMs], [0, 2000, 11 * minuteMs]]
  const nexts = [0, 0]
  let run = begin(new Map())
  feed(1, 1)
  feed(0, 2)
  for (let tick = 0; tick < 3; tick++) for (const _ of run.stage.tick!(nowMs += 600, emit) ?? []);
  const { positions } = run
  if (isCut) run = begin(positions())
  feed(0, 2)
  feed(1, 3)
  run.stage.end(emit)
  return { seen, imbalance: run.ledger.imbalance(), expired: run.ledger.windows.get('minute') }
}

test('frames of a partition that was idle expire, told, after a restart as in one run', () => {
  const whole = lateForIdle({ isCut: false })
  assert.deepEqual(whole.seen.slice(0, 2), ['0: 2 users', 't[1]@1 expired'])
  const cut = lateForIdle({ isCut: true })
  assert.deepEqual(cut.seen, whole.seen)
  assert.deepEqual([whole.expired?.expired, cut.expired?.expired], [1, 1])
  assert.deepEqual([whole.imbalance, cut.imbalance], [undefined, undefined])
})

test('nothing is stored of a source before it is known from where it goes on', () => {
  const { stage, positions } = newStages({
    calendar: calendar({ windows: ['minute'], zone, weekStart: 'monday' }),
    maxDelayMs: 0,
    maxJumpMs: undefined,
    latenessMs: [0],
  })
  stage.push({ type: 'source', source: 0, name: 't[0]', line: 6 }, () => {})
  assert.deepEqual([...positions()], [])
  const metadata = '{"uc":1,"trusted":600000,"over":600000,"read":9}'
  stage.push(resumptionOf(0, { offset: 7, metadata }), () => {})
  assert.deepEqual([...positions()], [[0, { offset: 7, metadata }]])
})

test('of many checkpoints some are kept, and none too late is given', () => {
  const checkpoints = new Checkpoints()
  for (let offset = 0; offset < 100_000; offset += 10) checkpoints.note(0, offset, undefined)
  for (const needed of [0, 5, 4321, 77_777, 99_995, Infinity]) {
    const { offset } = checkpoints.positions(() => needed, -Infinity).get(0)!
    assert.ok(offset <= needed && (needed === Infinity || needed - offset < 5000), `${offset}`)
  }
})
