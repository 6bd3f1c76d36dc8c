import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoted } from '../src/errors.ts'
import { shown } from '../src/shown.ts'
import { obeyed } from './support/obeyed.ts'
import { seed, seedHint } from './support/seed.ts'

const fragments = ['\x1b[2J', '\n', '\r', '\x9b2J', '\u202e', '\u2028', '\ud800', '\\', '"', '🙂']
const texts = fc.array(
  fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary' }), fc.string()),
).map((parts) => parts.join(''))

function holds(claim: (text: string) => void): void {
  try {
    fc.assert(fc.property(texts, claim), { seed, numRuns: 2000 })
  } catch (error) {
    throw new Error(seedHint, { cause: error })
  }
}

test('no code point that a terminal obeys is shown raw, and every other one as it is', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const text = String.fromCodePoint(point)
    if (obeyed.test(text)) assert.match(shown(text), /^\\(?:[bfnrt]|u[0-9a-f]{4})$/, `${point}`)
    else if (shown(text) !== text) {
      assert.match(text, /^[\u200b\u2060\u206a-\u206f\ufeff\ufff9-\ufffb]$/)
    }
  }
})

test('text that is shown holds nothing to obey, and stays as it is when it is shown again', () => {
  holds((text) => {
    assert.doesNotMatch(shown(text), obeyed)
    assert.equal(shown(shown(text)), shown(text))
  })
})

test('text of any script stays as it is, joined emoji among it', () => {
  for (
    const text of ['Жук, C:\\temp "é" ~', '👩‍👩‍👧 🏳️‍🌈 🇨🇭', 'می‌خواهم', 'שלום', '日本', 'e\u0301', '']
  ) {
    assert.equal(shown(text), text)
  }
})

test('what is quoted is JSON of the text, so that no two look alike', () => {
  holds((text) => {
    if ([...text].length > 30) return
    assert.equal(JSON.parse(quoted(text)), text)
    assert.doesNotMatch(quoted(text), obeyed)
  })
})

test('JSON that is shown is JSON of the same value', () => {
  holds((text) =>
    assert.deepEqual(JSON.parse(shown(JSON.stringify({ [text]: [text] }))), {
      [text]: [text],
    })
  )
})
