/** User ids of every kind that JSON can spell. */
import fc from 'fast-check'

const unit = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'ab01"\\/{}:, ') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', '道', '🧭', '\u2028', '\u007f', '\ufeff', '\ufffd'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\ud83e', '\udded', '\ud800', '\udfff') },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code)),
  },
)

export const anyUid: fc.Arbitrary<string> = fc
  .array(unit, { minLength: 1, maxLength: 12 })
  .map((units) => units.join(''))

const number = fc.constantFrom('0', '-0', '1', '1.0', '-7', '1e2', '12345678901234567890', '0.10')

/** A uid as JSON and the text that it stands for. */
export const spelledUid: fc.Arbitrary<{ readonly json: string; readonly uid: string }> = fc.oneof(
  { weight: 4, arbitrary: anyUid.map((uid) => ({ json: JSON.stringify(uid), uid })) },
  { weight: 1, arbitrary: anyUid.map((uid) => ({ json: escaped(uid), uid })) },
  { weight: 1, arbitrary: number.map((text) => ({ json: text, uid: text })) },
)

/** Every unit as an escape. */
function escaped(text: string): string {
  const codes = text.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
  return `"${codes.map((code) => `\\u${code}`).join('')}"`
}
