/** Images of other writers, and broken ones. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { addressOf, CouponSet, rankOf } from '../../src/counter/coupons.ts'
import { imageOf } from '../../src/counter/image.ts'
import { readImage } from '../../src/counter/read-image.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import {
  askPython,
  type ForeignImage,
  missingPackage,
  sketchIn,
  sketchOf,
  storedImages,
} from '../support/sketches.ts'

const missing = missingPackage('datasketches')

function checkAll(images: readonly ForeignImage[]): void {
  for (const { users, type, lgK, form, image } of images) {
    const [read, own] = [sketchIn(image), sketchOf(users, lgK)]
    const place = `${users} users, ${type}, 2^${lgK}, ${form}`
    assert.deepEqual(read.registers, own.registers, place)
    assert.deepEqual(read.coupons?.ascending(), own.coupons?.ascending(), place)
    assert.deepEqual(read.estimate(), own.estimate(), place)
    assert.deepEqual(imageOf(read), imageOf(own), place)
  }
}

test('stored images of DataSketches hold the users that ours hold', () => {
  const images = storedImages()
  checkAll(images)
  const kinds = new Set(images.map(({ type, form, image }) => {
    return `${type} ${form} ${Buffer.from(image, 'base64')[7]! & 3}`
  }))
  assert.equal(kinds.size, 3 * 2 * 3)
})

test('images of every kind that Python writes here hold the users that ours hold', (t) => {
  if (missing !== undefined) return t.skip(missing)
  checkAll(askPython<ForeignImage>(['write', 'all'], []))
})

test('Python reads ours, and its interval holds our estimate', (t) => {
  if (missing !== undefined) return t.skip(missing)
  interface Read {
    readonly lgK: number
    readonly bounds: readonly [number, number, number]
  }
  const sketches = [4, 10, 12, 14, 16, 18].flatMap((precision) => {
    return [0, 1, 7, 8, 100, 1000, 5000, 50_000].map((users) => sketchOf(users, precision))
  })
  const images = sketches.map((sketch) => Buffer.from(imageOf(sketch)).toString('base64'))
  askPython<Read>(['read'], images).forEach(({ lgK, bounds: [low, , high] }, i) => {
    const { users } = sketches[i]!.estimate()
    assert.equal(lgK, sketches[i]!.precision)
    assert.ok(Math.floor(low) <= users && users <= Math.ceil(high), `${low} ${users} ${high}`)
  })
})

test('Python unites ours as we do', (t) => {
  if (missing !== undefined) return t.skip(missing)
  for (
    const [one, other] of [[3, 3], [90, 5], [900, 800], [60_000, 3], [60_000, 50_000]] as const
  ) {
    for (const precision of [10, 14]) {
      const parts = [sketchOf(one, precision), new Sketch(precision)]
      parts[1]!.merge(sketchOf(one + other, precision))
      const images = parts.map((sketch) => Buffer.from(imageOf(sketch)).toString('base64'))
      const [union] = askPython<ForeignImage>(['unite', `${precision}`], images)
      const whole = sketchOf(one + other, precision)
      assert.deepEqual(imageOf(sketchIn(union!.image)), imageOf(whole), `${one} and ${other}`)
    }
  }
})

/** One image of each kind, small, for all that can befall it. */
const victims: readonly (readonly [name: string, image: Uint8Array])[] = storedImages()
  .filter(({ lgK, type, image }) => lgK === 10 && (type !== 'HLL_8' || image.length < 2000))
  .map(({ users, type, form, image }) => {
    return [
      `${users} users, ${type}, ${form}`,
      new Uint8Array(Buffer.from(image, 'base64')),
    ] as const
  })
const withExceptions = storedImages()
  .filter(({ users, lgK, type }) => users === 50_000 && lgK === 12 && type === 'HLL_4')
  .map(({ form, image }) => {
    return [`exceptions, ${form}`, new Uint8Array(Buffer.from(image, 'base64'))] as const
  })
const everyVictim = [...victims, ...withExceptions]

/** A valid sketch, or a reason. */
function checkOutcome(outcome: Sketch | string): void {
  if (typeof outcome === 'string') return assert.match(outcome, /^[\x20-\x7e]{8,120}$/)
  const { users, low, high } = outcome.estimate()
  assert.ok(low <= users && users <= high && Number.isSafeInteger(high), `${low} ${users} ${high}`)
  const coupons = new CouponSet()
  outcome.coupons?.forEach((coupon) => {
    assert.ok(rankOf(coupon) > 0 && addressOf(coupon) < 2 ** 26)
    coupons.add(coupon)
  })
  assert.equal(coupons.size, outcome.coupons?.size ?? 0)
  assert.ok(outcome.registers?.every((rank) => rank <= 63) ?? true)
}

test('every truncation is refused, and nothing is read behind the end', () => {
  for (const [name, image] of everyVictim) {
    // What stands behind must not be seen, be it what was cut off.
    for (let length = 0; length < image.length; length++) {
      const outcome = readImage(image.subarray(0, length))
      // A table without exceptions, all zeros, may be shorter: its size does not stand in the head.
      const isEmptyTable = name.includes('HLL_4, updatable') && length >= 40 + 512
      if (isEmptyTable && typeof outcome !== 'string') {
        assert.deepEqual(imageOf(outcome), imageOf(readImage(image) as Sketch))
        continue
      }
      assert.equal(typeof outcome, 'string', `${name}, ${length} of ${image.length} bytes`)
      checkOutcome(outcome)
    }
    const longer = new Uint8Array(image.length + 1)
    longer.set(image)
    assert.equal(typeof readImage(longer), 'string', `${name}, a byte more`)
  }
})

test('every byte, whatever it becomes, is refused or gives another valid sketch', () => {
  const anything = Array.from({ length: 255 }, (_, i) => i + 1)
  const bits = [1, 2, 4, 8, 16, 32, 64, 128, 255]
  let [refused, tried] = [0, 0]
  for (const [name, image] of everyVictim) {
    const copy = image.slice()
    const step = image.length > 500 ? 5 : 1 // behind the head, where registers are alike
    for (let at = 0; at < image.length; at += at < 44 ? 1 : step) {
      for (const flip of at < 12 ? anything : bits) {
        copy[at] = image[at]! ^ flip
        const outcome = readImage(copy)
        try {
          checkOutcome(outcome)
        } catch (error) {
          throw new Error(`${name}: byte ${at} is ${copy[at]}`, { cause: error })
        }
        if (typeof outcome === 'string') refused++
        tried++
      }
      copy[at] = image[at]!
    }
  }
  assert.ok(refused > tried / 2, `${refused} of ${tried}`)
})

test('a changed register is noticed, as the sums in the head are those of the registers', () => {
  for (const users of [100, 1000, 50_000]) {
    const image = imageOf(sketchOf(users, 10))
    for (let at = 40; at < image.length; at++) {
      image[at]! ^= 1
      assert.equal(typeof readImage(image), 'string', `byte ${at}`)
      image[at]! ^= 1
    }
  }
})

test('registers that no users can have filled give a number all the same', () => {
  const sketch = new Sketch(10)
  sketch.addRegisters(new Uint8Array(1024).fill(63))
  const read = readImage(imageOf(sketch))
  assert.ok(typeof read !== 'string', String(read))
  checkOutcome(read)
})

test('registers that nobody has met are an empty sketch', () => {
  const sketch = new Sketch(10)
  sketch.addRegisters(new Uint8Array(1024))
  const read = readImage(imageOf(sketch))
  assert.ok(typeof read !== 'string', String(read))
  assert.deepEqual(imageOf(read), imageOf(new Sketch(10)))
})

/**
 * 16 registers of 4 bits: 3 and 1 are in the first byte, then 15, an exception, then 0. The head is
 * marked as lagging behind, so that nothing but the exceptions themselves can be wrong.
 */
function fourBits(
  least: number,
  exceptions: readonly (readonly [slot: number, rank: number])[],
  secondByte = 0xf,
): Sketch | string {
  const image = Buffer.alloc(40 + 8 + 4 * exceptions.length)
  image.set([10, 1, 7, 4, 0, 8 | 32, least, 2])
  image.writeUInt32LE(exceptions.length, 36)
  image.set([0x13, secondByte], 40)
  exceptions.forEach(([slot, rank], i) => {
    image.writeUInt32LE((rank << 26 | slot) >>> 0, 48 + 4 * i)
  })
  return readImage(image)
}

test('4-bit registers count from the least, but for exceptions', () => {
  const read = fourBits(2, [[2, 17]])
  assert.ok(typeof read !== 'string', String(read))
  assert.deepEqual([...read.registers!], [5, 3, 17, ...new Array<number>(13).fill(2)])
})

test('the example in the header of packed-registers.ts is right', () => {
  const image = Buffer.alloc(40 + 13)
  image.set([10, 1, 7, 4, 0, 8 | 32, 0, 6])
  image.set([0x41, 0x20, 0x0c], 40)
  const read = readImage(image)
  assert.ok(typeof read !== 'string', String(read))
  assert.deepEqual([...read.registers!], [1, 1, 2, 3, ...new Array<number>(12).fill(0)])
})

test('exceptions that do not fit are refused', () => {
  const misplaced = 'byte 48: no exception belongs to register'
  assert.equal(fourBits(2, [[2, 16]]), `${misplaced} 2`)
  assert.equal(fourBits(2, [[1, 17]]), `${misplaced} 1`)
  assert.equal(fourBits(2, [[18, 17]]), `${misplaced} 18`)
  assert.equal(fourBits(2, []), '1 exceptions, where the head says 0')
  assert.equal(fourBits(2, [[2, 17], [2, 17]]), '1 exceptions, where the head says 2')
  assert.equal(
    fourBits(2, [[2, 17], [2, 17]], 0xff),
    'byte 52: no exception belongs to register 2',
  )
  assert.equal(fourBits(62, [[2, 63]]), 'register 0 holds 65, more than 63')
  assert.equal(fourBits(200, [[2, 63]]), 'registers from 200 on, more than 63')
})

test('of a table with fewer exceptions than the head says the rest is missing', () => {
  const table = withExceptions.find(([name]) => name.endsWith('updatable'))![1]
  const empty = table.slice()
  empty.fill(0, 40 + 2048)
  assert.equal(readImage(empty), '1 exceptions are missing')
})

test('what is wrong is said', () => {
  const list = imageOf(sketchOf(3, 10))
  const registers = imageOf(sketchOf(5000, 10))
  const changed = (image: Uint8Array, at: number, byte: number) => {
    const copy = image.slice()
    copy[at] = byte
    return readImage(copy)
  }
  assert.equal(readImage(list.subarray(0, 5)), '5 bytes; expected 8')
  assert.equal(readImage(list.subarray(0, 12)), '12 bytes; expected 20')
  assert.equal(changed(list, 2, 3), 'family 3; expected 7, HLL')
  assert.equal(changed(list, 1, 2), 'version 2; expected 1')
  assert.equal(changed(list, 3, 22), '2^22 registers; expected 2^4 to 2^21')
  assert.equal(changed(list, 0, 3), 'a head of 3 words; expected 2')
  assert.equal(changed(list, 7, 12), 'mode 12 is unknown')
  assert.equal(changed(list, 5, 1), 'flags 1 are unknown')
  assert.equal(changed(list, 6, 8), '8 coupons, which are too many for 2^10 registers')
  assert.equal(changed(list, 11, 0), 'byte 8: no coupon, as its rank is 0')
  const twice = list.slice()
  twice.copyWithin(12, 8, 12)
  assert.equal(readImage(twice), 'byte 12: the coupon stands there twice')
  assert.equal(changed(registers, 40, 64), 'register 0 holds 64, more than 63')
  assert.match(String(changed(registers, 32, 9)), /^\d+ registers hold 0, where the head says \d+$/)
  assert.match(
    String(changed(registers, 23, 0)),
    /^registers add up to [\d.]+, where the head says/,
  )
})
