import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawContent } from '../../src/ndjson/raw.ts'

const encoder = new TextEncoder()

test('a line of UTF-8 is text, with its mark and its control characters', () => {
  const text = '\ufeff{"é🧭":"\u0000\r'
  const bytes = encoder.encode(`##${text}##`)
  assert.deepEqual(rawContent(bytes, 2, bytes.length - 2), { raw: text })
})

test('a line that is not UTF-8 is base64 of its very bytes', () => {
  const bytes = Uint8Array.of(0x22, 0xc3, 0x22)
  assert.deepEqual(rawContent(bytes, 0, 3), { raw64: btoa('\x22\xc3\x22') })
  assert.deepEqual(rawContent(bytes, 0, 2), { raw64: btoa('\x22\xc3') }) // whole, and broken
})

test('a beginning that ends inside a character is text without that character', () => {
  const bytes = encoder.encode('a🧭')
  for (let end = 1; end < bytes.length; end++) {
    assert.deepEqual(rawContent(bytes, 0, end, 70), { raw: 'a', bytes: 70 })
  }
  assert.deepEqual(rawContent(bytes, 0, bytes.length, 70), { raw: 'a🧭', bytes: 70 })
})
