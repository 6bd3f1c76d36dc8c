import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxMemberBytes, memberPool } from '../../src/generate/members.ts'
import { seededRandom } from '../../src/generate/random.ts'
import { generated, linesOf } from './read-frames.ts'

const text = new TextDecoder().decode(generated({ frameBytes: 2048 }))
const lines = linesOf(generated({ frameBytes: 2048 }))

/** The root keys as they are spelled, in their order. */
function rootKeys(line: string): string[] {
  const keys: string[] = []
  let depth = 0
  for (
    const [token, key] of line.matchAll(/"((?:[^"\\]|\\.)*)"(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}[\]]/g)
  ) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && key !== undefined) keys.push(key)
  }
  return keys
}

const occurs: Readonly<Record<string, RegExp>> = {
  'a decoy uid that is an object': /"uid":\{/,
  'a decoy uid that is a number': /"uid":\d/,
  'a decoy uid that is text': /"uid":"[^"]* /,
  'a decoy ts that is an object': /"ts":\{/,
  'a decoy ts that is text': /"ts":"[a-zA-Z]/,
  'a decoy ts that is a small number': /"ts":\d{1,3}[,}]/,
  'a decoy within a string': /\\"uid\\":\\"not the user/,
  'a ts that is a string': /"ts":"1468\d{6}"/,
  'a ts with a fraction': /"ts":1468\d{6}\.\d/,
  'a ts that is a string with more decimals than a double holds': /"ts":"1468\d{6}\.\d{10}"/,
  'a ts with an exponent': /"ts":1468\d{5}(\.\d)?E\+1/,
  'a uid key with an escape': /"(\\u0075id|u\\u0069\\u0064)" ?: ?"[0-9a-f]{19}"/,
  'a ts key with an escape': /"(t\\u0073|\\u0074s)"\s?:"?1468/,
  'a uid with an escape': /"uid":"\\u00[36][0-9a-f]{19}"/,
  'blanks between tokens': /" : .* ,\t"/,
  'Cyrillic text': /Снег/,
  'an emoji': /🧭/,
  'an escaped surrogate pair': /\\ud83e\\udded/i,
  'deep nesting': /\[{80}/,
  'an empty object': /\{\}/,
  'an empty array': /\[\]/,
  'an empty key': /"":/,
  'a negative number': /:-\d/,
  'a number with an exponent': /:1E-7/,
  'true, false and null': /:true.*:false.*:null/,
}
for (const [name, pattern] of Object.entries(occurs)) {
  test(`2,000 frames hold ${name}`, () => assert.match(text, pattern))
}

for (const escaped of ['n', 't', 'b', 'f', 'r', '"', '/', 'u', String.raw`\\`]) {
  // An even number of backslashes before it: they are escapes of their own.
  const escape = new RegExp(String.raw`[^\\](\\\\)*\\[${escaped}]`)
  test(`2,000 frames hold an escape that ends in ${escaped}`, () => assert.match(text, escape))
}

test('uid and ts stand once in the root, anywhere, in either order', () => {
  const places = {
    uidFirst: 0,
    tsFirst: 0,
    uidAtStart: 0,
    uidAtEnd: 0,
    noneAtStart: 0,
    apart: 0,
    repeats: 0,
  }
  for (const line of lines) {
    const keys = rootKeys(line).map((key) => JSON.parse(`"${key}"`) as string)
    assert.equal(keys.filter((key) => key === 'uid').length, 1, line)
    assert.equal(keys.filter((key) => key === 'ts').length, 1, line)
    const [uidAt, tsAt] = [keys.indexOf('uid'), keys.indexOf('ts')]
    places[uidAt < tsAt ? 'uidFirst' : 'tsFirst']++
    if (uidAt === 0) places.uidAtStart++
    if (uidAt > 0 && tsAt > 0) places.noneAtStart++
    if (uidAt === keys.length - 1) places.uidAtEnd++
    if (Math.abs(uidAt - tsAt) > 1) places.apart++
    if (new Set(keys).size < keys.length) places.repeats++
  }
  for (const [place, count] of Object.entries(places)) assert.ok(count > 20, `${place}: ${count}`)
})

test('a root key that does not count may have an escape, too', () => {
  const escaped = lines.flatMap(rootKeys).filter((key) => key.includes('\\'))
  assert.ok(escaped.some((key) => JSON.parse(`"${key}"`) === 'uids'))
})

test('frames that need a slow path are few', () => {
  const slow = lines.filter((line) => {
    const isOdd = rootKeys(line).some((key) => key.includes('\\'))
    return isOdd || /\[{63}|"uid":"\\u00[36][0-9a-f]{19}"|"ts":1468\d+(\.\d)?E/.test(line)
  })
  assert.ok(slow.length > 10 && slow.length < 0.04 * lines.length, String(slow.length))
})

test('no member of the pool is longer than a run may be', () => {
  for (const seed of [1, 2, 3]) {
    const { bytes, starts } = memberPool(seededRandom(seed))
    for (let i = 1; i < starts.length; i++) {
      const length = (starts[i] ?? 0) - (starts[i - 1] ?? 0)
      assert.ok(length > 0 && length <= maxMemberBytes)
    }
    const members = new TextDecoder().decode(bytes.subarray(0, (starts.at(-1) ?? 0) - 1))
    assert.doesNotThrow(() => JSON.parse(`{${members}}`))
  }
})
