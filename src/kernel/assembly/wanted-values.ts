/** The values of the two keys, in a line that is JSON, or was read lazily. */
import { BACKSLASH, isDigit, noHexAt, QUOTE, skipSpace } from './bytes'

/** What a value is: NONE for what the twin must look at, ODD for text with escapes or beyond ASCII. */
export const NONE: i32 = 0
export const PLAIN: i32 = 1
export const ODD: i32 = 2

/** Where the value was found, without quotes. */
export let valueStart: usize = 0
export let valueEnd: usize = 0

/**
 * Finds the value of the key whose colon stands before `at`. PLAIN: a number, or text of ASCII. NONE
 * for what is neither number nor text, and for empty text.
 */
export function findValue(at: usize): i32 {
  at = skipSpace(at)
  const first = load<u8>(at)
  if (first === QUOTE) {
    at++
    valueStart = at
    while (true) {
      const bytes = v128.load(at)
      const isEnd = i8x16.eq(bytes, i8x16.splat(<i8> QUOTE))
      const isEscape = i8x16.eq(bytes, i8x16.splat(<i8> BACKSLASH))
      // As signed numbers these are the control characters and what is not ASCII.
      const isOdd = i8x16.lt_s(bytes, i8x16.splat(0x20))
      const ends = i8x16.bitmask(v128.or(v128.or(isEnd, isEscape), isOdd))
      if (ends !== 0) {
        at += ctz(ends)
        break
      }
      at += 16
    }
    valueEnd = at
    if (load<u8>(at) === QUOTE) return at > valueStart ? PLAIN : NONE
    return findTextEnd(at) ? ODD : NONE
  }
  if (first !== 0x2d && !isDigit(first)) return NONE
  valueStart = at
  while (isNumeric(load<u8>(at))) at++
  valueEnd = at
  return PLAIN
}

/** Of text that is not plain from `at` on. False for what JSON does not have. */
function findTextEnd(at: usize): bool {
  while (load<u8>(at) !== QUOTE) {
    if (load<u8>(at) < 0x20) return false
    if (load<u8>(at++) !== BACKSLASH) continue
    const letter = load<u8>(at++)
    if (letter === 0x75) {
      for (const end = at + 4; at < end; at++) {
        if (load<u8>(noHexAt + load<u8>(at)) !== 0) return false
      }
    } else if (!isShortEscape(letter)) {
      return false
    }
  }
  valueEnd = at
  return true
}

/** What may follow a backslash, but for u. */
function isShortEscape(letter: u8): bool {
  if (letter === QUOTE || letter === BACKSLASH || letter === 0x2f) return true
  return letter === 0x62 || letter === 0x66 || letter === 0x6e || letter === 0x72 || letter === 0x74
}

// @ts-ignore: decorator
@inline
function isNumeric(byte: u8): bool {
  return isDigit(byte) || byte === 0x2e || byte === 0x2d || byte === 0x2b || (byte | 0x20) === 0x65
}
