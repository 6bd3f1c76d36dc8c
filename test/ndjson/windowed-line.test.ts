/** The quick way to read a windowed line against JSON.parse, which decides what is right. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { WindowedLine } from '../../src/ndjson/windowed-line.ts'
import { ON_TIME } from '../../src/records.ts'
import { calendar } from '../../src/time/calendar.ts'
import { loadZone, utc } from '../../src/time/zone.ts'
import { encoded, mutated } from '../support/generators-lines.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const kinds = calendar({ windows: ['minute', 'day', '15m'], zone: utc, weekStart: 'monday' })

const canonical = [
  '{"uid":"a","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200}}',
  '{"uid":"0d750ea38f519d597d5","windows":{"minute":0,"15m":0,"day":0}}',
  '{"uid":"a b","windows":{"minute":253402300740,"15m":253402299900,"day":253402214400}}',
  '{"uid":"x","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200},"expired":["15m"]}',
  '{"uid":"é🧭","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200}}',
  '{"uid":"M\uf7fcller","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200}}',
].map(encoded)

test('what the quick way takes, JSON.parse takes and reads the same', () => {
  const random = seededRandom(seed)
  const quick = new WindowedLine(kinds)
  const slow = new WindowedLine(kinds)
  let taken = 0
  for (let i = 0; i < 30_000; i++) {
    const inside = mutated(random, pick(random, canonical))
    const bytes = new Uint8Array(inside.length + 10)
    const start = below(random, 4)
    bytes.set(inside, start)
    bytes[start + inside.length] = 0x0a
    const end = start + inside.length
    if (!quick.usual(bytes, start, end)) continue
    taken++
    const place = `${JSON.stringify(latin1(inside))}; ${seedHint}`
    assert.equal(slow.any(decoder.decode(inside)), undefined, place)
    assert.equal(decoder.decode(bytes.subarray(quick.uidStart, quick.uidEnd)), slow.uidText, place)
    assert.deepEqual(quick.startsMs, slow.startsMs, place)
    assert.ok(slow.verdicts.every((verdict) => verdict === ON_TIME), place)
  }
  assert.ok(taken > 1000, `only ${taken} taken`)
})

test('the quick way takes the lines that uc-window usually writes', () => {
  const line = new WindowedLine(kinds)
  const taken = canonical.map((bytes) => line.usual(bytes, 0, bytes.length))
  assert.deepEqual(taken, [true, true, true, false, true, true])
})

const good = '{"uid":"a","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200}}'
for (
  const [name, line, problem] of [
    ['a raw control character in uid', good.replace('"a"', '"a\tb"'), /not JSON/],
    ['an empty uid', good.replace('"a"', '""'), /no "uid"/],
    ['a fractional uid', good.replace('"a"', '1.5'), /no "uid"/],
    ['a start inside a window', good.replace('340', '341'), /1468244341 is not the start of a min/],
    ['a start with a leading zero', good.replace('146824434', '014682443'), /not JSON/],
    ['a fractional start', good.replace('340', '340.5'), /no start of minute/],
    ['a missing kind', good.replace('"minute":1468244340,', ''), /no start of minute/],
    ['a strange kind', good.replace('}}', ',"hour":0}}'), /"hour" is not among minute, 15m, day/],
    ['a kind called __proto__', good.replace('}}', ',"__proto__":0}}'), /"__proto__" is not/],
    ['expired of a strange kind', good.replace('}}', '},"expired":["hour"]}'), /"expired" is no/],
    ['expired that is no list', good.replace('}}', '},"expired":"day"}'), /"expired" is no/],
    ['an array', `[${good}]`, /no JSON object/],
    ['half a line', good.slice(0, -1), /not JSON/],
  ] as const
) {
  test(`${name} is refused`, () => {
    const bytes = encoder.encode(`${line}\n`)
    assert.match(String(new WindowedLine(kinds).read(bytes, 0, bytes.length - 1)), problem)
  })
}

for (const tz of ['UTC', 'Europe/Zurich']) {
  test(`a start that no calendar reaches is refused, in ${tz}`, async () => {
    const zone = await loadZone(tz)
    for (const kind of ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']) {
      const line = new WindowedLine(calendar({ windows: [kind], zone, weekStart: 'monday' }))
      for (const start of ['9007199254740991', '-8640000000001', '999999999999', '-999999999999']) {
        const bytes = encoder.encode(`{"uid":"a","windows":{"${kind}":${start}}}`)
        assert.match(String(line.read(bytes, 0, bytes.length)), /is not the start|no start/, start)
      }
    }
  })
}
