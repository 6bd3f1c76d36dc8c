/**
 * The 64 bits that stand for a uid, so that counting needs no text: bits of MurmurHash3 x64_128
 * with seed 9001 over the UTF-8 of the uid, which is the hash of Apache DataSketches.
 *
 *   h1   63                     26 25                      0
 *       |        not kept         |        slot bits        |
 *   h2   63                                 26 25          0
 *       |            rank bits                | not kept    |
 *
 *   hi   31                      6 5    0     lo   31                              0
 *       |     h1, bits 25 to 0    | 63-58|        |       h2, bits 57 to 26         |
 *
 * Why these: a HyperLogLog with 2^n slots takes the low n bits of h1 as the slot, and the leading
 * zeros of h2 as the rank. So DataSketches' own registers can be made from the fingerprint for any
 * n up to 26, long after the text is gone; ranks end at 39, which one user in 2^38 would exceed.
 *
 * Worked through for the uid "12": h1 = 7cc22cdd b9b2531f, h2 = afafde4b a0d9de8e
 *   hi = (b9b2531f & 03ffffff) << 6 | afafde4b >>> 26 = 6c94c7eb
 *   lo = afafde4b << 6 | a0d9de8e >>> 26              = ebf792e8
 *
 * Two users become one with P = n^2 / 2^65 among n users: 2.7e-8 for a million, 2.7e-4 for a
 * hundred million.
 *
 * 64-bit numbers are pairs of 32-bit halves: BigInt costs eight times as much.
 */

/** Written by the functions below and read at once, so that a hash allocates nothing. */
export interface Fingerprint {
  hi: number
  lo: number
}

export function newFingerprint(): Fingerprint {
  return { hi: 0, lo: 0 }
}

const seed = 9001
const c1Hi = 0x87c37b91
const c1Lo = 0x114253d5
const c2Hi = 0x4cf5ad43
const c2Lo = 0x2745937f

/** Fingerprint of the UTF-8 text in `bytes`, from `start` up to `end`. */
export function fingerprint(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Fingerprint,
): void {
  let h1Hi = 0
  let h1Lo = seed
  let h2Hi = 0
  let h2Lo = seed
  const length = end - start
  const tail = start + (length & ~15)

  for (let at = start; at <= tail; at += 16) {
    // The last round takes the 0 to 15 bytes that are left, as if zeros came behind them: a zero
    // half changes nothing, since each half only enters by XOR of a product.
    const isTail = at === tail
    const k1Lo = isTail ? partialWord(bytes, at, end) : word(bytes, at)
    const k1Hi = isTail ? partialWord(bytes, at + 4, end) : word(bytes, at + 4)
    const k2Lo = isTail ? partialWord(bytes, at + 8, end) : word(bytes, at + 8)
    const k2Hi = isTail ? partialWord(bytes, at + 12, end) : word(bytes, at + 12)

    // h1 ^= rotl(k1 * c1, 31) * c2
    let hi = productHi(k1Hi, k1Lo, c1Hi, c1Lo)
    let lo = Math.imul(k1Lo, c1Lo)
    let turnedHi = hi << 31 | lo >>> 1
    let turnedLo = lo << 31 | hi >>> 1
    h1Hi ^= productHi(turnedHi, turnedLo, c2Hi, c2Lo)
    h1Lo ^= Math.imul(turnedLo, c2Lo)

    if (!isTail) { // h1 = (rotl(h1, 27) + h2) * 5 + 0x52dce729
      turnedHi = h1Hi << 27 | h1Lo >>> 5
      turnedLo = h1Lo << 27 | h1Hi >>> 5
      lo = (turnedLo >>> 0) + (h2Lo >>> 0)
      hi = turnedHi + h2Hi + (lo > 0xffffffff ? 1 : 0) | 0
      h1Lo = (lo >>> 0) * 5 + 0x52dce729
      h1Hi = Math.imul(hi, 5) + Math.floor(h1Lo / 0x100000000) | 0
      h1Lo |= 0
    }

    // h2 ^= rotl(k2 * c2, 33) * c1
    hi = productHi(k2Hi, k2Lo, c2Hi, c2Lo)
    lo = Math.imul(k2Lo, c2Lo)
    turnedHi = lo << 1 | hi >>> 31
    turnedLo = hi << 1 | lo >>> 31
    h2Hi ^= productHi(turnedHi, turnedLo, c1Hi, c1Lo)
    h2Lo ^= Math.imul(turnedLo, c1Lo)

    if (!isTail) { // h2 = (rotl(h2, 31) + h1) * 5 + 0x38495ab5
      turnedHi = h2Hi << 31 | h2Lo >>> 1
      turnedLo = h2Lo << 31 | h2Hi >>> 1
      lo = (turnedLo >>> 0) + (h1Lo >>> 0)
      hi = turnedHi + h1Hi + (lo > 0xffffffff ? 1 : 0) | 0
      h2Lo = (lo >>> 0) * 5 + 0x38495ab5
      h2Hi = Math.imul(hi, 5) + Math.floor(h2Lo / 0x100000000) | 0
      h2Lo |= 0
    }
  }

  h1Lo ^= length
  h2Lo ^= length
  let sum = (h1Lo >>> 0) + (h2Lo >>> 0) // h1 += h2
  h1Hi = h1Hi + h2Hi + (sum > 0xffffffff ? 1 : 0) | 0
  h1Lo = sum | 0
  sum = (h1Lo >>> 0) + (h2Lo >>> 0) // h2 += h1
  h2Hi = h2Hi + h1Hi + (sum > 0xffffffff ? 1 : 0) | 0
  h2Lo = sum | 0

  mix(h1Hi, h1Lo, out)
  h1Hi = out.hi
  h1Lo = out.lo
  mix(h2Hi, h2Lo, out)
  h2Hi = out.hi
  h2Lo = out.lo
  sum = (h1Lo >>> 0) + (h2Lo >>> 0)
  h1Hi = h1Hi + h2Hi + (sum > 0xffffffff ? 1 : 0) | 0
  h1Lo = sum | 0
  sum = (h1Lo >>> 0) + (h2Lo >>> 0)
  h2Hi = h2Hi + h1Hi + (sum > 0xffffffff ? 1 : 0) | 0
  h2Lo = sum | 0

  out.hi = ((h1Lo & 0x3ffffff) << 6 | h2Hi >>> 26) >>> 0
  out.lo = (h2Hi << 6 | h2Lo >>> 26) >>> 0
}

/** Four bytes, little-endian. */
function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 |
    (bytes[at + 3] ?? 0) << 24
}

/** The same, with zeros for what lies at `end` and behind it. */
function partialWord(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) return word(bytes, at)
  let value = 0
  for (let i = end - 1; i >= at; i--) value = value << 8 | (bytes[i] ?? 0)
  return value
}

/** Upper half of the low 64 bits of a * b. The lower half is Math.imul(aLo, bLo). */
function productHi(aHi: number, aLo: number, bHi: number, bLo: number): number {
  const a0 = aLo & 0xffff
  const a1 = aLo >>> 16
  const b0 = bLo & 0xffff
  const b1 = bLo >>> 16
  const middle = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) >>> 0
  const carried = (middle & 0xffff) + Math.imul(a0, b1) >>> 16 // the sum is below 2^32
  const overflow = Math.imul(a1, b1) + (middle >>> 16) + carried | 0
  return overflow + Math.imul(aLo, bHi) + Math.imul(aHi, bLo) | 0
}

/** MurmurHash3's fmix64: every bit of the input changes about half of the output's. */
function mix(hi: number, lo: number, out: Fingerprint): void {
  lo ^= hi >>> 1 // h ^= h >>> 33
  hi = productHi(hi, lo, 0xff51afd7, 0xed558ccd)
  lo = Math.imul(lo, 0xed558ccd)
  lo ^= hi >>> 1
  hi = productHi(hi, lo, 0xc4ceb9fe, 0x1a85ec53)
  lo = Math.imul(lo, 0x1a85ec53)
  out.hi = hi
  out.lo = lo ^ hi >>> 1
}

const scratch = new Uint8Array(3 * 1024)

/**
 * Fingerprint of a uid whose text is at hand. A surrogate without its partner has no UTF-8; it is
 * written as the three bytes that its number would have (WTF-8), where TextEncoder would make
 * U+FFFD of each, and one user of two.
 */
export function fingerprintOfText(text: string, out: Fingerprint): void {
  // A UTF-16 unit becomes three bytes at most; a pair of them four.
  const bytes = text.length * 3 <= scratch.length ? scratch : new Uint8Array(text.length * 3)
  let end = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      bytes[end++] = code
      continue
    }
    if (code < 0x800) {
      bytes[end++] = 0xc0 | code >>> 6
      bytes[end++] = 0x80 | code & 0x3f
      continue
    }
    code = text.codePointAt(i) ?? code
    if (code < 0x10000) {
      bytes[end++] = 0xe0 | code >>> 12
    } else {
      bytes[end++] = 0xf0 | code >>> 18
      bytes[end++] = 0x80 | code >>> 12 & 0x3f
      i++ // the pair's second half
    }
    bytes[end++] = 0x80 | code >>> 6 & 0x3f
    bytes[end++] = 0x80 | code & 0x3f
  }
  fingerprint(bytes, 0, end, out)
}
