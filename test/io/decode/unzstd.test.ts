import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import process from 'node:process'
import { below, seededRandom } from '../../../src/generate/random.ts'
import { PlainDecoder } from '../../../src/io/decode/zstd-plain.ts'
import { zstdHead } from '../../../src/io/decode/zstd-frame.ts'
import {
  plainText,
  zstandard,
  zstandardWithChecksum,
  zstdStored,
} from '../../support/compressed.ts'
import { decode, pieceLengths, pieces } from '../../support/decoding.ts'
import { joined } from '../../support/generators-lines.ts'
import { root } from '../../support/paths.ts'
import { zstdOutput } from '../../support/reference-tools.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { latin1 } from '../../support/transcript.ts'

const random = seededRandom(seed)
const whole = latin1(plainText)
const skippable = Uint8Array.of(0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3)
/** As `zstd --long=31` says it: a window of 2 GiB, here before a block of one byte. */
const head2GiB = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 9, 0, 0, 0x0a)

const files = [
  zstandardWithChecksum,
  joined(skippable, zstandard, skippable, zstandardWithChecksum, skippable),
]

test('zstd gives all that zstd -dc writes, whichever byte is wrong and wherever it is cut', async (t) => {
  if (zstdOutput(zstandard) === undefined) {
    t.skip('NOT TESTED: zstd is not installed')
    return
  }
  for (const bytes of files) {
    const changes = Array.from({ length: 60 }, (_, i) => {
      const at = 4 + below(random, bytes.length - 4)
      if (i % 3 === 0) return bytes.slice(0, at)
      const wrong = bytes.slice()
      wrong[at]! ^= 1 << below(random, 8)
      return wrong
    })
    for (const [i, changed] of changes.entries()) {
      const { text, isRefused } = zstdOutput(changed)!
      const first = await decode(pieces(changed, Infinity))
      // zstd drops the piece at whose end it finds a wrong checksum.
      if (isRefused || first.error === undefined) {
        assert.ok(first.text.startsWith(text), `change ${i}; ${seedHint}`)
      }
      for (const length of pieceLengths) {
        assert.deepEqual(await decode(pieces(changed, length)), first, `change ${i}; ${seedHint}`)
      }
    }
  }
})

test('a wrong checksum is an error behind all of its frame, and nothing follows', async () => {
  const wrong = joined(zstandardWithChecksum, zstandard)
  wrong[zstandardWithChecksum.length - 1]! ^= 1
  const error = 'zstd data is broken (wrong checksum)'
  for (const length of pieceLengths) {
    assert.deepEqual(await decode(pieces(wrong, length)), { text: whole, error })
  }
})

test('skippable frames are skipped, also first, and very many of them', async () => {
  const many = joined(...Array(30_000).fill(skippable), zstandard)
  assert.deepEqual(await decode(pieces(many, 65_536)), { text: whole })
  for (const length of pieceLengths) {
    assert.deepEqual(await decode(pieces(files[1]!, length)), { text: whole + whole })
  }
})

test('what stands behind whole frames is told', async () => {
  const warnings = ['2 bytes were ignored behind the zstd data, as no zstd data begins there']
  const bytes = joined(zstandard, [0x0d, 0x0a])
  for (const length of pieceLengths) {
    assert.deepEqual(await decode(pieces(bytes, length)), { text: whole, warnings })
  }
  for (let length = 1; length < 9; length++) {
    const begun = joined(zstandard, zstandard.subarray(0, length))
    assert.equal((await decode([begun])).error, 'zstd data is cut short', `${length} bytes`)
  }
})

test('a window over the bound is refused by name, and taken where it is allowed', async () => {
  assert.deepEqual(await decode([head2GiB]), {
    text: '',
    error: 'zstd data wants a window of 2GiB in memory, more than the 128MiB of --zstd-window; ' +
      'add --zstd-window 2GiB, or decode it by zstd -dc --long=31',
  })
  const small = zstandard.slice()
  const { error } = await decode([small], { zstdWindowBytes: 1024 })
  assert.match(error ?? '', /more than the 1KiB of --zstd-window/)
  const exceeding = head2GiB.slice()
  exceeding[5] = 31 << 3
  assert.match((await decode([exceeding])).error ?? '', /of --zstd-window can be$/)
})

test('the plain decoder gives what the reference library gives', async () => {
  const single = zstandardWithChecksum
  const frames = [single, zstandard, zstdStored(plainText, 100)]
  for (let i = 0; i < 60; i++) {
    const bytes = frames[i % 3]!.slice()
    const isWhole = i < 3
    if (!isWhole) bytes[bytes.length - 1 - below(random, 4)]! ^= 1 << below(random, 8)
    const expected = await decode([bytes])
    if (!isWhole && expected.error?.includes('checksum') !== true) continue // it is more tolerant
    let text = ''
    let error: string | undefined
    try {
      const decoder = await PlainDecoder.load(zstdHead(bytes)!)
      for (let at = 0; decoder.wantsBytes > 0;) {
        const end = at + decoder.wantsBytes
        for (const chunk of decoder.decode(bytes.subarray(at, end))) text += latin1(chunk)
        at = end
      }
    } catch (failure) {
      error = `zstd data is broken (${(failure as Error).message})`
    }
    assert.deepEqual({ text, error }, { text: expected.text, error: expected.error }, seedHint)
  }
})

for (
  const [name, parts] of [
    // A window of 8 MiB (exponent 13) for a line break.
    ['60,000 frames with windows of 8 MiB', `[frame(13 << 3, [[9, 0, 0, 10]])], 60_000`],
    ['20,000 blocks that repeat a byte', `[frame(13 << 3, repeated(20_000))], 1`],
    ['100,000 skippable frames', `[[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]], 100_000`],
    ['a head that claims 2 GiB', `[frame(21 << 3, [[9, 0, 0, 10]])], 1`],
  ] as const
) {
  test(`zstd of ${name} takes less than 300 MB, and others have their turns`, () => {
    const module = pathToFileURL(join(root, 'dist/src/io/inflate.js')).href
    const program = `
      import { decoded } from '${module}'
      const frame = (window, blocks) => [0x28, 0xb5, 0x2f, 0xfd, 0, window, ...blocks.flat()]
      const repeated = (n) => Array.from({ length: n }, (_, i) => [i === n - 1 ? 3 : 2, 0, 16, 10])
      const [part, count] = [${parts}]
      const bytes = Buffer.concat(Array(count).fill(Buffer.from(part.flat())))
      async function* chunks() { yield bytes }
      let turns = 0
      setInterval(() => turns++, 1).unref()
      let size = 0
      try { for await (const c of await decoded(chunks())) size += c.length } catch {}
      console.log(JSON.stringify([process.resourceUsage().maxRSS, turns, size]))
    `
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
    const [peakKiB = NaN, turns = NaN, size = NaN] = JSON.parse(`${stdout}` || '[]') as number[]
    assert.ok(peakKiB < 300_000, `${peakKiB} KiB; ${stderr}`)
    if (size > 2 ** 30) assert.ok(turns > 10, `${turns} turns for ${size} bytes`)
  })
}
