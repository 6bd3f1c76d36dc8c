/** A filter of ours between the stages leaves out frames on purpose, and all sums hold. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chain } from '../../src/chain.ts'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, happens, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { type Columns, columnTypes, type FrameBatch } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import type { ExtractIn, ExtractOut } from '../../src/stages/extract.ts'
import { readWindowedStage } from '../../src/stages/read-windowed.ts'
import { windowStage } from '../../src/stages/window.ts'
import { withAccounts } from '../../src/state/saved-accounts.ts'
import { calendar as calendarOf } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { extractedBytes, maxLineBytes, newExtract, windowedBytes } from '../support/byte-pipe.ts'
import { randomCuts } from '../support/generators-lines.ts'
import { randomStream } from '../support/generators-streams.ts'
import { KeptState } from '../support/kept-state.ts'
import { seed, seedHint } from '../support/seed.ts'

const calendar = calendarOf({ windows: ['minute', 'hour'], zone: utc, weekStart: 'monday' })
const latenessMs = [0, 60_000]
const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })
const encoder = new TextEncoder()

type Keeps = (uid: string) => boolean
type Telling = (leftOut: number) => number

const rightly: Telling = (leftOut) => leftOut

/** Passes on the frames of some users. */
function filterStage(
  ledger: Ledger,
  keeps: Keeps,
  told: Telling = rightly,
): Stage<ExtractOut, ExtractOut> {
  const account = ledger.open({ leftOut: 0 })
  const decoder = new TextDecoder()
  return {
    name: 'filter',
    ...withAccounts([account]),
    push(message, emit) {
      if (message.type !== 'frames') return emit(message)
      const { bytes, uidStart, uidEnd, count } = message
      const rows = Array.from({ length: count }, (_, i) => i).filter((i) => {
        return keeps(decoder.decode(bytes.subarray(uidStart[i], uidEnd[i])))
      })
      account.leftOut += told(count - rows.length)
      if (rows.length > 0) emit(batchOf(message, rows))
    },
    end() {},
    stop() {},
  }
}

function batchOf(batch: FrameBatch, rows: readonly number[]): FrameBatch {
  const names = Object.keys(columnTypes) as (keyof Columns)[]
  const columns = Object.fromEntries(names.map((name) => {
    return [name, Float64Array.from(rows, (i) => batch[name][i]!)]
  }))
  return { ...batch, ...columns, count: rows.length }
}

function newWindow(ledger: Ledger) {
  const times = { maxDelayMs: 5000, maxJumpMs: 3_600_000, latenessMs }
  return windowStage({ calendar, ...times, showsRaw: true, ledger })
}

function newCount(ledger: Ledger) {
  return countStage({ calendar, latenessMs, newCounter, ledger })
}

interface Run {
  readonly lines: readonly string[]
  readonly ledger: Ledger
}

/** What the last stage shows for these messages; new stages may go on before each of them. */
function run<In>(
  messages: Iterable<In>,
  make: (ledger: Ledger) => Stage<In, CountOut>,
  isCut: () => boolean = () => false,
): Run {
  const lines: string[] = []
  const kept = new KeptState()
  let ledger = new Ledger()
  let stage = make(ledger)
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
  }
  for (const message of messages) {
    if (isCut()) {
      kept.save(stage)
      ledger = new Ledger()
      stage = make(ledger)
      stage.load!(kept.records)
    }
    stage.push(message, take)
  }
  stage.end(take)
  return { lines, ledger }
}

function inProcess(keeps: Keeps, told?: Telling) {
  return (ledger: Ledger): Stage<ExtractIn, CountOut> => {
    const filter = filterStage(ledger, keeps, told)
    return chain(newExtract(ledger), filter, newWindow(ledger), newCount(ledger))
  }
}

/** Each of three commands with bytes in between; the filter is in the first. */
function asProcesses(random: Random, chunks: Iterable<ExtractIn>, keeps: Keeps): Run {
  const first = new Ledger()
  const extract = chain(newExtract(first), filterStage(first, keeps))
  const extracted = randomCuts(random, extractedBytes(extract, chunks, first).bytes, 20)
  const second = new Ledger()
  const window = chain(newExtract(second), newWindow(second))
  const { bytes } = windowedBytes(window, extracted, calendar, second)
  assert.equal(second.imbalance(), undefined)
  assert.equal(second.total.missing, 0)
  return run(randomCuts(random, bytes, 20), (ledger) => {
    return chain(readWindowedStage({ calendar, maxLineBytes, ledger }), newCount(ledger))
  })
}

function* text(random: Random, keeps: Keeps): Generator<string> {
  const startMs = Date.UTC(2016, 6, 11)
  for (const { uid, tsMs } of randomStream(random, { sources: 1, frames: 400, startMs })) {
    if (keeps(uid)) yield `{"uid":"${uid}","ts":"${tsMs}e-3"}\n`
  }
}

test('frames left out on purpose are told, and the others count as if there were no more: 30 streams', () => {
  let leftOut = 0
  for (let i = 0; i < 30; i++) {
    const random = seededRandom(seed + i)
    const rest = below(random, 3)
    const keeps: Keeps = (uid) => uid.charCodeAt(uid.length - 1) % 3 !== rest
    const all = [...text(seededRandom(seed + i), () => true)].join('') + 'not a frame\n'
    const few = [...text(seededRandom(seed + i), keeps)].join('') + 'not a frame\n'
    const chunks = [...randomCuts(random, encoder.encode(all), 8)].map((chunk) => chunk.slice())
    const expected = run([encoder.encode(few)], inProcess(() => true))
    const { lines, frames, ...others } = expected.ledger.counts()
    const missing = all.split('\n').length - few.split('\n').length
    const counts = { ...others, lines: lines + missing, frames: frames + missing }
    leftOut += missing
    for (
      const [name, found] of Object.entries({
        whole: run(chunks, inProcess(keeps)),
        cut: run(chunks, inProcess(keeps), () => happens(random, 40)),
        piped: asProcesses(random, chunks, keeps),
      })
    ) {
      const place = `stream ${i}, ${name}; ${seedHint}`
      assert.deepEqual(found.lines, expected.lines, place)
      const told = missing > 0 && { leftOut: missing }
      assert.deepEqual(found.ledger.counts(), { ...counts, ...told }, place)
      assert.equal(found.ledger.imbalance(), undefined, place)
      assert.equal(found.ledger.total.missing, 0, place)
    }
  }
  assert.ok(leftOut > 500, `only ${leftOut} left out`)
})

test('a filter that loses a frame, or tells of one too many, is noticed', () => {
  const chunk = encoder.encode([...text(seededRandom(seed), () => true)].join(''))
  const keeps: Keeps = (uid) => uid.charCodeAt(uid.length - 1) % 2 === 0
  for (const told of [(n: number) => n - 1, (n: number) => n + 1, () => 1000]) {
    const { ledger } = run([chunk], inProcess(keeps, told))
    assert.match(
      ledger.imbalance() ?? '',
      /^\d+ frames are not (-?\d+ left out \+ )?\d+ accepted \+ \d+ quarantined/,
      seedHint,
    )
  }
})
