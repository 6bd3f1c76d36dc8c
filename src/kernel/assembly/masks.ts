/**
 * Sixty-four bytes as masks of sixty-four bits, the first byte in the lowest bit. Where something
 * reaches into the next 64 bytes, a carry is handed on.
 *
 *   bytes      { " u i d " :   " a \ " b " }
 *   quotes     . 1 . . . 1 . . 1 . . . . 1 .    those that no backslash escapes
 *   inside     . 1 1 1 1 . . . 1 1 1 1 1 . .    from an opening quote up to the last character
 */

import { LF } from './bytes'

/** One bit per byte that is all ones in the four vectors. */
// @ts-ignore: decorator
@inline
export function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = <u32> (i8x16.bitmask(a) | i8x16.bitmask(b) << 16)
  const high = <u32> (i8x16.bitmask(c) | i8x16.bitmask(d) << 16)
  return <u64> low | <u64> high << 32
}

/** Where the four vectors hold `byte`. */
// @ts-ignore: decorator
@inline
export function bitsOf(byte: u8, a: v128, b: v128, c: v128, d: v128): u64 {
  const wanted = i8x16.splat(<i8> byte)
  return bits(i8x16.eq(a, wanted), i8x16.eq(b, wanted), i8x16.eq(c, wanted), i8x16.eq(d, wanted))
}

/** Whether the four vectors hold `byte` anywhere. */
// @ts-ignore: decorator
@inline
export function holds(byte: u8, a: v128, b: v128, c: v128, d: v128): bool {
  const wanted = i8x16.splat(<i8> byte)
  const low = v128.or(i8x16.eq(a, wanted), i8x16.eq(b, wanted))
  const high = v128.or(i8x16.eq(c, wanted), i8x16.eq(d, wanted))
  return v128.any_true(v128.or(low, high))
}

/** Where the four vectors hold `last` or less. */
// @ts-ignore: decorator
@inline
export function bitsUpTo(last: u8, a: v128, b: v128, c: v128, d: v128): u64 {
  const most = i8x16.splat(<i8> last)
  return bits(
    i8x16.le_u(a, most),
    i8x16.le_u(b, most),
    i8x16.le_u(c, most),
    i8x16.le_u(d, most),
  )
}

/** Each bit becomes the XOR of itself and all below: what lies between two quotes becomes ones. */
// @ts-ignore: decorator
@inline
export function prefixXor(mask: u64): u64 {
  mask ^= mask << 1
  mask ^= mask << 2
  mask ^= mask << 4
  mask ^= mask << 8
  mask ^= mask << 16
  return mask ^ mask << 32
}

const oddBits: u64 = 0xaaaaaaaaaaaaaaaa

/**
 * The bytes that a backslash escapes. A run of backslashes escapes every other byte of it, so that the bits of each run
 * are subtracted from the odd bits: Langdale and Lemire, Parsing Gigabytes of JSON per Second
 * (2019), section 3.1.1, in its later form without branches.
 */
// @ts-ignore: decorator
@inline
export function escapedBytes(backslashes: u64, isFirstEscaped: u64): u64 {
  const escaping = backslashes & ~isFirstEscaped
  const turned = (escaping << 1 | oddBits) - escaping ^ oddBits
  return turned ^ (backslashes | isFirstEscaped)
}

/**
 * The bits of `from`, each moved up over white space to the first bit that is none. Adding a run of
 * ones to its lowest bit ripples to the first zero behind it. `rippledOver` tells whether one has
 * left the mask at its end.
 */
// @ts-ignore: decorator
@inline
export function overSpace(from: u64, space: u64): u64 {
  const sum = (from & space) + space
  rippledOver = <u64> (sum < space)
  return (from | sum) & ~space
}

export let rippledOver: u64 = 0

/** The first line break from `at` on. */
export function endOfLine(at: usize): usize {
  while (true) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    if (holds(LF, a, b, c, d)) return at + <usize> ctz(bitsOf(LF, a, b, c, d))
    at += 64
  }
}
