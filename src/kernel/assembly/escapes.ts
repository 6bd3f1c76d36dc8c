/** What follows a backslash. Counterpart: stringEnd in ../json-tokens.ts */
import { ESCAPED, escapesAt, maskBytes, masksAt } from './blocks'
import { noHexAt } from './bytes'
import { bits } from './masks'

/**
 * What a byte is by its two halves: a bit is set for it if it is set for the lower and the upper
 * half in these. Bits 1, 2 and 4: a hex digit. Bits 0, 3, 5 and 6: may follow a backslash. Bit 7: u.
 */
const lowerHalves = i8x16(2, 22, 119, 22, 86, -42, 54, 2, 2, 2, 0, 0, 8, 0, 32, 1)
const upperHalves = i8x16(0, 0, 1, 2, 4, 8, 48, -64, 0, 0, 0, 0, 0, 0, 0, 0)
const HEX: i8 = 22
const ESCAPE: i8 = 105

// @ts-ignore: decorator
@inline
function escapeClass(bytes: v128): v128 {
  const lower = i8x16.swizzle(lowerHalves, v128.and(bytes, i8x16.splat(15)))
  return v128.and(lower, i8x16.swizzle(upperHalves, i8x16.shr_u(bytes, 4)))
}

// @ts-ignore: decorator
@inline
function lacks(kind: i8, classes: v128): v128 {
  return i8x16.eq(v128.and(classes, i8x16.splat(kind)), i8x16.splat(0))
}

/** Whether the escapes of the blocks listed up to `end` are such as JSON has. 0: all are. */
export function wrongEscapes(start: usize, end: usize): u64 {
  let bad: u64 = 0
  for (let next = escapesAt; next < end; next += 4) {
    const masks = <usize> load<u32>(next)
    const at = start + (masks - masksAt) / maskBytes * 64
    const escaped = load<u64>(masks, ESCAPED)
    const a = escapeClass(v128.load(at))
    const b = escapeClass(v128.load(at, 16))
    const c = escapeClass(v128.load(at, 32))
    const d = escapeClass(v128.load(at, 48))
    const long = bits(a, b, c, d) & escaped
    const digits = long << 1 | long << 2 | long << 3 | long << 4
    bad |= escaped & bits(lacks(ESCAPE, a), lacks(ESCAPE, b), lacks(ESCAPE, c), lacks(ESCAPE, d))
    bad |= digits & bits(lacks(HEX, a), lacks(HEX, b), lacks(HEX, c), lacks(HEX, d))
    // Digits in the next block.
    for (let rest = long >> 60 << 60; rest !== 0; rest &= rest - 1) {
      const digit = at + <usize> ctz(rest) + 1
      bad |= <u64> (load<u8>(noHexAt + load<u8>(digit)) |
        load<u8>(noHexAt + load<u8>(digit, 1)) |
        load<u8>(noHexAt + load<u8>(digit, 2)) |
        load<u8>(noHexAt + load<u8>(digit, 3)))
    }
  }
  return bad
}
