import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { seededRandom } from '../../src/generate/random.ts'
import { decoded } from '../../src/io/inflate.ts'
import {
  gzipped,
  plainText,
  zstandard,
  zstandardWithChecksum,
  zstdStored,
} from '../support/compressed.ts'
import { decode } from '../support/decoding.ts'
import { joined, randomCuts } from '../support/generators-lines.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const inflate = (chunks: Iterable<Uint8Array>) => decode(chunks)

const whole = latin1(plainText)
const nothing = new Uint8Array(0)
const stored = zstdStored(plainText, 100)
const threeMembers = joined(gzipSync(plainText), gzipSync(nothing), gzipSync(plainText))

for (
  const [name, bytes, text] of [
    ['gzip of two members', gzipped, whole],
    ['gzip of three members, one of them empty', threeMembers, whole + whole],
    ['gzip padded with zeros', joined(gzipSync(plainText), new Uint8Array(20)), whole],
    ['gzip padded with many zeros', joined(gzipSync(plainText), new Uint8Array(300_000)), whole],
    ['gzip of nothing', joined(gzipSync(nothing)), ''],
    ['zstd', zstandard, whole],
    ['zstd with a checksum', zstandardWithChecksum, whole],
    ['zstd of several blocks', stored, whole],
    ['zstd of two frames', joined(stored, zstandardWithChecksum), whole + whole],
    ['plain text', plainText, whole],
    ['an empty file', nothing, ''],
    ['one byte', Uint8Array.of(0x41), 'A'],
    ['a line break', Uint8Array.of(0x0a), '\n'],
    ['two bytes', Uint8Array.of(0x7b, 0x7d), '{}'],
    ['three bytes', Uint8Array.of(0x31, 0x0d, 0x0a), '1\r\n'],
    ['the first byte of gzip', Uint8Array.of(0x1f), '\x1f'],
    ['the first three bytes of zstd', Uint8Array.of(0x28, 0xb5, 0x2f), '\x28\xb5\x2f'],
  ] as const
) {
  test(`${name} comes out whole, however it is cut into chunks`, async () => {
    assert.deepEqual(await inflate([bytes]), { text })
    const single = Array.from(bytes.subarray(0, 2000), (byte) => Uint8Array.of(byte))
    assert.deepEqual(await inflate([...single, bytes.subarray(2000)]), { text })
    const random = seededRandom(seed)
    for (let i = 0; i < 10; i++) {
      const chunks = [...randomCuts(random, bytes, 6)]
      const where = `in lengths of ${chunks.map(({ length }) => length).join()}; ${seedHint}`
      assert.deepEqual(await inflate(chunks), { text }, where)
    }
  })
}

for (
  const [name, bytes, blockBytes] of [
    ['zstd of several blocks', stored, 100],
    ['compressed zstd', zstandard, Infinity],
  ] as const
) {
  test(`${name} cut at any byte gives its whole blocks and then the error, each time`, async () => {
    for (let cut = 4; cut < bytes.length; cut++) {
      const chunks = [bytes.subarray(0, cut)]
      const { text, error } = await inflate(chunks)
      assert.ok(whole.startsWith(text), `cut before byte ${cut}`)
      // A decoder may give part of a block, but never less than the blocks before it.
      const blocks = Math.max(0, Math.floor((cut - 6) / (blockBytes + 3)))
      const least = blocks === 0 ? 0 : blocks * blockBytes
      assert.ok(text.length >= least, `cut before byte ${cut}: ${text.length} of ${least} bytes`)
      assert.equal(error, 'zstd data is cut short', `cut ${cut}`)
      assert.deepEqual(await inflate(chunks), { text, error }, `cut before byte ${cut}`)
    }
  })
}

test('zstd with a broken block gives the blocks before it, however it is cut into chunks', async () => {
  const bytes = stored.slice()
  bytes[6 + 5 * 103]! |= 6 // the sixth block is of the type that is reserved
  const text = whole.slice(0, 500)
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    const found = await inflate([bytes.subarray(0, cut), bytes.subarray(cut)])
    assert.equal(found.text, text, `cut before byte ${cut}`)
    assert.match(found.error ?? '', /^zstd data is broken \(.+\)$/)
  }
})

test('a failure to read the file is not taken for broken gzip data', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield gzipped.slice(0, 100)
    throw new Error('EIO: i/o error, read')
  }
  await assert.rejects(async () => {
    for await (const chunk of await decoded(failing())) assert.ok(chunk.length > 0)
  }, { message: 'EIO: i/o error, read' })
})
