import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64, bytesOf } from '../../src/ndjson/base64.ts'

test('bytes of any number become the text that Buffer gives, and come back', () => {
  const check = (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString('base64')
    assert.equal(base64(bytes), text)
    assert.deepEqual(bytesOf(text), bytes)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check))
  for (const length of [8191, 8192, 8193, 262_184]) {
    check(Uint8Array.from({ length }, (_, i) => i * 7))
  }
})

test('text that is not written so is refused', () => {
  for (const text of ['AAA', 'AA', 'AAA =', ' AAAA', 'AAAA\n', 'AAB=', 'A-_A', 'ä', '=', 'AAAA=']) {
    assert.equal(bytesOf(text), undefined, text)
  }
})
