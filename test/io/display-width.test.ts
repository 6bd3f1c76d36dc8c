import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutTo, displayWidth } from '../../src/io/display-width.ts'

const widths: readonly (readonly [text: string, columns: number])[] = [
  ['', 0],
  ['uc-count', 8],
  ['Zürich', 6],
  ['Zu\u0308rich', 6],
  ['東京', 4],
  ['한국', 4],
  ['🎉', 2],
  ['👩\u200d👩\u200d👧', 2],
  ['🇨🇭', 2],
  ['❤\ufe0f', 2],
  ['a\u200db', 2],
  ['…', 1],
]

for (const [text, columns] of widths) {
  test(`${JSON.stringify(text)} takes ${columns} columns`, () => {
    assert.equal(displayWidth(text), columns)
  })
}

test('what is cut fits, begins as the text does, and is the text where that fits', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, columns) => {
    const cut = cutTo(text, columns)
    assert.ok(displayWidth(cut) <= columns)
    assert.ok(text.startsWith(cut.replace(/…$/, '')))
    if (displayWidth(text) <= columns) assert.equal(cut, text)
  }))
})
