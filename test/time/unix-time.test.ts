/** Times from text against whole-number arithmetic, and against Date. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NO_ZONE, NOT_A_TIME, OUT_OF_RANGE } from '../../src/time/iso-time.ts'
import { parseTime, secondsText, usualTime } from '../../src/time/unix-time.ts'
import { decimalTime, type DecimalUnit } from '../support/decimal-time.ts'

const units = ['s', 'ms', 'us', 'ns'] as const
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const encoder = new TextEncoder()

function expectedTime(text: string, unit: DecimalUnit): number {
  const ms = decimalTime(text, unit)
  return ms === 'no number' ? NOT_A_TIME : ms === 'out of range' ? OUT_OF_RANGE : ms
}

const digits = (most: number) =>
  fc.array(fc.constantFrom(...'0123456789'), { minLength: 1, maxLength: most }).map((all) =>
    all.join('')
  )

/** Numbers of JSON, and texts that nearly are: with leading zeros, blanks, signs. */
const numberText = fc
  .tuple(
    fc.constantFrom('', '', '', '-', '+', ' '),
    fc.oneof(digits(22), fc.constantFrom('0', '1468244399', '253402300799', '253402300800')),
    fc.option(digits(14)),
    fc.option(fc.tuple(
      fc.constantFrom('e', 'E'),
      fc.constantFrom('', '+', '-'),
      fc.oneof(fc.integer({ min: 0, max: 25 }).map(String), digits(20)),
    )),
    fc.constantFrom('', '', '', '', '', ' ', '.', 'e', '\n'),
  )
  .map(([sign, whole, fraction, exponent, rest]) =>
    `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent?.join('') ?? ''}${rest}`
  )

test('numbers are rounded down from all of their digits, in every unit', () => {
  fc.assert(
    fc.property(numberText, fc.constantFrom(...units), (text, unit) => {
      assert.equal(parseTime(text, unit), expectedTime(text, unit), `${text} ${unit}`)
    }),
    { numRuns: 20_000 },
  )
})

test('the same time moved by any power of ten is the same time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: lastMs }),
      digits(9),
      fc.integer({ min: -40, max: 40 }),
      (ms, rest, power) => {
        const text = `${ms}${rest}` // milliseconds × 10^rest.length
        const shift = text.length + power
        const moved = shift <= 0
          ? `0.${'0'.repeat(-shift)}${text}`
          : `${text.padEnd(shift, '0').slice(0, shift)}.${text.slice(shift)}0`
        const number = `${moved.replace(/^0+(?=\d)/, '')}e${-power - rest.length}`
        assert.equal(parseTime(number, 'ms'), ms, number)
      },
    ),
    { numRuns: 5000 },
  )
})

test('the quick path over bytes gives what the whole one gives, or leaves it to that', () => {
  fc.assert(
    fc.property(numberText, fc.constantFrom(...units, 'iso'), (text, unit) => {
      const bytes = encoder.encode(`1${text}1`)
      const ms = usualTime(bytes, 1, bytes.length - 1, unit)
      if (!Number.isNaN(ms)) assert.equal(ms, parseTime(text, unit), text)
    }),
    { numRuns: 20_000 },
  )
})

test('the quick path takes the usual times', () => {
  for (const text of ['0', '7', '1468244399', '1468244399.5', '1468244399.9999999999']) {
    const bytes = encoder.encode(text)
    assert.equal(usualTime(bytes, 0, bytes.length, 's'), parseTime(text, 's'), text)
  }
})

for (
  const [text, unit, expected] of [
    ['1468244399.9999999999', 's', 1468244399999],
    ['0', 's', 0],
    ['-0', 's', 0],
    ['-0.0e5', 's', 0],
    ['-0.0001', 's', OUT_OF_RANGE],
    ['-1e-400', 's', OUT_OF_RANGE],
    ['0.0009', 's', 0],
    ['253402300799.9999999999999999999', 's', lastMs],
    ['253402300800', 's', OUT_OF_RANGE],
    ['253402300799999', 'ms', lastMs],
    ['253402300800000', 'ms', OUT_OF_RANGE],
    ['253402300799999999', 'us', lastMs],
    ['253402300799999999999', 'ns', lastMs],
    ['253402300800000000000', 'ns', OUT_OF_RANGE],
    ['1e999999999999', 's', OUT_OF_RANGE],
    ['1e-999999999999', 's', 0],
    ['0e999999999999', 's', 0],
    ['01', 's', NOT_A_TIME],
    ['1.', 's', NOT_A_TIME],
    ['', 's', NOT_A_TIME],
    ['Infinity', 's', NOT_A_TIME],
    ['1970-01-01T00:00:00Z', 'iso', 0],
    ['1969-12-31T23:59:59.999Z', 'iso', OUT_OF_RANGE],
    ['1969-12-31T23:59:00-00:01', 'iso', 0],
    ['9999-12-31T23:59:59.99999Z', 'iso', lastMs],
    ['9999-12-31T23:59:59-00:01', 'iso', OUT_OF_RANGE],
    ['0000-01-01T00:00:00Z', 'iso', OUT_OF_RANGE],
    ['2016-02-30T00:00:00Z', 'iso', NOT_A_TIME],
    ['2015-02-29T00:00:00Z', 'iso', NOT_A_TIME],
    ['2016-13-01T00:00:00Z', 'iso', NOT_A_TIME],
    ['2016-00-01T00:00:00Z', 'iso', NOT_A_TIME],
    ['2016-01-00T00:00:00Z', 'iso', NOT_A_TIME],
    ['2016-07-11T24:00:00Z', 'iso', NOT_A_TIME],
    ['2016-07-11T13:39:00+24:00', 'iso', NOT_A_TIME],
    ['2016-07-11T13:39:00.Z', 'iso', NOT_A_TIME],
    ['2016-07-11T13:39:00Z\n', 'iso', NOT_A_TIME],
    ['1468244399', 'iso', NOT_A_TIME],
    ['1468244399', 'auto', 1468244399000],
    ['99999999999.9', 'auto', 99999999999900],
    ['100000000000', 'auto', 100000000000],
    ['1468244399123.9', 'auto', 1468244399123],
    ['99999999999999', 'auto', 99999999999999],
    ['100000000000000', 'auto', 100000000000],
    ['1468244399123456', 'auto', 1468244399123],
    ['1468244399123456789', 'auto', 1468244399123],
    ['1.5e-3', 'auto', 1],
    ['14682443991234e-1', 'auto', 1468244399123],
    ['-1', 'auto', OUT_OF_RANGE],
    ['2016-07-11T13:39:00Z', 'auto', 1468244340000],
    ['2016-07-11T13:39:00', 'auto', NO_ZONE],
    ['2016', 'auto', 2016000],
    ['1e99', 'auto', OUT_OF_RANGE],
  ] as const
) {
  test(`${JSON.stringify(text)} as ${unit} is ${expected}`, () => {
    assert.equal(parseTime(text, unit), expected)
  })
}

test('RFC 3339 times are what Date says, at any offset and with any fraction', () => {
  const offset = fc.tuple(fc.constantFrom(1, -1), fc.nat(23), fc.nat(59))
  fc.assert(
    fc.property(
      fc.integer({ min: -86_400_000, max: lastMs + 86_400_000 }),
      fc.option(offset),
      fc.oneof(fc.constant(''), digits(12)),
      fc.constantFrom('T', 't', ' '),
      (aboutMs, offset, fraction, separator) => {
        const [sign, hours, minutes] = offset ?? [1, 0, 0]
        const offsetMs = sign * (hours * 60 + minutes) * 60_000
        const startMs = Math.floor(aboutMs / 1000) * 1000
        const ms = startMs + Number(fraction.slice(0, 3).padEnd(3, '0'))
        const local = new Date(startMs + offsetMs).toISOString()
        fc.pre(/^\d{4}-/.test(local)) // the year 10000 has no RFC 3339
        const two = (n: number) => String(n).padStart(2, '0')
        const zone = offset === null
          ? 'Z'
          : `${sign === 1 ? '+' : '-'}${two(hours)}:${two(minutes)}`
        const text = local.slice(0, 19).replace('T', separator) +
          (fraction === '' ? '' : `.${fraction}`) + zone
        const isInRange = ms >= 0 && ms <= lastMs
        assert.equal(parseTime(text, 'iso'), isInRange ? ms : OUT_OF_RANGE, text)
      },
    ),
    { numRuns: 10_000 },
  )
})

test('a date is refused exactly where Date would turn it into another one', () => {
  const two = (n: number) => String(n).padStart(2, '0')
  for (const year of [1970, 2000, 2015, 2016, 2100, 9999]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = `${year}-${two(month)}-${two(day)}T00:00:00Z`
        const ms = Date.UTC(year, month - 1, day)
        const isDate = new Date(ms).toISOString() === text.replace('Z', '.000Z')
        assert.equal(parseTime(text, 'iso'), isDate ? ms : NOT_A_TIME, text)
      }
    }
  }
})

test('seconds written are read back as the same milliseconds, before 1970 too', () => {
  const ms = fc.oneof(
    fc.integer({ min: -10_000, max: 10_000 }),
    fc.integer({ min: 0, max: lastMs }),
  )
  fc.assert(
    fc.property(ms, (ms) => {
      const text = secondsText(ms)
      assert.match(text, /^-?(0|[1-9]\d*)(\.\d{0,2}[1-9])?$/)
      assert.equal(Math.round(Number(text) * 1000), ms, text)
      if (ms >= 0) assert.equal(parseTime(text, 's'), ms, text)
    }),
    { numRuns: 10_000 },
  )
})
