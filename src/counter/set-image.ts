/**
 * Writes and reads the image of an exact set of users: every fingerprint (hash.ts), so that whoever
 * unites sets has exact numbers. Sorted, as equal sets are to have equal images, and each by its
 * distance from the one before, as distances are short where users are many. Numbers are little-endian:
 *
 *    0      1         2        6        10
 *   | 0x73 | version | check  | number | distances … |
 *
 *   check      the lower half of the fingerprint of all that stands behind it
 *   distances  the first fingerprint, then of each next one its distance minus 1. With z zeros before
 *              the first one bit of the number of users (Math.clz32) a distance is
 *
 *                | upper 32 - z bits, unary: so many ones, then a zero | z bits | lower 32 bits |
 *
 *              bits from the highest of each byte on; zeros fill up the last byte. (Rice, 1979: the
 *              unary part is as good as possible for users whose fingerprints are random.)
 *
 * Worked through, the users "12" (6c94c7eb ebf792e8) and "T" (09e8c147 56efd8e8), z = 30. "T" is the
 * smaller one, and its upper half no multiple of 2^30: a zero, 30 bits of 09e8c147, 32 of 56efd8e8.
 * To "12" it is 62ac06a4 9507b9ff more: a one and a zero for 2^30, 30 bits of 22ac06a4, 32 bits:
 *
 *   73 01 | 6a 1e f1 3e | 02 00 00 00 | 13 d1 82 8e  ad df b1 d1  45 58 0d 49  2a 0f 73 fe
 *
 * A user takes 33 + z bits and the unary ones, 1 to 2 of them: 7.0 bytes among 1,000, 5.7 among a
 * million; as text in base64 9.3 and 7.6 (`test/counter/set-image.test.ts` counts them). Fingerprints
 * as they are would take 8, and 10.7 as text.
 *
 * What is damaged is refused: by its check, its length, which has to be right to the byte, or its bits.
 */
import type { Reserve } from './counter.ts'
import { ExactSet } from './exact.ts'
import { fingerprint, newFingerprint } from './hash.ts'

const mark = 0x73
const version = 1
const checkAt = 2
const numberAt = 6
const headBytes = 10
/** More have no image: as text it would come near what a string can hold, 512 MB. */
export const mostInSet: number = 2 ** 25

export function setImageOf(users: ExactSet): Uint8Array {
  const { size } = users
  const sorted = sortedOf(users)
  const bits = new BitWriter(headBytes, size)
  const low = Math.clz32(size)
  let [hiBefore, loBefore] = [0, 0]
  for (let i = 0; i < size; i++) {
    const [lo, hi] = [sorted[2 * i + loPlace]!, sorted[2 * i + hiPlace]!]
    const isFirst = i === 0
    const difference = lo - loBefore - (isFirst ? 0 : 1)
    const upper = hi - hiBefore - (difference < 0 ? 1 : 0)
    bits.ones(low === 32 ? 0 : upper >>> low)
    bits.put(low === 0 ? 0 : upper & (2 ** low - 1), low)
    bits.put(difference >>> 0, 32)
    hiBefore = hi
    loBefore = lo
  }
  const image = bits.end()
  const view = viewOf(image)
  image[0] = mark
  image[1] = version
  view.setUint32(numberAt, size, true)
  view.setUint32(checkAt, checkOf(image), true)
  return image
}

/** The users, or what is wrong with the image. `reserve` is asked before much memory is taken. */
export function readSetImage(bytes: Uint8Array, reserve?: Reserve): ExactSet | string {
  if (bytes.length < headBytes) return `${bytes.length} bytes; expected ${headBytes} or more`
  if (bytes[0] !== mark) return `no set: it begins with ${bytes[0]}; expected ${mark}`
  if (bytes[1] !== version) return `version ${bytes[1]}; expected ${version}`
  const view = viewOf(bytes)
  if (view.getUint32(checkAt, true) !== checkOf(bytes)) return 'damaged: its check does not fit'
  const size = view.getUint32(numberAt, true)
  const low = Math.clz32(size)
  if (size > mostInSet || size * (33 + low) > (bytes.length - headBytes) * 8) {
    return `${bytes.length} bytes; expected more for ${size} users`
  }
  const bits = new BitReader(bytes, headBytes)
  const users = new ExactSet(reserve)
  let [hi, lo] = [0, 0]
  for (let i = 0; i < size; i++) {
    const upper = bits.ones() * 2 ** low + bits.take(low)
    const sum = lo + bits.take(32) + (i === 0 ? 0 : 1)
    lo = sum % 2 ** 32
    hi += upper + (sum >= 2 ** 32 ? 1 : 0)
    if (hi >= 2 ** 32) return `user ${i} has no fingerprint of 64 bits`
    users.add(hi, lo)
  }
  const expected = bits.endBytes()
  return bytes.length === expected ? users : `${bytes.length} bytes; expected ${expected}`
}

/** Where the halves of a 64-bit number stand in memory. */
const loPlace = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1
const hiPlace = 1 - loPlace

/** Of each fingerprint both halves, ascending. */
function sortedOf(users: ExactSet): Uint32Array {
  const halves = new Uint32Array(users.size * 2)
  let at = 0
  users.forEach((hi, lo) => {
    halves[at + loPlace] = lo
    halves[at + hiPlace] = hi
    at += 2
  })
  new BigUint64Array(halves.buffer).sort()
  return halves
}

class BitWriter {
  #bytes: Uint8Array
  #at: number
  /** Bits of the byte in hand, and how many there are. */
  #byte = 0
  #count = 0

  constructor(headBytes: number, users: number) {
    this.#at = headBytes
    // All ones together are fewer than twice the users: the upper halves end at 2^32.
    const bits = users * (33 + Math.clz32(users) + 2) + 8
    this.#bytes = new Uint8Array(headBytes + Math.ceil(bits / 8))
  }

  /** So many, and a zero behind. */
  ones(count: number): void {
    for (let left = count; left > 0; left--) this.put(1, 1)
    this.put(0, 1)
  }

  /** The lowest `width` bits of the value, up to 32. */
  put(value: number, width: number): void {
    let left = width
    while (left > 0) {
      const taken = Math.min(left, 8 - this.#count)
      left -= taken
      this.#byte = this.#byte << taken | value >>> left & (1 << taken) - 1
      this.#count += taken
      if (this.#count === 8) this.#next()
    }
  }

  end(): Uint8Array {
    if (this.#count > 0) this.put(0, 8 - this.#count)
    return this.#bytes.slice(0, this.#at)
  }

  #next(): void {
    this.#bytes[this.#at++] = this.#byte
    this.#byte = this.#count = 0
  }
}

class BitReader {
  readonly #bytes: Uint8Array
  /** In bits. */
  #at: number

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes
    this.#at = fromByte * 8
  }

  /** How many there are up to the zero behind them. Behind the last byte there are none. */
  ones(): number {
    let count = 0
    while (this.take(1) === 1) count++
    return count
  }

  /** Up to 32 bits; zeros behind the last byte. */
  take(width: number): number {
    let value = 0
    let left = width
    while (left > 0) {
      const inByte = this.#at & 7
      const taken = Math.min(left, 8 - inByte)
      const byte = this.#bytes[Math.floor(this.#at / 8)] ?? 0
      value = value * 2 ** taken + (byte >>> 8 - inByte - taken & (1 << taken) - 1)
      this.#at += taken
      left -= taken
    }
    return value
  }

  /** How many bytes it takes up to here; more than any where a bit behind is set. */
  endBytes(): number {
    const last = this.#at & 7
    if (last > 0 && this.take(8 - last) !== 0) return Infinity
    return Math.ceil(this.#at / 8)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const hash = newFingerprint()

function checkOf(image: Uint8Array): number {
  fingerprint(image, numberAt, image.length, hash)
  return hash.lo >>> 0
}
