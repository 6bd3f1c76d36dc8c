/** What goes to a topic for one partition: panes, behind a mark that says how many partitions there are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniqueCounter } from '../../../src/counter/unique.ts'
import { PartialLines } from '../../../src/kafka/writing/partial-lines.ts'
import { Ledger } from '../../../src/ledger.ts'
import { partialsStage } from '../../../src/stages/partials.ts'
import { calendar } from '../../../src/time/calendar.ts'
import { utc } from '../../../src/time/zone.ts'

function linesOf(nowOf: (() => Promise<number>) | undefined) {
  const stage = partialsStage({
    calendar: calendar({ windows: ['minute'], zone: utc, weekStart: 'monday' }),
    latenessMs: [0],
    newCounter: () => uniqueCounter({ method: 'exact', exactLimit: 0, precision: 14 }),
    isDisjoint: true,
    ledger: new Ledger(),
  })
  let next = 10
  const lines = new PartialLines({
    topic: 'p',
    partitions: 1,
    compression: 'none',
    mostBatchBytes: undefined,
    source: 2,
    name: 'f[2]',
    of: 3,
    nowOf,
    plan: '{}',
    stage,
    next: () => next,
  })
  lines.begin()
  /** A message has told how far the source has come. */
  const come = (watermarkMs: number) => {
    next += 5
    stage.push({ type: 'watermark', source: 2, watermarkMs }, () => {})
  }
  return { lines, come }
}

const valuesOf = async (lines: PartialLines) => {
  return (await lines.take()).flatMap(({ messages }) => messages.map(({ value }) => value))
}

test('how many partitions there are is asked when all is gathered, and what comes then waits', async () => {
  let answer = (_: number) => {}
  const { lines, come } = linesOf(() => new Promise((resolve) => answer = resolve))
  come(60_000)
  lines.gather()
  const first = valuesOf(lines)
  assert.equal(lines.waiting, 0)
  come(120_000)
  lines.gather()
  assert.equal(lines.waiting, 2)
  answer(4)
  assert.deepEqual(await first, [
    '{"partials":1,"source":2,"name":"f[2]","of":4,"from":10,"next":15,"plan":{}}',
    '{"partials":1,"source":2,"watermark":60}',
  ])
  const second = valuesOf(lines)
  answer(5)
  assert.deepEqual(await second, [
    '{"partials":1,"source":2,"name":"f[2]","of":5,"from":15,"next":20,"plan":{}}',
    '{"partials":1,"source":2,"watermark":120}',
  ])
})

test('where it may change, the number is that of the start', async () => {
  const { lines, come } = linesOf(undefined)
  come(60_000)
  lines.gather()
  assert.match((await valuesOf(lines))[0] as string, /"of":3,/)
})
