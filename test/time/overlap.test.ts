/** Windows that overlap against a list of dates that the runtime's own calendar (Intl) shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calendar, type WindowKind, windowName } from '../../src/time/calendar.ts'
import { type Overlap, rollingName } from '../../src/time/overlap.ts'
import { loadZone, utc, type Zone } from '../../src/time/zone.ts'

const quarterMs = 15 * 60_000
const dayMs = 86_400_000

function kindNamed(name: string, zone: Zone = utc): WindowKind & { readonly overlap: Overlap } {
  const [kind] = calendar({ windows: [name], zone, weekStart: 'monday' }).kinds
  const { overlap } = kind!
  assert.ok(overlap !== undefined, name)
  return { ...kind!, overlap }
}

/** Where each local date begins, as far as dates go on. */
function startsOfDates(zone: Zone, fromMs: number, toMs: number): number[] {
  const format = new Intl.DateTimeFormat('sv', { timeZone: zone.name, dateStyle: 'short' })
  const starts: number[] = []
  let last = format.format(fromMs)
  for (let ms = fromMs; ms < toMs; ms += quarterMs) {
    const date = format.format(ms)
    if (date > last) starts.push(ms)
    if (date > last) last = date
  }
  return starts
}

for (
  const [name, day] of [
    ['UTC', '2016-02-29'],
    ['Europe/Zurich', '2016-03-27'],
    ['Europe/Zurich', '2016-10-30'],
    ['America/Sao_Paulo', '2017-10-15'], // begins at 01:00
    ['America/Sao_Paulo', '2018-02-18'], // 00:00 -> 23:00
    ['Pacific/Apia', '2011-12-30'], // skipped
  ] as const
) {
  test(`${name} around ${day}: the last days are so many dates that there were`, async () => {
    const zone = await loadZone(name)
    const starts = startsOfDates(zone, Date.parse(day) - 12 * dayMs, Date.parse(day) + 12 * dayMs)
    for (const days of [2, 3, 7]) {
      const { overlap, spanAt } = kindNamed(`rolling-${days}d`, zone)
      for (let i = days; i < starts.length - days; i++) {
        const [startMs, endMs] = [starts[i]!, starts[i + 1]!]
        for (const ms of [startMs, endMs - 1]) {
          assert.deepEqual(spanAt(ms), { startMs, endMs })
          assert.deepEqual(overlap.windowTo(ms), { startMs: starts[i - days + 1], endMs })
          assert.deepEqual(overlap.windowFrom(ms), { startMs, endMs: starts[i + days] })
        }
      }
    }
  })
}

test('windows of a length begin at multiples of the step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 253_402_300_799_999 }),
      fc.integer({ min: 2, max: 3600 }),
      fc.integer({ min: 1, max: 90_000 }),
      (ms, count, stepSeconds) => {
        const { overlap, nominalMs } = kindNamed(
          windowName(`${count * stepSeconds}s/${stepSeconds}s`),
        )
        const stepMs = stepSeconds * 1000
        assert.equal(nominalMs, count * stepMs)
        const [from, to] = [overlap.windowFrom(ms), overlap.windowTo(ms)]
        for (const { startMs, endMs } of [from, to]) {
          assert.ok(startMs % stepMs === 0 && endMs - startMs === nominalMs)
          assert.ok(startMs <= ms && ms < endMs)
        }
        assert.ok(from.startMs + stepMs > ms && to.endMs - stepMs <= ms)
      },
    ),
    { numRuns: 100 },
  )
})

test('windows that overlap have one name each', () => {
  assert.equal(windowName('60m/300s'), '1h/5m')
  assert.equal(windowName('24h/1h'), '1d/1h')
  assert.equal(windowName('rolling-48h'), 'rolling-2d')
  assert.equal(rollingName('28d'), 'rolling-28d')
  const steps = 'expected a length that is some whole steps of whole seconds, such as 1h/5m'
  for (const text of ['1h/7m', '5m/5m', '5m/1h', '1h/', '/5m', '1h/0s', '1s/100ms', '1h/5m/1m']) {
    assert.throws(() => windowName(text), { message: steps }, text)
  }
  assert.throws(() => windowName('2h/1s'), {
    message: 'expected a step that goes 3600 times in at most',
  })
  const days = 'expected whole days from 2d to 366d, such as 7d,28d'
  for (const text of ['1d', '36h', '367d', '7', '', '07d', 'week']) {
    assert.throws(() => rollingName(text), { message: days }, text)
    assert.throws(() => windowName(`rolling-${text}`), { message: days }, text)
  }
})

test('a window of some days stands among the others by its length', () => {
  const windows = ['year', 'rolling-28d', 'rolling-7d', 'day', 'month', '1h/5m', 'minute']
  const { kinds } = calendar({ windows, zone: utc, weekStart: 'monday' })
  const names = ['minute', '1h/5m', 'day', 'rolling-7d', 'rolling-28d', 'month', 'year']
  assert.deepEqual(kinds.map(({ name }) => name), names)
})
