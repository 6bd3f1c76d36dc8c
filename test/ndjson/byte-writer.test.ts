import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter, pieceOf, viewOf } from '../../src/ndjson/byte-writer.ts'

const encoder = new TextEncoder()
const firstBytes = 64 * 1024

test('lines are whole wherever the buffer has to grow', () => {
  const before = pieceOf('{"uid":"')
  const after = pieceOf('"}\n')
  const uid = encoder.encode('0d750ea38f519d597d5')
  for (let bytes = firstBytes - 60; bytes <= firstBytes + 4; bytes++) {
    const writer = new ByteWriter()
    const rest = new Uint8Array(bytes).fill(0x2e)
    writer.bytes(rest)
    for (let i = 0; i < 3; i++) writer.line(before, viewOf(uid), 0, uid.length, after)
    writer.text('é')
    const lines = '{"uid":"0d750ea38f519d597d5"}\n'.repeat(3)
    assert.equal(writer.length, bytes + 3 * 30 + 2)
    const text = new TextDecoder().decode(writer.take())
    assert.equal(text, `${'.'.repeat(bytes)}${lines}é`, `behind ${bytes} bytes`)
    assert.equal(writer.length, 0)
  }
})

test('what was taken is there until more is written', () => {
  const writer = new ByteWriter()
  writer.text('first')
  const taken = writer.take()
  assert.equal(new TextDecoder().decode(taken), 'first')
  writer.text('next')
  assert.equal(new TextDecoder().decode(writer.take()), 'next')
})
