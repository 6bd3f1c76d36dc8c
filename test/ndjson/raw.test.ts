import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { mostTextBytes } from '../../src/kernel/utf8.ts'
import { base64 } from '../../src/ndjson/base64.ts'
import { frameContent, rawContent } from '../../src/ndjson/raw.ts'
import { seed, seedHint } from '../support/seed.ts'

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

test('a line that is too long for a string is cut, be it text or not, and tells its length', () => {
  const line = new Uint8Array(mostTextBytes + 1).fill(0x01)
  const { length } = line
  assert.deepEqual(rawContent(line, 0, length), { raw: '\u0001'.repeat(1000), bytes: length })
  line[0] = 0xff
  const content = rawContent(line, 0, length)
  assert.ok('raw64' in content && content.raw64.length < 2000)
  assert.equal(content.bytes, length)
  assert.ok(6 * mostTextBytes < 2 ** 29 - 1024) // all control characters, in a line of --rejects
})

test('a user that is not UTF-8 is base64, a text is itself, and what is too long is cut', () => {
  assert.deepEqual(frameContent(1500, 'é\ud800'), { ts: 1.5, uid: 'é\ud800' })
  assert.deepEqual(frameContent(1500, new TextEncoder().encode('é')), { ts: 1.5, uid: 'é' })
  assert.deepEqual(frameContent(0, Uint8Array.of(0x4d, 0xfc)), { ts: 0, uid64: btoa('M\xfc') })
  const uid = new Uint8Array(mostTextBytes + 1).fill(0x61)
  assert.deepEqual(frameContent(0, uid), { ts: 0, uid: 'a'.repeat(1000), bytes: uid.length })
})

test('a replacement character that stands in the line is text as any other', () => {
  const bytes = encoder.encode('a\ufffdb')
  assert.deepEqual(rawContent(bytes, 0, bytes.length), { raw: 'a\ufffdb' })
  const broken = Uint8Array.of(...bytes, 0xff)
  assert.deepEqual(rawContent(broken, 0, broken.length), { raw64: base64(broken) })
})

test('random bytes are text exactly where a decoder that refuses takes them', () => {
  const random = seededRandom(seed)
  const parts = [
    [0x61],
    [0xc3, 0xa9],
    [0xef, 0xbf, 0xbd],
    [0xf0, 0x9f, 0xa7, 0xad],
    [0xc3],
    [0xbf],
    [0xff],
    [0xed, 0xa0, 0x80],
  ]
  for (let i = 0; i < 5000; i++) {
    const line = Uint8Array.from(
      Array.from({ length: below(random, 5) }, () => pick(random, parts)).flat(),
    )
    let expected: object
    try {
      expected = { raw: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line) }
    } catch {
      expected = { raw64: base64(line) }
    }
    assert.deepEqual(rawContent(line, 0, line.length), expected, `${line}; ${seedHint}`)
  }
})
