import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { calendar, type WindowKind } from '../../src/time/calendar.ts'
import { SpanCache } from '../../src/time/span-cache.ts'
import { loadZone } from '../../src/time/zone.ts'
import { seed, seedHint } from '../support/seed.ts'

const allKinds = ['minute', '15m', 'hour', 'day', 'week', 'month', 'quarter', 'year']

/** Times around the ends of few windows, so that the cache is hit and missed in every way. */
function timeNear(random: Random, { spanAt }: WindowKind, middleMs: number): number {
  const { startMs, endMs } = spanAt(middleMs)
  const edgeMs = pick(random, [startMs, endMs, spanAt(endMs).endMs, 0])
  return edgeMs + pick(random, [-1, 0, 1, below(random, 1000), -below(random, 1000)])
}

for (const name of ['UTC', 'Europe/Zurich', 'Australia/Lord_Howe']) {
  test(`${name}: the window found through the cache is the calendar's own`, async () => {
    const random = seededRandom(seed)
    const { kinds } = calendar({
      windows: allKinds,
      zone: await loadZone(name),
      weekStart: 'sunday',
    })
    for (const kind of kinds) {
      const cache = new SpanCache(kind)
      for (let i = 0; i < 2000; i++) {
        const tsMs = timeNear(random, kind, pick(random, [0, Date.UTC(2016, 9, 30)]))
        assert.deepEqual(cache.at(tsMs), kind.spanAt(tsMs), `${kind.name} ${tsMs}; ${seedHint}`)
      }
    }
  })
}

test('times that alternate between two windows ask the calendar once for each', async () => {
  const [minute] = calendar({
    windows: ['minute'],
    zone: await loadZone('UTC'),
    weekStart: 'monday',
  }).kinds
  let asked = 0
  const cache = new SpanCache({
    ...minute!,
    spanAt(tsMs) {
      asked++
      return minute!.spanAt(tsMs)
    },
  })
  for (let i = 0; i < 100; i++) cache.at(600_000 + (i % 2 === 0 ? -1 : 1))
  assert.equal(asked, 2)
})
