/** What is UTF-8 is for the decoder to say; what an escape stands for, for JSON.parse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { isUtf8, unescaped } from '../../src/kernel/utf8.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

function isDecoded(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

test('of each two bytes, alone and with others behind, those are UTF-8 that the decoder takes', () => {
  for (const rest of [[], [0x80], [0xbf, 0x80], [0xc3], [0x61, 0x80]]) {
    for (let pair = 0; pair < 2 ** 16; pair++) {
      const bytes = Uint8Array.of(pair >> 8, pair & 0xff, ...rest)
      assert.equal(isUtf8(bytes, 0, bytes.length), isDecoded(bytes), latin1(bytes))
    }
  }
})

/** The edges of what may stand where. */
const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0]
  .concat([0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff])

test('of random bytes those are UTF-8 that the decoder takes, wherever they lie', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 100_000; i++) {
    const bytes = Uint8Array.from({ length: below(random, 9) }, () => pick(random, edges))
    const start = below(random, bytes.length + 1)
    const isRight = isDecoded(bytes.subarray(start))
    assert.equal(isUtf8(bytes, start, bytes.length), isRight, `${latin1(bytes)}; ${seedHint}`)
  }
})

function escape(random: Random): string {
  const code = () => (below(random, 2 ** 16) >> below(random, 16)).toString(16).padStart(4, '0')
  const surrogate = () => (0xd800 + below(random, 0x800)).toString(16)
  switch (below(random, 4)) {
    case 0:
      return `\\${pick(random, ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'])}`
    case 1:
      return `\\u${code().toUpperCase()}`
    case 2:
      return `\\u${surrogate()}`
    default:
      return pick(random, ['é', '🧭', 'u', 'd83e', '7'])
  }
}

test('escapes stand for what JSON.parse makes of them', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 50_000; i++) {
    const inside = Array.from({ length: below(random, 8) }, () => escape(random)).join('')
    const bytes = new TextEncoder().encode(inside)
    const text = JSON.parse(`"${inside}"`) as string
    const expected = [...text].flatMap((character) => {
      const code = character.codePointAt(0)!
      return code >= 0xd800 && code <= 0xdfff
        ? [0xed, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f]
        : [...new TextEncoder().encode(character)]
    })
    assert.deepEqual([...unescaped(bytes, 0, bytes.length)], expected, `${inside}; ${seedHint}`)
  }
})
