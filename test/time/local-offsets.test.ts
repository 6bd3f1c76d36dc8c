/** Local times to UTC, by trying every instant. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localOffsets, spanOf } from '../../src/time/local-offsets.ts'
import { loadZone } from '../../src/time/zone.ts'

const quarterMs = 900_000

for (
  const name of [
    'Europe/Zurich',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Apia',
    'America/Caracas',
    'Asia/Kathmandu',
    'UTC',
  ]
) {
  test(`a local time of ${name} is its first instant, and a skipped one goes on from before`, async () => {
    const zone = await loadZone(name)
    const offsets = localOffsets(zone)
    for (const year of [1970, 1986, 2011, 2016, 2023, 2087, 2400, 9998]) {
      const first = new Map<number, number>()
      const [from, until] = [Date.UTC(year, 0, 1) - 86_400_000, Date.UTC(year + 1, 0, 3)]
      for (let ms = from; ms < until; ms += quarterMs) {
        const local = ms + zone.offsetMsAt(ms)
        if (!first.has(local)) first.set(local, ms)
      }
      let before = zone.offsetMsAt(from)
      const start = Date.UTC(year, 0, 1)
      for (let local = start; local < start + 365 * 86_400_000; local += quarterMs) {
        const ms = first.get(local)
        if (ms !== undefined) before = local - ms
        const { fromMs, untilMs, offsetMs } = spanOf(offsets, local)
        assert.equal(offsetMs, before, `${new Date(local).toISOString().slice(0, -1)}`)
        assert.ok(local >= fromMs && local < untilMs)
      }
    }
  })
}
