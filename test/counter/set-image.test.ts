/** Images of sets: every set comes back, what is damaged is refused, and what a user costs. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ExactSet } from '../../src/counter/exact.ts'
import { fingerprint, newFingerprint } from '../../src/counter/hash.ts'
import { readSetImage, setImageOf } from '../../src/counter/set-image.ts'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { base64 } from '../../src/ndjson/base64.ts'
import { seed, seedHint } from '../support/seed.ts'
import { addUsers } from '../support/sketches.ts'

const hash = newFingerprint()

type User = readonly [hi: number, lo: number]

function setOf(users: Iterable<User>): ExactSet {
  const set = new ExactSet()
  for (const [hi, lo] of users) set.add(hi, lo)
  return set
}

function users(count: number): ExactSet {
  const set = new ExactSet()
  addUsers(set, 0, count)
  return set
}

function read(image: Uint8Array): ExactSet {
  const set = readSetImage(image)
  if (typeof set === 'string') throw new Error(set)
  return set
}

function sameSets(a: ExactSet, b: ExactSet, hint: string): void {
  assert.equal(a.size, b.size, hint)
  a.forEach((hi, lo) => assert.ok(b.has(hi, lo), `${hi} ${lo}; ${hint}`))
}

test('the example of the drawing is what is written', () => {
  const image = setImageOf(setOf([[0x6c94c7eb, 0xebf792e8], [0x09e8c147, 0x56efd8e8]]))
  const expected = '7301 6a1ef13e 02000000 13d1828eaddfb1d145580d492a0f73fe'.replaceAll(' ', '')
  assert.equal(Buffer.from(image).toString('hex'), expected)
})

test('every set comes back, with fingerprints at both ends and side by side', () => {
  const random = seededRandom(seed)
  const halves = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
  for (let i = 0; i < 500; i++) {
    const half = () => below(random, 2) === 0 ? pick(random, halves) : below(random, 2 ** 32)
    const set = setOf(Array.from({ length: below(random, 40) }, () => [half(), half()] as const))
    sameSets(set, read(setImageOf(set)), `set ${i}; ${seedHint}`)
  }
  for (const count of [1000, 4096, 30_000]) {
    sameSets(users(count), read(setImageOf(users(count))), `${count} users`)
  }
})

test('equal sets have equal images, in whatever order users came', () => {
  const backwards = new ExactSet()
  for (let i = 2000; i-- > 0;) addUsers(backwards, i, i + 1)
  assert.deepEqual(setImageOf(backwards), setImageOf(users(2000)))
})

test('every truncation, every flipped bit and every byte too many is refused with a reason', () => {
  for (const count of [0, 1, 2, 7, 100]) {
    const image = setImageOf(users(count))
    const refused = (bytes: Uint8Array, hint: string) => {
      const outcome = readSetImage(bytes)
      assert.equal(typeof outcome, 'string', `${count} users, ${hint}`)
      assert.match(outcome as string, /^[\x20-\x7e]{8,120}$/)
    }
    for (let end = 0; end < image.length; end++) refused(image.subarray(0, end), `cut at ${end}`)
    for (let bit = 0; bit < image.length * 8; bit++) {
      refused(image.map((byte, i) => i === bit >> 3 ? byte ^ 1 << (bit & 7) : byte), `bit ${bit}`)
    }
    refused(new Uint8Array([...image, 0]), 'a byte more')
  }
})

test('random bytes with a right check are refused, or another set of as many users as they say', () => {
  const random = seededRandom(seed)
  let sets = 0
  for (let i = 0; i < 2000; i++) {
    const count = 1 + below(random, 20)
    const image = setImageOf(users(count))
    const at = 6 + below(random, image.length - 6)
    image[at] = below(random, 256)
    const forged = withCheck(image)
    const outcome = readSetImage(forged)
    if (typeof outcome === 'string') continue
    sets++
    assert.deepEqual(setImageOf(outcome), forged, `${at} of ${count}; ${seedHint}`)
  }
  assert.ok(sets > 100, `only ${sets} sets`)
})

test('a user takes the bytes that README tells, as text', () => {
  const bytesPerUser = (count: number) => base64(setImageOf(users(count))).length / count
  assert.ok(Math.abs(bytesPerUser(1000) - 9.3) < 0.1, `${bytesPerUser(1000)}`)
  assert.ok(Math.abs(bytesPerUser(100_000) - 8.15) < 0.1, `${bytesPerUser(100_000)}`)
})

/** As a forger would write it. */
function withCheck(image: Uint8Array): Uint8Array {
  const forged = image.slice()
  fingerprint(forged, 6, forged.length, hash)
  new DataView(forged.buffer).setUint32(2, hash.lo >>> 0, true)
  return forged
}
