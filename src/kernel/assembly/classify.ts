/**
 * The masks of a step that need only the bytes, and what of them lies in strings. Counterpart:
 * stringEnd in ../json-tokens.ts
 */
import {
  CLOSES,
  COLONS,
  COMMAS,
  CONTROLS,
  ESCAPED,
  escapesAt,
  INSIDE,
  maskBytes,
  masksAt,
  OPENS,
  QUOTES,
  SPACES,
  stepBlocks,
} from './blocks'
import { BACKSLASH, COLON, COMMA, LF, QUOTE, SPACE } from './bytes'
import { bitsOf, bitsUpTo, escapedBytes, prefixXor } from './masks'

/** The line break in the last block of the step, or 0. */
export let lineBreak: u64 = 0
/** The end of the list of blocks in which something is escaped. */
export let escapesEnd: usize = 0

// What reaches from one step into the next.
let isFirstEscaped: u64 = 0
let insideBefore: u64 = 0

export function beginStrings(): void {
  isFirstEscaped = 0
  insideBefore = 0
}

/** Writes the masks of a step from `at` on, up to the block with the line break. */
export function classify(at: usize): usize {
  let masks = masksAt
  let escapedFirst = isFirstEscaped
  let insideFirst = insideBefore
  let nextEscape = escapesAt
  lineBreak = 0
  do {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    const backslashes = bitsOf(BACKSLASH, a, b, c, d)
    const escaped = escapedBytes(backslashes, escapedFirst)
    escapedFirst = (backslashes & ~escaped) >> 63
    const quotes = bitsOf(QUOTE, a, b, c, d) & ~escaped
    const inside = prefixXor(quotes) ^ insideFirst
    insideFirst = <u64> (<i64> inside >> 63)
    store<u64>(masks, escaped, ESCAPED)
    store<u32>(nextEscape, <u32> masks)
    nextEscape += <usize> (escaped !== 0) << 2
    store<u64>(masks, quotes, QUOTES)
    store<u64>(masks, inside, INSIDE)
    store<u64>(masks, bitsOf(COMMA, a, b, c, d), COMMAS)
    store<u64>(masks, bitsOf(COLON, a, b, c, d), COLONS)
    store<u64>(masks, bitsOf(SPACE, a, b, c, d), SPACES)
    // [ and { differ in this bit alone, so do ] and }.
    const bit = i8x16.splat(0x20)
    const a2 = v128.or(a, bit)
    const b2 = v128.or(b, bit)
    const c2 = v128.or(c, bit)
    const d2 = v128.or(d, bit)
    store<u64>(masks, bitsOf(0x7b, a2, b2, c2, d2), OPENS)
    store<u64>(masks, bitsOf(0x7d, a2, b2, c2, d2), CLOSES)
    // Control characters are rare, so first it is asked whether there is any.
    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d))
    const isPlain = !v128.any_true(i8x16.le_u(least, i8x16.splat(0x1f)))
    store<u64>(masks, isPlain ? 0 : bitsUpTo(0x1f, a, b, c, d), CONTROLS)
    at += 64
    masks += maskBytes
    if (!isPlain) {
      const breaks = bitsOf(LF, a, b, c, d)
      if (breaks !== 0) {
        lineBreak = breaks & 0 - breaks
        const ours = lineBreak - 1
        store<u64>(masks - maskBytes, escaped & ours, ESCAPED)
        store<u64>(masks - maskBytes, quotes & ours, QUOTES)
        store<u64>(masks - maskBytes, inside & ours, INSIDE)
        break
      }
    }
  } while (masks < masksAt + stepBlocks * maskBytes)
  isFirstEscaped = escapedFirst
  insideBefore = insideFirst
  escapesEnd = nextEscape
  return masks
}

