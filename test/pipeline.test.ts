/** Stages that call each other give what three processes with bytes in between give. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter } from '../src/counter/unique.ts'
import { below, happens, pick, type Random, seededRandom } from '../src/generate/random.ts'
import { Ledger } from '../src/ledger.ts'
import { chain, countingStages } from '../src/pipeline.ts'
import type { SourceMark } from '../src/records.ts'
import type { Stage } from '../src/stage.ts'
import { type CountOut, countStage } from '../src/stages/count.ts'
import type { ExtractIn, ExtractOut } from '../src/stages/extract.ts'
import { readWindowedStage } from '../src/stages/read-windowed.ts'
import { windowStage } from '../src/stages/window.ts'
import { type Calendar, calendar } from '../src/time/calendar.ts'
import { loadZone } from '../src/time/zone.ts'
import { extractedBytes, maxLineBytes, newExtract, windowedBytes } from './support/byte-pipe.ts'
import { hostileLines, joined, randomCuts } from './support/generators-lines.ts'
import { randomStream } from './support/generators-streams.ts'
import { seed, seedHint } from './support/seed.ts'

const counting = { method: 'auto', exactLimit: 200, precision: 10 } as const
const newCounter = () => uniqueCounter(counting)

interface Input {
  readonly calendar: Calendar
  readonly maxDelayMs: number
  readonly messages: readonly ExtractIn[]
}

/** Every second kind takes late frames, and wrong clocks are held. */
function guarded({ kinds }: Calendar) {
  return { maxJumpMs: 3_600_000, latenessMs: kinds.map((_, k) => k % 2 * 90_000) }
}

interface Run {
  readonly lines: readonly string[]
  readonly counts: unknown
  readonly rejects: number
}

function madeApart({ calendar, maxDelayMs }: Input, ledger: Ledger): Stage<ExtractOut, CountOut> {
  return chain(
    windowStage({ calendar, maxDelayMs, ...guarded(calendar), showsRaw: true, ledger }),
    countStage({ calendar, ...guarded(calendar), newCounter, ledger }),
  )
}

function ofOnePlan({ calendar, maxDelayMs }: Input, ledger: Ledger): Stage<ExtractOut, CountOut> {
  const plan = { ...counting, calendar, maxDelayMs, ...guarded(calendar) }
  const memory = { reserve: () => true, watches() {} }
  const { windows, counts } = countingStages(plan, { ledger, memory }, {
    isReadToItsEnd: () => true,
  })
  return chain(windows, counts)
}

function inProcess(input: Input, newStages = madeApart): Run {
  const { messages } = input
  const ledger = new Ledger()
  const stage = chain(newExtract(ledger), newStages(input, ledger))
  const lines: string[] = []
  let rejects = 0
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
    if (message.type === 'reject') rejects++
  }
  for (const message of messages) stage.push(message, take)
  stage.end(take)
  assert.equal(ledger.imbalance(), undefined)
  return { lines, counts: ledger.toJSON(), rejects }
}

function asProcesses({ calendar, maxDelayMs, messages }: Input, random: Random): Run {
  const extracting = new Ledger()
  const extracted = extractedBytes(newExtract(extracting), messages, extracting)

  const windowing = new Ledger()
  const windowed = windowedBytes(
    chain(
      newExtract(windowing),
      windowStage({
        calendar,
        maxDelayMs,
        ...guarded(calendar),
        showsRaw: false,
        ledger: windowing,
      }),
    ),
    randomCuts(random, extracted.bytes, 20),
    calendar,
    windowing,
  )

  const counted = new Ledger()
  const stage = chain(
    readWindowedStage({ calendar, maxLineBytes, ledger: counted }),
    countStage({ calendar, ...guarded(calendar), newCounter, ledger: counted }),
  )
  const lines: string[] = []
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
    assert.notEqual(message.type, 'reject')
  }
  for (const chunk of randomCuts(random, windowed.bytes, 20)) stage.push(chunk, take)
  stage.end(take)
  for (const ledger of [extracting, windowing, counted]) {
    assert.equal(ledger.imbalance(), undefined)
    assert.equal(ledger.total.missing, 0)
  }
  const rejects = extracted.rejects.length + windowed.rejects.length
  return { lines, counts: counted.toJSON(), rejects }
}

function randomInput(random: Random, hostile: Lines, zone: Calendar['zone']): Input {
  const windows = ['minute', 'hour', 'day', 'week'].filter(() => happens(random, 50)).concat('10s')
  return {
    calendar: calendar({ windows, zone, weekStart: 'monday' }),
    maxDelayMs: pick(random, [0, 5000, 60_000]),
    messages: [...inputMessages(random, hostile)],
  }
}

type Lines = Generator<Uint8Array>

/** Up to three files: frames of a stream in some disorder, among hostile lines. */
function* inputMessages(random: Random, hostile: Lines): Generator<ExtractIn> {
  const startMs = pick(random, [Date.UTC(1970, 0), Date.UTC(2016, 9, 29, 23, 50)])
  const stream = randomStream(random, { sources: 1, frames: 300, startMs })
  const wait = 300 / (1 + below(random, 3))
  for (let i = 0; i < stream.length; i += wait) {
    yield { type: 'source', source: 0, name: `from frame ${i}` } satisfies SourceMark
    const lines = stream.slice(i, i + wait).map(({ tsMs, uid }) =>
      happens(random, 3)
        ? hostile.next().value as Uint8Array
        : encoder.encode(`{"uid":"${uid}","ts":"${Math.max(0, tsMs)}e-3"}`)
    )
    const lineBreak = happens(random, 50) ? [13, 10] : [10]
    yield* randomCuts(random, joined(...lines.flatMap((line) => [line, lineBreak])), 10)
  }
}

const encoder = new TextEncoder()

for (const name of ['UTC', 'Europe/Zurich']) {
  test(`stages in one process and as a pipe give the same lines and counts: 50 inputs, ${name}`, async () => {
    const random = seededRandom(seed)
    const hostile = hostileLines(random, { uidKey: 'uid', tsKey: 'ts' })
    const zone = await loadZone(name)
    let lines = 0
    for (let i = 0; i < 50; i++) {
      const input = randomInput(random, hostile, zone)
      const expected = inProcess(input)
      assert.deepEqual(asProcesses(input, random), expected, `input ${i}; ${seedHint}`)
      lines += expected.lines.length
    }
    assert.ok(lines > 500, `only ${lines} lines`)
  })
}

test('stages of one plan give what stages made apart give: 20 inputs', async () => {
  const random = seededRandom(seed)
  const hostile = hostileLines(random, { uidKey: 'uid', tsKey: 'ts' })
  const zone = await loadZone('Europe/Zurich')
  for (let i = 0; i < 20; i++) {
    const input = randomInput(random, hostile, zone)
    assert.deepEqual(inProcess(input, ofOnePlan), inProcess(input), `input ${i}; ${seedHint}`)
  }
})

test('end reaches every stage, and what the first holds back goes through the second', () => {
  const holding = { push() {}, end: (emit: (n: number) => void) => emit(1), stop() {} }
  const adding = {
    push: (n: number, emit: (n: number) => void) => emit(n + 1),
    end: (emit: (n: number) => void) => emit(100),
    stop: (emit: (n: number) => void) => emit(-100),
  }
  const emitted: number[] = []
  for (const stage of [chain(holding, adding, adding), chain(chain(holding, adding), adding)]) {
    emitted.length = 0
    stage.end((n) => emitted.push(n))
    stage.stop((n) => emitted.push(n))
    assert.deepEqual(emitted, [3, 101, 100, -99, -100])
  }
})
