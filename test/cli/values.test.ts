import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decimal,
  file,
  fileOrDash,
  key,
  oneOf,
  size,
  time,
  wholeNumber,
} from '../../src/cli/values.ts'

function accepts<T>(parse: (text: string) => T, table: Readonly<Record<string, T>>): void {
  for (const [text, value] of Object.entries(table)) assert.equal(parse(text), value, text)
}

function refuses(
  parse: (text: string) => unknown,
  texts: readonly string[],
  message: string,
): void {
  for (const text of texts) assert.throws(() => parse(text), { message }, `"${text}"`)
}

test('sizes are whole bytes, KiB, MiB or GiB, within their bounds', () => {
  const parse = size({ from: 2, to: 2 ** 30 })
  accepts(parse, { '2': 2, '4096': 4096, '512KiB': 524288, '16MiB': 16777216, '1GiB': 2 ** 30 })
  const expected = 'expected a size such as 512KiB, 16MiB or 1GiB, or a number of bytes'
  refuses(parse, ['', 'MiB', '1.5GiB', '1MB', '-1', '1e3', '16 MiB', '9'.repeat(20)], expected)
  refuses(parse, ['0', '1'], 'expected a size of at least 2 bytes')
  refuses(parse, ['1073741825', '2GiB'], 'expected a size of at most 1GiB')
})

test('whole numbers may be written with _, k or M, and no other way', () => {
  const parse = wholeNumber({ from: 1 })
  accepts(parse, { '7': 7, '1_000_000': 1000000, '50k': 50000, '2M': 2000000 })
  const expected = 'expected a whole number from 1 on, such as 250000, 250_000 or 250k'
  refuses(
    parse,
    ['', '0', '-1', '1e6', '0x10', '1.5', '_1', '1__0', '1K', '9'.repeat(17)],
    expected,
  )
  refuses(wholeNumber({ from: 10, to: 18 }), ['9', '19'], 'expected a whole number from 10 to 18')
})

test('decimal numbers stay within their bounds', () => {
  const percent = decimal({ from: 0, to: 100, expected: 'a percentage' })
  accepts(percent, { '0': 0, '0.1': 0.1, '100': 100 })
  refuses(
    percent,
    ['', '100.1', '-1', '.5', '5.', '1e1', 'NaN', 'Infinity'],
    'expected a percentage',
  )
  refuses(decimal({ above: 0, expected: 'more' }), ['0', '0.0', '9'.repeat(400)], 'expected more')
})

test('a time is unix seconds or RFC 3339', () => {
  accepts(time, {
    '0': 0,
    '1468244384': 1468244384000,
    '2016-07-11T15:39:00.5+02:00': 1468244340500,
  })
  const expected = 'expected unix seconds or a time such as 2016-07-11T13:39:00Z'
  refuses(time, ['', 'now', '-1', '2016-07-11', '2016-02-30T00:00:00Z', '99999999999999'], expected)
})

test('a choice is one of its words exactly', () => {
  accepts(oneOf(['json', 'tsv', 'table']), { tsv: 'tsv' })
  refuses(oneOf(['json', 'tsv', 'table']), ['', 'TSV', 'ts'], 'expected json, tsv or table')
})

test('a key has a name on every level', () => {
  accepts(key, { uid: 'uid', 'user.id': 'user.id', 'a b': 'a b', '/a..b/~0~1': '/a..b/~0~1' })
  refuses(key, ['/a~2', '/~'], 'expected ~0 for a tilde and ~1 for a slash')
  const expected = 'expected the name of a key, such as uid, user.id or /user/id'
  refuses(key, ['', '.', 'user.', '.id', 'a..b'], expected)
})

test('- is the name of a file only where it stands for a stream', () => {
  accepts(fileOrDash, { '-': '-', 'a.jsonl': 'a.jsonl' })
  refuses(fileOrDash, [''], 'expected the name of a file')
  refuses(file, ['', '-'], 'expected the name of a file')
})
