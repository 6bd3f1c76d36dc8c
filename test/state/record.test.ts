import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UcError } from '../../src/errors.ts'
import { RecordReader, RecordWriter } from '../../src/state/record.ts'

function example(): Uint8Array {
  return new RecordWriter(0).number(-Infinity).number(NaN).count(2 ** 32 - 1).flag(true).text(
    '\ud83e',
  )
    .text('').bytes(Uint8Array.of(1, 2)).of('a/b')
}

function read(record: Uint8Array, key: string = 'a/b'): unknown[] {
  const reader = new RecordReader(key, record)
  const fields = [
    reader.number(),
    reader.number(),
    reader.count(),
    reader.flag(),
    reader.text(),
    reader.text(),
    [...reader.bytes()],
  ]
  reader.end()
  return fields
}

const isRefused = (error: unknown) =>
  error instanceof UcError && /"[^"]*" of the state/.test(`${error}`)

test('every field comes back as it was written', () => {
  assert.deepEqual(read(example()), [-Infinity, NaN, 2 ** 32 - 1, true, '\ud83e', '', [1, 2]])
})

test('the example in the header is written just so', () => {
  const hex = [...new RecordWriter().flag(true).of('a')].map((byte) => byte.toString(16))
  assert.equal(hex.join(' '), '75 1 f4 9a b 70 1')
})

test('a record that is cut anywhere is refused', () => {
  const record = example()
  for (let length = 0; length < record.length; length++) {
    assert.throws(() => read(record.subarray(0, length)), isRefused, `${length} bytes`)
  }
  assert.throws(() => read(Uint8Array.of(...record, 0)), isRefused)
})

test('a record with any bit flipped is refused', () => {
  for (let bit = 0; bit < example().length * 8; bit++) {
    const record = example()
    record[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => read(record), isRefused, `bit ${bit}`)
  }
})

test('a record under another key is refused', () => {
  assert.throws(() => read(example(), 'a/c'), isRefused)
})

test('a record with fewer or more fields than are read is refused', () => {
  const record = new RecordWriter().count(1).of('a')
  assert.throws(() => new RecordReader('a', record).number(), isRefused)
  assert.throws(() => new RecordReader('a', record).end(), isRefused)
})
