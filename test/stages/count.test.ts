/** The stages that window and count, against an oracle that keeps all frames. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { windowStage } from '../../src/stages/window.ts'
import { type Calendar, calendar } from '../../src/time/calendar.ts'
import { loadZone, utc } from '../../src/time/zone.ts'
import { type OracleInput, type OracleRun, oracleRun } from '../support/count-oracle.ts'
import { batches, frameBatch } from '../support/frame-batches.ts'
import { randomStream } from '../support/generators-streams.ts'
import { seed, seedHint } from '../support/seed.ts'

const allKinds = ['minute', '7s', '15m', 'hour', 'day', 'week', 'month']
const newCounter = () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 })

function run(input: OracleInput, cutsHere: () => boolean): OracleRun & { ledger: Ledger } {
  const { stream, calendar, maxDelayMs, isStopped } = input
  const ledger = new Ledger()
  const account = ledger.open({ lines: 0, frames: 0 })
  const latenessMs = calendar.kinds.map(() => 0)
  const stage = chain(
    windowStage({
      calendar,
      maxDelayMs,
      maxJumpMs: undefined,
      latenessMs,
      showsRaw: false,
      ledger,
    }),
    countStage({ calendar, latenessMs, newCounter, ledger }),
  )
  const lines: string[] = []
  const expired = Object.fromEntries(calendar.kinds.map(({ name }) => [name, 0]))
  const take = (message: CountOut) => {
    if (message.type === 'result') lines.push(JSON.stringify(message.line))
    if (message.type === 'reject') message.windows?.forEach((name) => expired[name]!++)
  }
  for (const batch of batches(stream, cutsHere)) {
    account.lines += batch.count // as the stage before would
    account.frames += batch.count
    stage.push(batch, take)
  }
  if (isStopped) stage.stop(take)
  else stage.end(take)
  const counted = Object.fromEntries(
    [...ledger.windows].map(([name, { counted = NaN }]) => [name, counted]),
  )
  return { lines, counted, expired, ledger }
}

function randomInput(random: Random, zone: Calendar['zone'], sources: number): OracleInput {
  const windows = allKinds.filter(() => happens(random, 30)).concat(pick(random, allKinds))
  const day = pick(random, ['2016-03-26', '2016-10-29', '2016-04-02', '2015-12-31', '1970-01-01'])
  const startMs = Date.parse(day) + below(random, 86_400_000)
  const weekStart = pick(random, ['monday', 'sunday'] as const)
  return {
    stream: randomStream(random, { sources, frames: 20 + below(random, 100), startMs }),
    calendar: calendar({ windows, zone, weekStart }),
    maxDelayMs: pick(random, [0, 1, 5000, 60_000, 7_200_000]),
    isStopped: happens(random, 20),
  }
}

for (const name of ['UTC', 'Europe/Zurich', 'Australia/Lord_Howe']) {
  for (const sources of [1, 3]) {
    test(`result lines of 70 random streams are the oracle's: ${name}, ${sources} sources`, async () => {
      const zone = await loadZone(name)
      const random = seededRandom(seed)
      for (let i = 0; i < 70; i++) {
        const input = randomInput(random, zone, sources)
        const expected = oracleRun(input)
        const kinds = input.calendar.kinds.map(({ name }) => name).join()
        const place = `stream ${i}, ${kinds}, max delay ${input.maxDelayMs} ms; ${seedHint}`
        for (const cutsHere of [() => false, () => true, () => happens(random, 30)]) {
          const { ledger, ...found } = run(input, cutsHere)
          assert.deepEqual(found, expected, place)
          assert.equal(ledger.imbalance(), undefined, place)
          for (const [kind, { expired }] of ledger.windows) {
            assert.equal(expired, expected.expired[kind], `${kind} expired; ${place}`)
          }
        }
      }
    })
  }
}

test('random streams have windows, expired frames and partly expired ones', async () => {
  const random = seededRandom(1)
  const zone = await loadZone('UTC')
  const sums = { lines: 0, expired: 0, parted: 0 }
  for (let i = 0; i < 100; i++) {
    const { lines, expired } = oracleRun(randomInput(random, zone, 2))
    const perKind = Object.values(expired)
    sums.lines += lines.length
    sums.expired += Math.max(...perKind)
    if (new Set(perKind).size > 1) sums.parted++
  }
  assert.ok(sums.lines > 1000 && sums.expired > 200 && sums.parted > 20, JSON.stringify(sums))
})

test('frames that find their windows over are refused in their order, in whichever batches they come', () => {
  const refused = (cutsHere: boolean) => {
    const kinds = calendar({ windows: ['minute', '7s'], zone: utc, weekStart: 'monday' })
    const ledger = new Ledger()
    const options = { calendar: kinds, latenessMs: [0, 0], ledger }
    const guard = { maxDelayMs: 0, maxJumpMs: undefined, showsRaw: false }
    const stage = chain(
      windowStage({ ...options, ...guard }),
      countStage({ ...options, newCounter }),
    )
    const rejects: string[] = []
    const take = (message: CountOut) => {
      if (message.type === 'reject') rejects.push(`${message.detail} ${message.windows}`)
    }
    const frame = (source: number, tsMs: number) => ({ source, tsMs, uid: 'a' })
    for (const source of [0, 1]) stage.push({ type: 'source', source, name: `${source}` }, take)
    stage.push({ type: 'idle', source: 1 }, take)
    stage.push(frameBatch([frame(0, 600_000)]), take)
    const late = [0, 1, 2, 3].map((tsMs) => frame(1, tsMs))
    for (const batch of batches(late, () => cutsHere)) stage.push(batch, take)
    return rejects
  }
  assert.equal(refused(false).length, 8)
  assert.deepEqual(refused(false), refused(true))
})

test('early panes of many windows come in steps of a thousand, between which outputs keep pace', () => {
  const minutes = calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' })
  const ledger = new Ledger()
  const latenessMs = [0]
  const stage = chain(
    windowStage({
      calendar: minutes,
      maxDelayMs: Infinity,
      maxJumpMs: undefined,
      latenessMs,
      showsRaw: false,
      ledger,
    }),
    countStage({ calendar: minutes, latenessMs, newCounter, earlyMs: 1000, ledger }),
  )
  let shown: number[] = []
  const take = (message: CountOut) => {
    if (message.type === 'result') shown.push(message.line.start)
  }
  const tick = (nowMs: number) => {
    const sizes: number[] = []
    for (const _ of stage.tick!(nowMs, take) ?? []) sizes.push(shown.length)
    return [...sizes, shown.length]
  }
  const starts = Array.from({ length: 2500 }, (_, i) => (i + 1) * 60)
  stage.push(
    frameBatch(starts.map((start) => ({ uid: 'ann', tsMs: start * 1000, source: 0 }))),
    take,
  )
  assert.deepEqual(tick(0), [0])
  assert.deepEqual(tick(1000), [1000, 2000, 2500])
  assert.deepEqual(shown, starts)
  shown = []
  assert.deepEqual(tick(2000), [0], 'nothing has changed')
})
