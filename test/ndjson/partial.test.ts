/** Partial panes as lines: what was written is read, and what is wrong is named. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Estimate } from '../../src/counter/counter.ts'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { imageOf } from '../../src/counter/image.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { partialIn, partialLine, type PartialPane } from '../../src/ndjson/partial.ts'
import { calendar } from '../../src/time/calendar.ts'
import { loadZone } from '../../src/time/zone.ts'
import { seed, seedHint } from '../support/seed.ts'

const windows = calendar({
  windows: ['minute', '15m', 'hour', 'day', 'month'],
  zone: await loadZone('Australia/Lord_Howe'),
  weekStart: 'monday',
})

function randomPane(random: Random): PartialPane {
  const kind = pick(random, windows.kinds)
  const { startMs, endMs } = kind.spanAt(below(random, 2 ** 32) * 1000)
  const users = happens(random, 30)
    ? randomSketch(random)
    : happens(random, 30)
    ? randomEstimate(random)
    : Uint32Array.from({ length: 2 * below(random, 50) }, () => random.next())
  return {
    type: 'partial',
    source: below(random, 1000),
    kind: kind.name,
    startMs,
    frames: below(random, 2 ** 32) * pick(random, [0, 1, 2 ** 20]),
    users,
    ...(happens(random, 30) && { dueMs: endMs + 1 + below(random, 10_000) }),
  }
}

function randomEstimate(random: Random): Estimate {
  const users = below(random, 2 ** 32)
  if (happens(random, 30)) return { users, low: users, high: users, method: 'exact', error: 0 }
  const [low, high] = [below(random, users + 1), users + below(random, 1000)]
  return { users, low, high, method: 'hll', error: below(random, 10_000) / 10_000 }
}

function randomSketch(random: Random): Sketch {
  const sketch = new Sketch(4 + below(random, 8))
  for (let left = below(random, 300); left > 0; left--) sketch.add(random.next(), random.next())
  return sketch
}

/** Sketches by their image. */
function plain(pane: PartialPane | string): unknown {
  if (typeof pane === 'string' || !(pane.users instanceof Sketch)) return pane
  return { ...pane, users: imageOf(pane.users) }
}

test('a pane is read as what was written, and is one line of JSON', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 2000; i++) {
    const pane = randomPane(random)
    const line = partialLine(pane)
    assert.equal(line.indexOf('\n'), line.length - 1)
    assert.equal(JSON.stringify(JSON.parse(line)), line.trimEnd())
    assert.deepEqual(plain(partialIn(line, windows)), plain(pane), `${line}; ${seedHint}`)
  }
})

test('a user is eight bytes, big-endian', () => {
  const hash = newFingerprint()
  fingerprintOfText('12', hash)
  const users = Uint32Array.of(hash.hi, hash.lo)
  const pane = { type: 'partial', source: 3, kind: 'minute', frames: 412, users } as const
  assert.equal(
    partialLine({ ...pane, startMs: 1_468_244_340_000, dueMs: 1_468_244_410_500 }),
    '{"window":"minute","start":1468244340,"source":3,"frames":412,"due":1468244410.5,' +
      '"users":"bJTH6+v3kug="}\n',
  )
})

test('a line that is cut is refused, and one that is damaged is refused or another pane', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 30; i++) {
    const line = partialLine(randomPane(random)).trimEnd()
    for (let at = 0; at < line.length; at++) {
      assert.equal(typeof partialIn(line.slice(0, at), windows), 'string')
      const damaged = line.slice(0, at) + pick(random, [...'0-Z"=}.e']) + line.slice(at + 1)
      const read = partialIn(damaged, windows)
      if (typeof read === 'string') continue
      assert.deepEqual(plain(partialIn(partialLine(read), windows)), plain(read), damaged)
    }
  }
})

const right = {
  window: 'minute',
  start: 1468244340,
  source: 3,
  frames: 412,
  users: 'bJTH6+v3kug=',
}
const counted = { users: 412, low: 412, high: 412, method: 'exact', error: 0 }
const wrong: readonly (readonly [unknown, string])[] = [
  ['', 'not JSON; expected a partial pane'],
  ['[]', 'no JSON object; expected a partial pane'],
  ['null', 'no JSON object; expected a partial pane'],
  ['{}', 'root has no "window"; expected a partial pane'],
  [{ window: 7 }, 'root has no "window"; expected a partial pane'],
  [{ window: 'week' }, 'window "week" is not among minute, 15m, hour, day, month'],
  [{ window: '__proto__' }, 'window "__proto__" is not among minute, 15m, hour, day, month'],
  [{ start: 1468244341 }, '1468244341 is not the start of a minute'],
  [{ start: '1468244340' }, '"start" is no time in unix seconds'],
  [{ start: 1e15 }, '"start" is no time in unix seconds'],
  [{ start: null }, '"start" is no time in unix seconds'],
  [{ source: -1 }, '"source" is no whole number'],
  [{ source: undefined }, '"source" is no whole number'],
  [{ frames: -1 }, '"frames" is no whole number'],
  [{ frames: 0.5 }, '"frames" is no whole number'],
  [{ frames: 2 ** 53 }, '"frames" is no whole number'],
  [{ due: 1468244400 }, '"due" is not behind the end of the minute'],
  [{ due: null }, '"due" is no time in unix seconds'],
  [{ users: undefined }, 'expected either "users" or "sketch"'],
  [{ sketch: '' }, 'expected either "users" or "sketch"'],
  [{ users: 'bJTH6+v3kug' }, '"users" is not base64'],
  [{ users: 'bJTH6+v3kuh=' }, '"users" is not base64'],
  [{ users: 8 }, '"users" is not base64'],
  [{ users: null }, '"users" is not base64'],
  [{ users: 'bJTH6+v3kg==' }, '"users" has 7 bytes; expected 8 each'],
  [
    { users: undefined, sketch: 'bJTH6+v3kug=' },
    '"sketch" is no sketch: family 199; expected 7, HLL',
  ],
  [{ disjoint: counted }, 'expected "disjoint" without "users" and "sketch"'],
  [{ users: undefined, disjoint: 7 }, '"disjoint" is no object'],
  [
    { users: undefined, disjoint: { ...counted, low: 413 } },
    '"disjoint" has no "users" between "low" and "high"',
  ],
  [
    { users: undefined, disjoint: { ...counted, method: 'auto' } },
    '"disjoint" has no "method" exact or hll',
  ],
  [
    { users: undefined, disjoint: { ...counted, error: -1 } },
    '"disjoint" has no "error" of at least 0',
  ],
  [{ users: undefined, sketch: '' }, '"sketch" is no sketch: 0 bytes; expected 8'],
]

for (const [fields, problem] of wrong) {
  const line = typeof fields === 'string'
    ? fields
    : JSON.stringify({ ...right, ...fields as object })
  test(`${line === '' ? 'an empty line' : line} is no pane`, () => {
    assert.equal(partialIn(line, windows), problem)
  })
}
