/**
 * Windows against a brute force that knows nothing of offsets: it steps through time, asks the
 * runtime (Intl) for the local date and clock, and notes where a window must begin.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Calendar,
  calendar,
  type Span,
  type WeekDay,
  weekDays,
} from '../../src/time/calendar.ts'
import { loadZone, utc, type Zone } from '../../src/time/zone.ts'

const allKinds = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', '15m', '1d', '7s']
const dateKinds = ['day', 'week', 'month', 'quarter', 'year'] as const
const minuteMs = 60_000
const dayMs = 86_400_000

function make(zone: Zone, windows: readonly string[] = allKinds, weekStart: WeekDay = 'monday') {
  return calendar({ windows, zone, weekStart })
}

function spanOf(from: Calendar, kind: string, time: string | number): Span {
  const found = from.kinds.find(({ name }) => name === kind)
  assert.ok(found, kind)
  return found.spanAt(typeof time === 'number' ? time : Date.parse(time))
}

const iso = (ms: number) => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, 'Z')
const shown = ({ startMs, endMs }: Span) => `${iso(startMs)} ${iso(endMs)}`

interface Local {
  readonly date: string
  readonly minute: number
}

/** What a calendar on the wall and a clock beside it show. */
function runtimeClock(zone: Zone): (utcMs: number) => Local {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone.name,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (utcMs) => {
    const [, month, day, year, minute] =
      /^(\d\d)\/(\d\d)\/(\d{4}), \d\d:(\d\d)$/.exec(format.format(utcMs)) ?? []
    return { date: `${year}-${month}-${day}`, minute: Number(minute) }
  }
}

/** A text per window that grows with time. */
function keyOf(kind: (typeof dateKinds)[number], date: string, weekStart: WeekDay): string {
  const [year, month] = date.split('-')
  switch (kind) {
    case 'day':
      return date
    case 'week': {
      let dayStartMs = Date.parse(date)
      const name = (ms: number) =>
        new Date(ms).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' }).toLowerCase()
      while (name(dayStartMs) !== weekStart) dayStartMs -= dayMs
      return new Date(dayStartMs).toISOString()
    }
    case 'month':
      return `${year}-${month}`
    case 'quarter':
      return `${year}-${Math.ceil(Number(month) / 3)}`
    case 'year':
      return String(year)
  }
}

const zoneNames = [
  'UTC',
  'Africa/Cairo',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Europe/Zurich',
  'Pacific/Apia',
  'Pacific/Kwajalein',
]

/** Days around which something happens to the clock. */
const events: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Zurich', '2016-03-27'],
  ['Europe/Zurich', '2016-10-30'],
  ['America/Sao_Paulo', '2017-10-15'], // 00:00 -> 01:00: the day begins at 01:00
  ['America/Sao_Paulo', '2018-02-18'], // 00:00 -> 23:00
  ['America/St_Johns', '2009-03-08'],
  ['America/St_Johns', '2009-11-01'], // 00:01 -> 23:01
  ['Australia/Lord_Howe', '2016-04-03'], // 02:00 -> 01:30
  ['Australia/Lord_Howe', '2016-10-02'], // 02:00 -> 02:30
  ['Pacific/Apia', '2011-12-30'], // skipped
  ['Pacific/Kwajalein', '1993-08-21'], // skipped
  ['Asia/Kathmandu', '1986-01-01'], // +05:30 -> +05:45 at midnight
  ['Asia/Pyongyang', '2015-08-14'], // +09:00 -> +08:30 at midnight
  ['Africa/Cairo', '2010-08-11'], // 00:00 -> 23:00 for Ramadan
  ['Antarctica/Troll', '2016-03-27'], // moves by two hours
  ['America/Caracas', '2007-12-09'], // -04:00 -> -04:30
]

for (const [name, day] of events) {
  test(`${name} around ${day}: hours begin as the local clock shows`, async () => {
    const zone = await loadZone(name)
    const clock = runtimeClock(zone)
    const windows = make(zone)
    const middleMs = Date.parse(day)
    let startMs: number | undefined
    let before = clock(middleMs - 2 * dayMs - minuteMs)
    for (let utcMs = middleMs - 2 * dayMs; utcMs < middleMs + 2 * dayMs; utcMs += minuteMs) {
      const now = clock(utcMs)
      if (now.minute === 0 || (now.minute - before.minute + 60) % 60 !== 1) startMs = utcMs
      before = now
      if (startMs === undefined) continue
      const span = spanOf(windows, 'hour', utcMs)
      assert.equal(iso(span.startMs), iso(startMs), `the hour of ${iso(utcMs)}`)
    }
  })

  test(`${name} around ${day}: the date never goes back to a day that is over`, async () => {
    const zone = await loadZone(name)
    const clock = runtimeClock(zone)
    const windows = make(zone)
    const middleMs = Date.parse(day)
    let last = ''
    let startMs: number | undefined
    for (let utcMs = middleMs - 3 * dayMs; utcMs < middleMs + 3 * dayMs; utcMs += minuteMs) {
      const { date } = clock(utcMs)
      if (date > last) {
        startMs = last === '' ? undefined : utcMs
        last = date
      }
      if (startMs === undefined) continue
      const span = spanOf(windows, 'day', utcMs)
      assert.equal(iso(span.startMs), iso(startMs), `the day of ${iso(utcMs)}`)
    }
  })
}

for (const [i, name] of zoneNames.entries()) {
  const weekStart = weekDays[i % 7] ?? 'monday'
  test(`${name}: days to years of 1995 to 1997, weeks from ${weekStart}, begin where the date does`, async () => {
    const zone = await loadZone(name)
    const clock = runtimeClock(zone)
    const windows = make(zone, dateKinds, weekStart)
    const last: Record<string, string> = {}
    const startMs: Record<string, number | undefined> = {}
    let date = ''
    const untilMs = Date.UTC(1997, 6)
    for (let utcMs = Date.UTC(1995, 6); utcMs < untilMs; utcMs += 15 * minuteMs) {
      const now = clock(utcMs)
      if (now.date === date) continue
      date = now.date
      for (const kind of dateKinds) {
        const key = keyOf(kind, date, weekStart)
        if (last[kind] !== undefined && key > last[kind]) {
          const endMs = startMs[kind]
          if (endMs !== undefined) {
            assert.equal(
              shown(spanOf(windows, kind, utcMs - 1)),
              `${iso(endMs)} ${iso(utcMs)}`,
              kind,
            )
          }
          startMs[kind] = utcMs
        }
        if (last[kind] === undefined || key > last[kind]) last[kind] = key
      }
    }
  })
}

const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

test('windows of a kind are a partition of time, in every zone, to the end of 9999', async () => {
  const zones = await Promise.all([...zoneNames, 'Africa/Monrovia', 'Asia/Gaza'].map(loadZone))
  const instant = fc.oneof(
    fc.integer({ min: 0, max: lastMs }).map((utcMs) => () => utcMs),
    fc // close to a change
      .tuple(fc.integer({ min: 0, max: lastMs }), fc.integer({ min: -2, max: 2 }))
      .chain(([fromMs, days]) =>
        fc.constantFrom(0, 1, 30_000, 3_599_999, 3_600_000).map((ms) => (zone: Zone) =>
          Math.max(0, (zone.nextTransitionMs(fromMs) ?? fromMs) + days * dayMs / 2 - ms)
        )
      ),
    fc.integer({ min: 0, max: Date.UTC(1973, 0) }).map((utcMs) => () => utcMs),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...allKinds),
      fc.constantFrom(...weekDays),
      instant,
      (zone, kind, weekStart, at) => {
        const windows = make(zone, [kind], weekStart)
        const utcMs = Math.min(lastMs, at(zone))
        const span = spanOf(windows, kind, utcMs)
        const place = `${zone.name} ${kind} at ${iso(utcMs)}: ${shown(span)}`
        assert.ok(span.startMs <= utcMs && utcMs < span.endMs, place)
        assert.deepEqual(spanOf(windows, kind, span.startMs), span, place)
        assert.deepEqual(spanOf(windows, kind, span.endMs - 1), span, place)
        assert.equal(spanOf(windows, kind, span.endMs).startMs, span.endMs, place)
        assert.equal(spanOf(windows, kind, span.startMs - 1).endMs, span.startMs, place)
      },
    ),
    { numRuns: 20_000 },
  )
})

const cases: readonly (readonly [zone: string, kind: string, time: string, span: string])[] = [
  ['UTC', 'minute', '2016-07-11T13:39:59.999Z', '2016-07-11T13:39Z 2016-07-11T13:40Z'],
  ['UTC', '15m', '2016-07-11T13:39:00Z', '2016-07-11T13:30Z 2016-07-11T13:45Z'],
  ['UTC', 'hour', '2016-07-11T13:39:00Z', '2016-07-11T13:00Z 2016-07-11T14:00Z'],
  ['UTC', 'day', '2016-07-11T13:39:00Z', '2016-07-11T00:00Z 2016-07-12T00:00Z'],
  ['UTC', 'week', '2016-07-11T13:39:00Z', '2016-07-11T00:00Z 2016-07-18T00:00Z'],
  ['UTC', 'week', '1970-01-01T00:00:00Z', '1969-12-29T00:00Z 1970-01-05T00:00Z'],
  ['UTC', 'month', '2016-02-29T23:59:59Z', '2016-02-01T00:00Z 2016-03-01T00:00Z'],
  ['UTC', 'month', '2100-02-28T23:59:59Z', '2100-02-01T00:00Z 2100-03-01T00:00Z'],
  ['UTC', 'quarter', '2016-07-11T13:39:00Z', '2016-07-01T00:00Z 2016-10-01T00:00Z'],
  ['UTC', 'year', '2016-12-31T23:59:59Z', '2016-01-01T00:00Z 2017-01-01T00:00Z'],
  ['UTC', 'year', '9999-12-31T23:59:59.999Z', '9999-01-01T00:00Z +010000-01-01T00:00Z'],
  ['America/New_York', 'year', '1970-01-01T00:00:00Z', '1969-01-01T05:00Z 1970-01-01T05:00Z'],
  ['Europe/Zurich', 'day', '9999-07-11T22:00:00Z', '9999-07-11T22:00Z 9999-07-12T22:00Z'],
  // Summer time in Zurich: a day of 23 and one of 25 hours; 02:00 comes twice, as two windows.
  ['Europe/Zurich', 'day', '2016-03-27T12:00:00Z', '2016-03-26T23:00Z 2016-03-27T22:00Z'],
  ['Europe/Zurich', 'day', '2016-10-30T12:00:00Z', '2016-10-29T22:00Z 2016-10-30T23:00Z'],
  ['Europe/Zurich', 'hour', '2016-10-30T00:30:00Z', '2016-10-30T00:00Z 2016-10-30T01:00Z'],
  ['Europe/Zurich', 'hour', '2016-10-30T01:30:00Z', '2016-10-30T01:00Z 2016-10-30T02:00Z'],
  // Midnight does not exist: the day begins at 01:00.
  ['America/Sao_Paulo', 'day', '2017-10-15T12:00:00Z', '2017-10-15T03:00Z 2017-10-16T02:00Z'],
  // 00:01 back to 23:01: the minute after midnight began the day, and what repeats is in it.
  ['America/St_Johns', 'day', '2009-11-01T03:00:00Z', '2009-11-01T02:30Z 2009-11-02T03:30Z'],
  // The clock goes from 02:00 back to 01:30, which ends one hour and begins a short one.
  ['Australia/Lord_Howe', 'hour', '2016-04-02T14:59:00Z', '2016-04-02T14:00Z 2016-04-02T15:00Z'],
  ['Australia/Lord_Howe', 'hour', '2016-04-02T15:00:00Z', '2016-04-02T15:00Z 2016-04-02T15:30Z'],
  ['Australia/Lord_Howe', 'hour', '2016-04-02T15:30:00Z', '2016-04-02T15:30Z 2016-04-02T16:30Z'],
  // Samoa crossed the date line: the 29th is followed by the 31st.
  ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29T10:00Z 2011-12-30T10:00Z'],
  ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-30T10:00Z 2011-12-31T10:00Z'],
  ['Asia/Kolkata', 'hour', '2016-07-11T13:39:00Z', '2016-07-11T13:30Z 2016-07-11T14:30Z'],
  ['Asia/Kathmandu', 'hour', '2016-07-11T13:39:00Z', '2016-07-11T13:15Z 2016-07-11T14:15Z'],
  ['Asia/Kathmandu', 'day', '2016-07-11T13:39:00Z', '2016-07-10T18:15Z 2016-07-11T18:15Z'],
  ['Asia/Kolkata', '15m', '2016-07-11T13:39:00Z', '2016-07-11T13:30Z 2016-07-11T13:45Z'],
]

for (const [name, kind, time, expected] of cases) {
  test(`${name}: the ${kind} of ${time} is ${expected}`, async () => {
    const windows = make(await loadZone(name))
    assert.equal(shown(spanOf(windows, kind, time)), expected)
  })
}

test('an offset that loses its seconds ends the hour', async () => {
  const windows = make(await loadZone('Africa/Monrovia'))
  const spans = ['1972-01-07T00:44:29Z', '1972-01-07T00:44:30Z'].map((time) =>
    shown(spanOf(windows, 'hour', time))
  )
  assert.deepEqual(spans, [
    '1972-01-06T23:44:30Z 1972-01-07T00:44:30Z',
    '1972-01-07T00:44:30Z 1972-01-07T01:00Z',
  ])
})

for (const [i, weekStart] of weekDays.entries()) {
  test(`weeks begin on ${weekStart}`, () => {
    const windows = make(utc, ['week'], weekStart)
    const { startMs, endMs } = spanOf(windows, 'week', '2016-07-17T13:39:00Z') // a Sunday
    assert.equal(iso(startMs), iso(Date.UTC(2016, 6, 11 + i)))
    assert.equal(endMs - startMs, 7 * dayMs)
  })
}

for (
  const [name, time, expected] of [
    ['UTC', '2016-07-11T13:39:00Z', '2016-07-11T13:39:00Z'],
    ['UTC', '2016-07-11T13:39:00.250Z', '2016-07-11T13:39:00.250Z'],
    ['Europe/Zurich', '2016-07-11T13:39:00Z', '2016-07-11T15:39:00+02:00'],
    ['Europe/London', '2016-12-11T13:39:00Z', '2016-12-11T13:39:00+00:00'],
    ['America/St_Johns', '2016-01-11T13:39:00Z', '2016-01-11T10:09:00-03:30'],
    ['Africa/Monrovia', '1970-01-01T00:00:00Z', '1969-12-31T23:15:30-00:44:30'],
  ] as const
) {
  test(`${time} is written ${expected} in ${name}`, async () => {
    assert.equal(make(await loadZone(name)).timeText(Date.parse(time)), expected)
  })
}

test('kinds come from fine to coarse, each once, under one name', () => {
  const asked = [
    'year',
    '900s',
    'day',
    'minute',
    '15m',
    '1h',
    'hour',
    'day',
    'week',
    '24h',
    'month',
  ]
  const names = make(utc, asked).kinds.map(({ name }) => name)
  assert.deepEqual(names, ['minute', '15m', '1h', 'hour', 'day', '1d', 'week', 'month', 'year'])
})

for (
  const [window, message] of [
    ['fortnight', 'expected minute, hour, day, week, month, quarter, year or a length such as 15m'],
    [
      'constructor',
      'expected minute, hour, day, week, month, quarter, year or a length such as 15m',
    ],
    ['0s', 'expected whole seconds, at least 1s'],
    ['1500ms', 'expected whole seconds, at least 1s'],
  ] as const
) {
  test(`window ${window} is refused`, () => {
    assert.throws(() => make(utc, [window]), { message })
  })
}
