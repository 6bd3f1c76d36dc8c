/**
 * The zone data against that of the runtime (ICU's, another build of the same database). Only times
 * up to 2025 and zones whose history is settled: newer rules differ with the age of the runtime.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UcError } from '../../src/errors.ts'
import { loadZone, utc, type Zone } from '../../src/time/zone.ts'

const dayMs = 86_400_000
const settledMs = Date.UTC(2025, 0)

const zones = [
  'Africa/Cairo', // changes at 24:00 local time
  'Africa/Casablanca', // goes back for Ramadan
  'America/Caracas', // -04:30 from 2007 to 2016
  'America/New_York',
  'America/Sao_Paulo', // changed at midnight
  'America/St_Johns', // changed at 00:01
  'Antarctica/Troll', // moves by two hours
  'Asia/Kathmandu', // +05:30 until 1986, then +05:45
  'Asia/Pyongyang', // +08:30 from 2015 to 2018
  'Australia/Lord_Howe', // moves by half an hour
  'Europe/Istanbul', // kept summer time in 2016
  'Europe/London',
  'Europe/Zurich',
  'Pacific/Apia', // skipped 2011-12-30
  'Pacific/Kwajalein', // skipped 1993-08-21
]

/** The runtime's offset; its format is "7/11/2016, GMT+02:00". */
function runtimeOffset(name: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  return (utcMs) => {
    const [, sign, hours, minutes, seconds] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(utcMs)) ?? []
    const offsetMs =
      (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000
    return sign === '-' ? -offsetMs : offsetMs
  }
}

function changes(zone: Zone, fromMs: number, untilMs: number): number[] {
  const found: number[] = []
  let atMs = zone.nextTransitionMs(fromMs)
  while (atMs !== undefined && atMs < untilMs) {
    found.push(atMs)
    atMs = zone.nextTransitionMs(atMs)
  }
  return found
}

for (const name of zones) {
  test(`${name} has the runtime's offset on every day and beside every change`, async () => {
    const zone = await loadZone(name)
    const offsetMsAt = runtimeOffset(name)
    const times = changes(zone, 0, settledMs).flatMap((atMs) => [atMs - 1000, atMs])
    for (let dayStartMs = 0; dayStartMs < settledMs; dayStartMs += dayMs) times.push(dayStartMs)
    for (const utcMs of times) {
      assert.equal(zone.offsetMsAt(utcMs), offsetMsAt(utcMs), new Date(utcMs).toISOString())
    }
  })

  test(`${name} tells each change, and the offset is constant between them`, async () => {
    const zone = await loadZone(name)
    const times = [0, ...changes(zone, 0, settledMs), settledMs]
    for (const [i, untilMs] of times.slice(1).entries()) {
      const fromMs = times[i] ?? 0
      for (let utcMs = fromMs; utcMs < untilMs; utcMs += dayMs / 4) {
        assert.equal(zone.offsetMsAt(utcMs), zone.offsetMsAt(fromMs), new Date(utcMs).toISOString())
      }
      if (untilMs === settledMs) continue
      assert.equal(zone.nextTransitionMs(untilMs - 1), untilMs)
      assert.notEqual(zone.offsetMsAt(untilMs), zone.offsetMsAt(fromMs))
    }
  })
}

test('offsets have seconds where the zone had them', async () => {
  const monrovia = await loadZone('Africa/Monrovia')
  const changeMs = Date.parse('1972-01-07T00:44:30Z')
  assert.equal(monrovia.offsetMsAt(changeMs - 1), -(44 * 60 + 30) * 1000)
  assert.equal(monrovia.offsetMsAt(changeMs), 0)
  assert.equal(monrovia.nextTransitionMs(0), changeMs)
  assert.equal(monrovia.nextTransitionMs(changeMs), undefined)
})

for (const year of [2037, 2038, 2087, 2450, 2497, 2498, 2499, 2500, 2897, 2898, 5000, 9999]) {
  test(`Zurich has summer time between the last Sundays of March and October ${year}`, async () => {
    const zurich = await loadZone('Europe/Zurich')
    const lastSunday = (month: number) => {
      const last = new Date(Date.UTC(year, month + 1, 0))
      return Date.UTC(year, month, last.getUTCDate() - last.getUTCDay(), 1)
    }
    const [summerMs, winterMs] = [lastSunday(2), lastSunday(9)]
    assert.deepEqual(changes(zurich, Date.UTC(year, 0), Date.UTC(year + 1, 0)), [
      summerMs,
      winterMs,
    ])
    assert.equal(zurich.offsetMsAt(summerMs), 7_200_000)
    assert.equal(zurich.offsetMsAt(winterMs), 3_600_000)
  })
}

test('the changes come one after the other where the table ends', async () => {
  const sydney = await loadZone('Australia/Sydney')
  const found = changes(sydney, Date.UTC(2490, 0), Date.UTC(2510, 0))
  assert.equal(found.length, 40)
  for (const atMs of found) {
    const movedMs = Math.abs(sydney.offsetMsAt(atMs) - sydney.offsetMsAt(atMs - 1))
    assert.equal(movedMs, 3_600_000, new Date(atMs).toISOString())
  }
})

test('UTC is the same object by each of its names', async () => {
  for (const name of ['UTC', 'utc', 'Etc/UTC']) assert.equal(await loadZone(name), utc)
})

test('a name matches in any case and is given as the database writes it', async () => {
  assert.equal((await loadZone('europe/zurich')).name, 'Europe/Zurich')
  assert.equal((await loadZone('US/Pacific')).name, 'US/Pacific')
})

for (
  const [name, advice] of [
    ['Europe/Zurch', 'did you mean Europe/Zurich?'],
    ['Zurich', 'did you mean Europe/Zurich?'],
    ['Asia/Tokio', 'did you mean Asia/Tokyo?'],
    ['amercia/new_york', 'did you mean America/New_York?'],
    ['europe-zurich', 'did you mean Europe/Zurich?'],
    ['Europe/Germany', 'expected a name such as Europe/Zurich or UTC'],
    ['Geneva', 'expected a name such as Europe/Zurich or UTC'], // not Mexico/General
    ['CEST', 'expected a name such as Europe/Zurich or UTC'], // neither CET nor EST
    ['GMT+1', 'expected a name such as Europe/Zurich or UTC'], // Etc/GMT+1 is behind UTC
    ['America/New York', 'did you mean America/New_York?'],
    ['+02:00', 'expected a name such as Europe/Zurich or UTC'],
    ['constructor', 'expected a name such as Europe/Zurich or UTC'],
    ['', 'expected a name such as Europe/Zurich or UTC'],
  ] as const
) {
  test(`unknown zone ${JSON.stringify(name)}: ${advice}`, async () => {
    const expected = new UcError('usage', `unknown time zone ${JSON.stringify(name)}; ${advice}`)
    await assert.rejects(loadZone(name), expected)
  })
}
