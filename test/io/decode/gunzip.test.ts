import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import { below, seededRandom } from '../../../src/generate/random.ts'
import { crc32, plainCrc32 } from '../../../src/io/decode/crc32.ts'
import { gzipped, plainText } from '../../support/compressed.ts'
import { decode, pieceLengths, pieces } from '../../support/decoding.ts'
import { joined } from '../../support/generators-lines.ts'
import { gzipOutput } from '../../support/reference-tools.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { latin1 } from '../../support/transcript.ts'

const random = seededRandom(seed)
const part = plainText.subarray(0, 500)

const files: readonly (readonly [string, Uint8Array])[] = [
  ['two members', gzipped],
  ['fixed codes', gzipSync(part, { strategy: constants.Z_FIXED })],
  ['a member that refers to the beginning, behind another', joined(gzipSync(part), gzipSync(part))],
  ['all fields in the head', withFields(part)],
]

/** Numbers from 0 up to `count`, 40 of them at most. */
function some(count: number): number[] {
  const step = Math.max(1, Math.floor(count / 40))
  return Array.from({ length: Math.floor(count / step) }, (_, i) => i * step + below(random, step))
}

async function assertAsGzip(bytes: Uint8Array, what: string): Promise<void> {
  const { text, isRefused } = gzipOutput(bytes)
  for (const length of pieceLengths) {
    const found = await decode(pieces(bytes, length))
    const where = `${what}, in pieces of ${length} bytes: ${found.error}; ${seedHint}`
    assert.equal(found.text, text, where)
    assert.equal(found.error !== undefined, isRefused, where)
  }
}

for (const [name, bytes] of files) {
  test(`gzip with ${name} gives what gzip -dc writes, wherever it is cut`, async () => {
    for (const cut of some(bytes.length - 2)) {
      await assertAsGzip(bytes.subarray(0, cut + 2), `cut before byte ${cut + 2}`)
    }
  })

  test(`gzip with ${name} gives what gzip -dc writes, whichever byte is wrong`, async () => {
    for (const at of some(bytes.length - 2)) {
      const wrong = new Uint8Array(bytes)
      wrong[at + 2]! ^= 1 << below(random, 8)
      await assertAsGzip(wrong, `byte ${at + 2}`)
    }
  })
}

test('what stands behind whole members is told, but for zeros, and ends no run', async () => {
  const whole = latin1(plainText)
  for (
    const [tail, ignoredBytes] of [
      [[0x0d, 0x0a], 2],
      [[0x0a], 1],
      [[...'garbage'].map((letter) => letter.charCodeAt(0)), 7],
      [[0, 0, 0, 0x41], 4],
      [new Uint8Array(700_000).fill(0x41), 700_000],
      [[0], 0],
      [new Uint8Array(700_000), 0],
      [joined([0], gzipSync(part)), 1 + gzipSync(part).length],
    ] as const
  ) {
    for (const length of pieceLengths) {
      const were = ignoredBytes === 1 ? '1 byte was' : `${ignoredBytes} bytes were`
      const warning = `${were} ignored behind the gzip data, as no gzip data begins there`
      const expected = ignoredBytes === 0 ? { text: whole } : { text: whole, warnings: [warning] }
      if (length < 4096 && tail.length > 4096) continue
      assert.deepEqual(await decode(pieces(joined(gzipped, tail), length)), expected)
    }
  }
})

test('a member that is only begun behind a whole one is cut', async () => {
  for (let length = 1; length < 12; length++) {
    await assertAsGzip(joined(gzipped, gzipped.subarray(0, length)), `${length} bytes of it`)
  }
})

test('a violated format in mid-file gives the windows before it, as gzip -dc writes them', async () => {
  const text = new Uint8Array(200_000).map((_, i) =>
    i % 64 === 63 ? 0x0a : 0x41 + below(random, 26)
  )
  const bytes = joined(gzipSync(text, { level: 0 }))
  const blocks = [10]
  for (let at = 10; bytes[at] === 0;) blocks.push(at += 5 + (bytes[at + 1]! | bytes[at + 2]! << 8))
  for (const block of blocks.slice(1, 3)) {
    const wrong = bytes.slice()
    wrong[block + 1]! ^= 1 // its length
    for (const length of [1000, 4096, Infinity]) {
      const { text, error } = await decode(pieces(wrong, length))
      assert.equal(text, gzipOutput(wrong).text, `block ${block}, in pieces of ${length} bytes`)
      assert.equal(error, 'gzip data is broken (format violated)')
    }
  }
})

test('what a live stream has flushed comes out before more is there', async () => {
  const head = gzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH })
  let isRead = false
  async function* live(): AsyncGenerator<Uint8Array> {
    yield head
    while (!isRead) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const { decoded } = await import('../../../src/io/inflate.ts')
  let text = ''
  await assert.rejects(async () => {
    for await (const chunk of await decoded(live())) {
      text += latin1(chunk)
      isRead = text.length === part.length
    }
  }, { message: 'gzip data is cut short' })
  assert.equal(text, latin1(part))
})

test('very many small members are read one after the other', async () => {
  const member = gzipSync(part)
  const count = 3000
  const { text, error } = await decode(pieces(joined(...Array(count).fill(member)), 65_536))
  assert.equal(error, undefined)
  assert.equal(text.length, count * part.length)
})

test('the plain checksum is that of the runtime', () => {
  for (let length = 0; length < 300; length += 7) {
    const bytes = Uint8Array.from({ length }, () => below(random, 256))
    const start = below(random, 2 ** 31)
    assert.equal(plainCrc32(bytes, start), crc32(bytes, start), seedHint)
  }
})

/** Extra field, name, comment and a checksum of the head (RFC 1952, 2.3). */
function withFields(text: Uint8Array): Uint8Array {
  const head = joined([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 1, 2, 0x6e, 0, 0x63, 0])
  const crc = crc32(head, 0)
  const trailer = new DataView(new ArrayBuffer(8))
  trailer.setUint32(0, crc32(text, 0), true)
  trailer.setUint32(4, text.length, true)
  const ofHead = [crc & 0xff, crc >> 8 & 0xff]
  return joined(head, ofHead, deflateRawSync(text), new Uint8Array(trailer.buffer))
}
