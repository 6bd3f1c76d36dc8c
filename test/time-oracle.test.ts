/**
 * The oracle of the rules of time itself: examples worked by hand, and what must hold for any stream.
 * Times in examples are seconds since 2016-07-11T13:00:00Z; a frame is `ts uid` or `ts uid source`,
 * `*9` says it nine times.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/generate/random.ts'
import { calendar } from '../src/time/calendar.ts'
import { parseDuration } from '../src/time/duration.ts'
import { loadZone, utc } from '../src/time/zone.ts'
import { seed, seedHint } from './support/seed.ts'
import { smallestFailing } from './support/streams-minimise.ts'
import { interleaved, randomTimedStream, streamText } from './support/streams-time.ts'
import {
  type OracleOptions,
  type TimedFrame,
  timeOracle,
  type Verdict,
} from './support/time-oracle.ts'

const base = 1468242000

function framesOf(text: string): TimedFrame[] {
  return text.split(',').flatMap((part) => {
    const [frame = '', times = '1'] = part.trim().split('*')
    const [ts, uid = '', source = '0'] = frame.trim().split(' ')
    const tsMs = Math.round((base + Number(ts)) * 1000)
    return Array<TimedFrame>(Number(times)).fill({ source: Number(source), tsMs, uid })
  })
}

interface Setup {
  /** Kinds and their lateness: `minute=1h day=0s`. */
  readonly windows: string
  readonly maxJump?: string
}

function optionsOf({ windows, maxJump }: Setup): OracleOptions {
  const lateness = new Map(windows.split(' ').map((pair) => pair.split('=') as [string, string]))
  const used = calendar({ windows: [...lateness.keys()], zone: utc, weekStart: 'monday' })
  return {
    calendar: used,
    maxDelayMs: 5000,
    latenessMs: used.kinds.map(({ name }) => parseDuration(lateness.get(name) ?? '')),
    maxJumpMs: maxJump === undefined ? undefined : parseDuration(maxJump),
  }
}

/** Lines as `minute 60: 2 users, 3 frames, on-time 0`. */
function linesOf(setup: Setup, text: string): string[] {
  return timeOracle(framesOf(text), optionsOf(setup)).lines.map((line) =>
    `${line.window} ${line.start - base}: ${line.users} users, ${line.frames} frames, ` +
    `${line.pane} ${line.revision}`
  )
}

/** One letter per frame: quarantined, counted in all kinds, expired in all, partly expired. */
function fates(setup: Setup, text: string): string {
  const fateOf = (verdict: Verdict) => {
    if (verdict === 'quarantined') return 'q'
    if (!verdict.includes('expired')) return 'c'
    return verdict.includes('counted') ? 'p' : 'e'
  }
  return timeOracle(framesOf(text), optionsOf(setup)).verdicts.map(fateOf).join('')
}

const minute: Setup = { windows: 'minute=1m' }

test('a late frame revises at the next 10 s that the watermark passes', () => {
  // Watermarks: 61 closes the minute; 69 is not yet 70; 71 is. The frame at 20 is due at 80.
  const text = '0 a, 66 b, 30 c, 30 c, 74 d, 76 d, 20 a'
  assert.deepEqual(linesOf(minute, text), [
    'minute 0: 1 users, 1 frames, on-time 0',
    'minute 0: 2 users, 3 frames, late 1',
    'minute 0: 2 users, 4 frames, late 2',
    'minute 60: 2 users, 3 frames, on-time 0',
  ])
})

test('a watermark that stands on a multiple of 10 s has passed it', () => {
  // 15s 60 falls due at 75: behind a revision due at 70, before one due at 80.
  const order = (text: string) => {
    const lines = linesOf({ windows: '15s=0s minute=1m' }, text)
    return lines.filter((line) => /^15s 60|late/.test(line))
  }
  const late = 'minute 0: 2 users, 2 frames, late 1'
  const before = order('0 a, 65 a, 74.999 a, 30 b') // watermark 69.999
  assert.deepEqual(before, [late, '15s 60: 1 users, 2 frames, on-time 0'])
  const after = order('0 a, 65 a, 75 a, 30 b') // watermark 70
  assert.deepEqual(after, ['15s 60: 1 users, 1 frames, on-time 0', late])
})

test('a revision falls due at end + lateness when that comes before the next 10 s', () => {
  // Watermark 72 when the frame at 30 comes: due at 74, not at 80, so before 15s 60 (due at 75).
  assert.deepEqual(linesOf({ windows: '15s=0s minute=14s' }, '0 a, 74 a, 77 a, 30 a'), [
    '15s 0: 1 users, 1 frames, on-time 0',
    'minute 0: 1 users, 1 frames, on-time 0',
    'minute 0: 1 users, 2 frames, late 1',
    '15s 60: 1 users, 1 frames, on-time 0',
    '15s 75: 1 users, 1 frames, on-time 0',
    'minute 60: 1 users, 2 frames, on-time 0',
  ])
})

test('a window that only late frames reached begins with revision 1', () => {
  assert.deepEqual(linesOf(minute, '66 a, 30 b, 76 a, 30 b'), [
    'minute 0: 1 users, 1 frames, late 1',
    'minute 0: 1 users, 2 frames, late 2',
    'minute 60: 1 users, 2 frames, on-time 0',
  ])
})

test('a window is closed when the watermark reaches its end', () => {
  assert.equal(fates({ windows: 'minute=0s' }, '0 a, 64.999 a, 30 b'), 'ccc')
  assert.equal(fates({ windows: 'minute=0s' }, '0 a, 65 a, 30 b'), 'cce')
})

test('a frame is expired from end + lateness on, kind by kind', () => {
  assert.equal(fates(minute, '0 a, 124.999 a, 30 b'), 'ccc')
  assert.equal(fates(minute, '0 a, 125 a, 30 b'), 'cce')
  const both: Setup = { windows: 'minute=1m hour=0s' }
  assert.equal(fates(both, '0 a, 125 a, 30 b'), 'ccp')
  const { counts } = timeOracle(framesOf('0 a, 125 a, 30 b'), optionsOf(both))
  assert.deepEqual(counts, {
    frames: 3,
    accepted: 3,
    quarantined: 0,
    windows: { minute: { counted: 2, expired: 1 }, hour: { counted: 3, expired: 0 } },
  })
})

test('lines that fall due together come by end, then from fine to coarse', () => {
  assert.deepEqual(linesOf({ windows: 'hour=1h minute=1h' }, '3500 a, 3596 b, 3500 c'), [
    'minute 3480: 1 users, 1 frames, on-time 0',
    'minute 3480: 2 users, 2 frames, late 1', // due at 3600, like the next two
    'minute 3540: 1 users, 1 frames, on-time 0',
    'hour 0: 3 users, 3 frames, on-time 0',
  ])
})

test('a frame that is late for its own source revises, also where another source is behind', () => {
  const lines = [
    'minute 0: 2 users, 2 frames, on-time 0',
    'minute 0: 3 users, 3 frames, late 1',
    'minute 60: 2 users, 2 frames, on-time 0',
  ]
  assert.deepEqual(linesOf(minute, '0 a 0, 66 a 0, 30 c 0, 0 b 1, 66 b 1'), lines)
  assert.deepEqual(linesOf(minute, '0 a 0, 66 a 0, 0 b 1, 66 b 1, 30 c 0'), lines)
})

test('late frames of several sources with one due time are one line', () => {
  assert.deepEqual(linesOf(minute, '0 a 0, 66 a 0, 30 c 0, 0 b 1, 67 b 1, 31 d 1'), [
    'minute 0: 2 users, 2 frames, on-time 0',
    'minute 0: 4 users, 4 frames, late 1',
    'minute 60: 2 users, 2 frames, on-time 0',
  ])
})

test('a line has the fields of its kind and zone', async () => {
  const zone = await loadZone('Europe/Zurich')
  const week = calendar({ windows: ['week'], zone, weekStart: 'sunday' })
  const options = { ...optionsOf(minute), calendar: week, latenessMs: [0] }
  assert.deepEqual(timeOracle(framesOf('0 a'), options).lines, [{
    window: 'week',
    start: 1468101600,
    end: 1468706400,
    time: '2016-07-10T00:00:00+02:00',
    tz: 'Europe/Zurich',
    weekStart: 'sunday',
    users: 1,
    low: 1,
    high: 1,
    method: 'exact',
    error: 0,
    frames: 1,
    pane: 'on-time',
    revision: 0,
  }])
})

const guarded: Setup = { windows: 'minute=0s', maxJump: '1h' }

/** What is expired shows what was trusted: with no lateness a closed minute takes nothing. */
for (
  const [name, text, expected] of [
    ['what the next frame does not confirm is not trusted', '600 b, 1 c, 2 d', 'ccc'],
    ['what was not confirmed is forgotten', '600 b, 1 c, 601 d, 2 e', 'cccc'],
    ['the next frame may be --max-delay below what it confirms', '600 b, 595 c, 2 d', 'cce'],
    ['a frame further below confirms nothing', '600 b, 594.999 c, 2 d', 'ccc'],
    ['a frame that confirms nothing waits itself', '600 b, 300 c, 301 d, 2 e', 'ccce'],
    ['a frame that confirms waits itself', '600 b, 700 c, 701 d, 610 e', 'ccce'],
    ['what a confirming frame waits for may fail', '600 b, 700 c, 605 d, 610 e', 'cccc'],
    ['a held frame neither confirms nor forgets', '600 b, 9000 x, 601 c, 2 d', 'cqce'],
    ['--max-delay ahead is trusted at once', '5 b, 3605 c, 6 a*9', 'cc' + 'c'.repeat(9)],
    ['further than --max-jump is held', '5 b, 3605.001 c, 5 a*9', 'cq' + 'c'.repeat(9)],
    ['what is held cannot be confirmed on the way', '3000 b, 6000 c, 2 d*9', 'cq' + 'c'.repeat(9)],

    ['nine votes against refuse', '9000 x*8, 0 a*9, 9000 x', 'q'.repeat(8) + 'c'.repeat(10)],
    ['nine held win', '9000 x*8, 0 a*8, 9000 x, 0 a', 'c'.repeat(17) + 'e'],
    ['at the end one held frame wins against none', '9000 x', 'c'],
    ['at the end a tie refuses', '9000 x, 0 a', 'qc'],
    [
      'a lone smaller time among nine held is not lost',
      '9000 y, 90000 x*8, 1 b',
      'ccccccccce',
    ],
    ['held times --max-jump apart believe each other', '9000 y, 12600 x, 90000 z*7', 'c'.repeat(9)],
    ['a lone larger time is held again', '900000 y, 90000 x*8, 90001 b', 'q' + 'c'.repeat(9)],
    [
      'nine times far apart are believed one by one',
      '10000 x, 20000 x, 30000 x, 40000 x, 50000 x, 60000 x, 70000 x, 80000 x, 90000 x',
      'c'.repeat(9),
    ],
    ['what wins is not late by its own jump', '90070 x*2, 90000 y, 90070 x*6', 'ccccccccc'],
    ['what is held counts when time comes near', '4000 x, 3000 b*2, 0 a*9', 'ccc' + 'e'.repeat(9)],
    ['time that comes near goes before the ninth word', '3605 x, 0 a*8, 5 b', 'c'.repeat(10)],
    ['a late frame does not forget what waits', '600 b, 700 c, 1 d, 700 e, 620 f', 'ccece'],
    ['late frames do not speak', '600 b*2, 9000 x, 1 a*9', 'ccc' + 'e'.repeat(9)],
    [
      'what is held further down refuses what is above',
      '90000 x, 10000 b, 20000 c, 30000 d, ' +
      '40000 e, 50000 f, 60000 g, 70000 h, 80000 i, 81000 i',
      'q' + 'c'.repeat(9),
    ],
    [
      'words count against the lowest that is not reached',
      '10000 x, 20000 y, 0 a*8',
      'qq' + 'c'.repeat(8),
    ],
    [
      'words against a refused one hold against the next',
      '20000 y, 10000 x, 0 a*9',
      'qq' + 'c'.repeat(9),
    ],
    [
      'words from before a frame hold not against it',
      '10000 x, 0 a*8, 20000 y, 0 a, 1 b*7, 20001 y*8',
      'q' + 'c'.repeat(8) + 'c' + 'c'.repeat(8) + 'c'.repeat(8),
    ],
  ] as const
) {
  test(`wrong clocks: ${name}`, () => {
    assert.equal(fates(guarded, `0 a*9, ${text}`), 'c'.repeat(9) + expected)
  })
}

for (
  const [name, text, expected] of [
    ['one frame is enough when the input ends', '0 a', 'c'],
    ['a first frame of the year 2024 is refused', '250000000 x, 0 a*9', 'qccccccccc'],
    ['a first frame of 1970 is expired', `-${base} x, 0 a*9`, 'eccccccccc'],
    ['at the end the largest group decides', '36000 x, 0 a*2', 'qcc'],
    ['among equal groups the earlier begins', '36000 x, 0 a', 'qc'],
    [
      'nine decide',
      '2400 b, 2000 b, 1600 b, 1200 b, 800 b, 400 b, 300 b, 200 b, 100 b, 0 c',
      'c'.repeat(9) + 'e',
    ],
    ['eight do not', '100000 b*8, 0 a*9', 'q'.repeat(8) + 'c'.repeat(9)],
    ['a group may be --max-jump wide', '0 a, 3600 b*8', 'c'.repeat(9)],
    ['17 decide without nine in a group', '0 a*7, 100000 b*7, 50000 c*3, 100000 b', 'c'.repeat(18)],
    [
      'a lone time among 17 is not lost',
      '0 a*8, 50000 c, 100000 b*8',
      'c'.repeat(17),
    ],
    [
      'without nine that agree nothing is lost',
      '0 a*7, 100000 b*7, 50000 c*2, 100000 b',
      'c'.repeat(17),
    ],
  ] as const
) {
  test(`cold start: ${name}`, () => assert.equal(fates(guarded, text), expected))
}

test('a stream of one frame a day loses nothing', () => {
  const text = Array.from({ length: 40 }, (_, day) => `${day * 86400} a`).join()
  assert.equal(fates(guarded, text), 'c'.repeat(40))
  assert.ok(linesOf(guarded, text).every((line) => line.endsWith('on-time 0')))
})

test('without a guard every time is trusted', () => {
  assert.equal(fates({ windows: 'minute=0s' }, '0 a, 9000000 x, 1 a'), 'cce')
})

/** A frame every 7 s for seven minutes. */
const steady = Array.from({ length: 60 }, (_, i) => ({
  source: 0,
  tsMs: (base + i * 7) * 1000,
  uid: `user${i % 5}`,
}))

test('one wrong clock beyond max-jump or lateness changes no window, anywhere but at the end', () => {
  const options = optionsOf({ windows: 'minute=1m hour=1h day=1d', maxJump: '1h' })
  const { lines } = timeOracle(steady, options)
  const bits = Array.from({ length: 32 }, (_, bit) => ((base + 200) ^ (1 << bit)) >>> 0)
  const far = [0, 1, 253402300799, base * 100, Math.floor(base / 1000), ...bits]
    .filter((ts) => ts - base > 3600 + 420 || ts - base < -2 * 86400)
  assert.ok(far.length > 20)
  for (const ts of far) {
    for (let place = 0; place < steady.length; place++) {
      const wrong = { source: 0, tsMs: ts * 1000, uid: 'wrong' }
      const found = timeOracle(steady.toSpliced(place, 0, wrong), options)
      assert.deepEqual(found.lines, lines, `ts ${ts} before frame ${place}`)
      const verdict = found.verdicts[place]
      const isRefused = verdict === 'quarantined' || verdict?.every((fate) => fate === 'expired')
      assert.ok(isRefused, `ts ${ts} before frame ${place}: ${verdict}`)
    }
  }
})

test('an outage of two days loses no frame once nine have come', () => {
  for (let place = 9; place <= steady.length; place++) {
    const frames = steady.map((frame, i) => {
      return i < place ? frame : { ...frame, tsMs: frame.tsMs + 2 * 86_400_000 }
    })
    const { verdicts } = timeOracle(frames, optionsOf(guarded))
    assert.deepEqual(new Set(verdicts.flat()), new Set(['counted']), `outage before frame ${place}`)
  }
})

test('random streams: the counts balance, and the last line of a window has all its frames', () => {
  for (let i = 0; i < 500; i++) {
    const stream = randomTimedStream(seededRandom(seed + i))
    const place = `stream ${i}; ${seedHint}\n${streamText(stream)}`
    const { lines, verdicts, counts } = timeOracle(stream.frames, stream.options)
    assert.equal(counts.frames, stream.frames.length, place)
    assert.equal(counts.accepted + counts.quarantined, counts.frames, place)
    assert.ok(stream.frames.every((_, i) => verdicts[i] !== undefined), place)
    const ofAll = lines.filter(({ by }) => by === undefined)
    const last = new Map(ofAll.map((line) => [`${line.window} ${line.start}`, line]))
    for (const { name, overlap: { count } = { count: 1 } } of stream.options.calendar.kinds) {
      const { counted = NaN, expired = NaN, partly = 0 } = counts.windows[name] ?? {}
      assert.equal(counted + expired, counts.accepted, place)
      const windows = [...last.values()].filter(({ window }) => window === name)
      const frames = windows.reduce((sum, { frames }) => sum + frames, 0)
      assert.ok(frames <= counted * count - partly, place)
      // Of several, those that end behind the last slice are not shown.
      assert.ok(frames >= counted - partly, place)
    }
  }
})

test('random streams: how the sources interleave never matters', () => {
  for (let i = 0; i < 300; i++) {
    const random = seededRandom(seed + i)
    const { frames, options } = randomTimedStream(random)
    const bySource = [0, 1, 2, 3].map((source) => frames.filter((one) => one.source === source))
    const other = interleaved(random, bySource)
    const place = `stream ${i}; ${seedHint}`
    assert.deepEqual(timeOracle(other, options).lines, timeOracle(frames, options).lines, place)
  }
})

test('random streams have all that there is to get wrong', () => {
  const seen = {
    onTime: 0,
    late: 0,
    twice: 0,
    lateOnly: 0,
    expired: 0,
    parted: 0,
    quarantined: 0,
    partly: 0,
  }
  for (let i = 0; i < 1000; i++) {
    const { frames, options } = randomTimedStream(seededRandom(i))
    assert.ok(frames.length >= 5 && frames.length < 300)
    const { lines, verdicts } = timeOracle(frames, options)
    const has = (found: boolean) => found ? 1 : 0
    seen.onTime += has(lines.some(({ pane }) => pane === 'on-time'))
    seen.late += has(lines.some(({ pane }) => pane === 'late'))
    seen.twice += has(lines.some(({ revision }) => revision === 2))
    const firsts = lines.filter(({ revision = 0 }) => revision <= 1)
    const names = firsts.map(({ window, start }) => `${window} ${start}`)
    seen.lateOnly += has(firsts.some(({ revision }, i) => {
      return revision === 1 && names.indexOf(names[i] ?? '') === i
    }))
    seen.expired += has(verdicts.some((verdict) => verdict.includes('expired')))
    seen.parted += has(verdicts.some((one) => one.includes('counted') && one.includes('expired')))
    seen.partly += has(verdicts.some((verdict) => verdict.includes('partly')))
    seen.quarantined += has(verdicts.includes('quarantined'))
  }
  assert.ok(Object.values(seen).every((streams) => streams > 50), JSON.stringify(seen))
})

test('a failing stream is made as small as it goes', () => {
  const frames = Array.from({ length: 100 }, (_, i) => i)
  const found = smallestFailing(frames, (left) => left.includes(17) && left.includes(80))
  assert.deepEqual(found, [17, 80])
})
