import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { imageOf } from '../../src/counter/image.ts'
import { readImage } from '../../src/counter/read-image.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { sketchIn, sketchOf, storedImages } from '../support/sketches.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

test('the example in the header of image.ts is right', () => {
  const sketch = new Sketch(14)
  const out = newFingerprint()
  for (const uid of ['T', '12']) {
    fingerprintOfText(uid, out)
    sketch.add(out.hi, out.lo)
  }
  assert.equal(hex(imageOf(sketch)), '0201070e030802081f53b20505a32710')
})

/** What DataSketches wrote, with its coupons in our order. */
function ordered(image: Buffer): string {
  const start = [8, 12][image[7]! & 3]
  if (start === undefined) return hex(image)
  const coupons = []
  for (let at = start; at < image.length; at += 4) coupons.push(image.readUInt32LE(at))
  const sorted = Buffer.from(image)
  coupons.sort((a, b) => a - b).forEach((coupon, i) => sorted.writeUInt32LE(coupon, start + i * 4))
  return hex(sorted)
}

test('lists and sets of DataSketches and ours are the same bytes, but for the order of coupons', () => {
  let compared = 0
  for (const { users, type, lgK, form, image } of storedImages()) {
    const bytes = Buffer.from(image, 'base64')
    if (type !== 'HLL_8' || form !== 'compact' || bytes[0] === 10) continue
    assert.equal(hex(imageOf(sketchOf(users, lgK))), ordered(bytes), `${users} users, 2^${lgK}`)
    compared++
  }
  assert.ok(compared >= 10, `${compared}`)
})

test('registers of a union of DataSketches and ours are the same bytes', () => {
  const unions = storedImages().filter(({ union, type }) => union === true && type === 'HLL_8')
  const images = unions.map(({ image }) => image)
  const ours = Buffer.from(imageOf(sketchOf(50_000, 10))).toString('base64')
  assert.ok(images.includes(ours))
})

for (const precision of [4, 10, 14]) {
  test(`2^${precision} registers: an image that is read gives the same image`, () => {
    for (const users of [0, 1, 7, 8, 24, 25, 97, 1536, 1537, 5000]) {
      const image = imageOf(sketchOf(users, precision))
      const read = readImage(image)
      assert.ok(typeof read !== 'string', String(read))
      assert.equal(hex(imageOf(read)), hex(image), `${users} users`)
      assert.deepEqual(read.estimate(), sketchOf(users, precision).estimate())
    }
  })
}

test('an image takes 12 bytes and 4 a user, then a byte a register and 40', () => {
  const bytesOf = (users: number) => imageOf(sketchOf(users, 14)).length
  assert.deepEqual([0, 1, 7, 8, 1000, 1536, 1537, 50_000].map(bytesOf), [
    8,
    12,
    36,
    44,
    4012,
    6156,
    16_424,
    16_424,
  ])
})

test('ranks from 32 on have a sum of their own', () => {
  const sketch = sketchOf(5000, 10)
  sketch.addCoupon((40 << 26 | 7) >>> 0)
  const image = Buffer.from(imageOf(sketch))
  assert.equal(image.readDoubleLE(24), 2 ** -40)
  const read = sketchIn(image.toString('base64'))
  assert.equal(read.registers![7], 40)
})
