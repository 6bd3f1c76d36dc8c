/** A source's clock against the calendar asked by brute force. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { type Calendar, calendar } from '../../src/time/calendar.ts'
import { SourceClock } from '../../src/sources/watermark.ts'
import { loadZone } from '../../src/time/zone.ts'
import { seed, seedHint } from '../support/seed.ts'

const allKinds = ['minute', '7s', '15m', 'hour', 'day', 'week', 'month', 'year']
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Whether a window of some kind ends in (fromMs, toMs]: steps from end to end. */
function endsWithin({ kinds }: Calendar, fromMs: number, toMs: number): boolean {
  return kinds.some(({ spanAt }) => spanAt(fromMs).endMs <= toMs)
}

/** Times that mostly go on a little, sometimes far, sometimes back, and often to a window's end. */
function nextMs(random: Random, nowMs: number, { kinds }: Calendar): number {
  const kind = below(random, 10)
  if (kind < 4) return nowMs + below(random, 2000)
  if (kind < 5) return nowMs - below(random, hourMs)
  if (kind < 7) return pick(random, kinds).spanAt(nowMs).endMs + below(random, 3) - 1
  if (kind < 8) return nowMs + below(random, 40 * 24) * hourMs
  return nowMs + below(random, hourMs)
}

for (
  const [name, day] of [
    ['UTC', '2016-02-28'],
    ['Europe/Zurich', '2016-03-26'],
    ['Europe/Zurich', '2016-10-29'],
    ['Australia/Lord_Howe', '2016-04-02'],
  ] as const
) {
  test(`${name} from ${day}: the watermark is due exactly when it passes a window's end`, async () => {
    const zone = await loadZone(name)
    const random = seededRandom(seed)
    let due = 0
    for (let run = 0; run < 150; run++) {
      const windows = allKinds.filter(() => happens(random, 40)).concat(pick(random, allKinds))
      const kinds = calendar({ windows, zone, weekStart: 'monday' })
      const maxDelayMs = pick(random, [0, 1, 5000, 90_000, hourMs])
      const clock = new SourceClock({
        calendar: kinds,
        maxDelayMs,
        maxJumpMs: undefined,
        latenessMs: kinds.kinds.map(() => 0),
      })
      let tsMs = Date.parse(day) + below(random, 24 * hourMs)
      let largestMs = -Infinity
      for (let i = 0; i < 60; i++) {
        const before = clock.watermarkMs
        clock.confirm(tsMs)
        clock.advance(tsMs)
        const isDue = clock.isDue()
        largestMs = Math.max(largestMs, tsMs)
        const place = `frame ${i} of run ${run}, ${windows.join()}, at ${tsMs}; ${seedHint}`
        assert.equal(clock.watermarkMs, largestMs - maxDelayMs, place)
        assert.ok(clock.watermarkMs >= before, place)
        const expected = before === -Infinity || endsWithin(kinds, before, clock.watermarkMs)
        assert.equal(isDue, expected, place)
        if (isDue) due++
        tsMs = Math.max(0, nextMs(random, tsMs, kinds))
      }
    }
    assert.ok(due > 1000 && due < 8000, `lopsided: ${due} of 9000`)
  })
}
