/** The values of the two keys, in a line that is JSON, or was read lazily. */
import { BACKSLASH, isDigit, noHexAt, QUOTE, skipSpace } from './bytes'

/** What a value is: NONE for what the twin must look at, ODD for text with escapes or beyond ASCII. */
export const NONE: i32 = 0
export const PLAIN: i32 = 1
export const ODD: i32 = 2

/** Where the value was found, without quotes. */
export let valueStart: usize = 0
export let valueEnd: usize = 0

/** Milliseconds per second, or which part of a millisecond the unit is. */
let isSeconds: bool = true
let unitsPerMs: u64 = 1

/** 9999-12-31T23:59:59.999Z */
const lastMs: u64 = 253402300799999

export function setUnit(isS: bool, perMs: i32): void {
  isSeconds = isS
  unitsPerMs = perMs
}

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

/**
 * Unix milliseconds of the value just found, or -1 where the twin must look. Counterpart: usualTime
 * in ../../time/unix-time.ts; of the other units it takes whole numbers only.
 */
export function findTime(): f64 {
  let at = valueStart
  const end = valueEnd
  let whole: u64 = 0
  if (areEightDigits(load<u64>(at))) { // behind the end stands no digit
    whole = eightDigits(load<u64>(at))
    at += 8
  }
  for (; at < end; at++) {
    const byte = load<u8>(at)
    if (!isDigit(byte)) break
    whole = whole * 10 + (byte - 0x30)
  }
  const digits = at - valueStart
  if (digits === 0 || (digits > 1 && load<u8>(valueStart) === 0x30)) return -1
  if (!isSeconds) {
    if (at < end || digits > 18) return -1
    const ms = whole / unitsPerMs
    return ms > lastMs ? -1 : <f64> ms
  }
  if (digits > 11) return -1
  let milliseconds: u64 = 0
  if (at < end) {
    if (isExponent(at)) return timeByPower(at)
    if (load<u8>(at) !== 0x2e || at + 1 === end) return -1
    let weight: u64 = 100
    for (at++; at < end; at++) {
      const byte = load<u8>(at)
      if (!isDigit(byte)) return isExponent(at) ? timeByPower(at) : -1
      milliseconds += (byte - 0x30) * weight
      weight = weight / 10
    }
  }
  return <f64> (whole * 1000 + milliseconds)
}

// @ts-ignore: decorator
@inline
function isExponent(at: usize): bool {
  return (load<u8>(at) | 0x20) === 0x65
}

/** Seconds that are `digits . digits e power`: milliseconds, or -1 where the twin must look. */
function timeByPower(e: usize): f64 {
  if (e - valueStart > 18 || load<u8>(e - 1) === 0x2e) return -1
  let ms: u64 = 0
  let power: i32 = 3
  for (let at = valueStart; at < e; at++) {
    const byte = load<u8>(at)
    if (byte === 0x2e) power += <i32> (at + 1 - e)
    else ms = ms * 10 + (byte - 0x30)
  }
  let at = e + 1
  const isNegative = load<u8>(at) === 0x2d
  if (isNegative || load<u8>(at) === 0x2b) at++
  const digits = valueEnd - at
  if (digits === 0 || digits > 2) return -1
  let exponent: i32 = 0
  for (; at < valueEnd; at++) {
    if (!isDigit(load<u8>(at))) return -1
    exponent = exponent * 10 + (load<u8>(at) - 0x30)
  }
  power += isNegative ? -exponent : exponent
  for (; power < 0; power++) ms = ms / 10
  for (; power > 0 && ms <= lastMs; power--) ms = ms * 10
  return ms > lastMs ? -1 : <f64> ms
}

/** Whether each byte has 3 in its upper half, and has it still with 6 added. */
// @ts-ignore: decorator
@inline
function areEightDigits(word: u64): bool {
  const upper = word & 0xf0f0f0f0f0f0f0f0
  const upperBehind = word + 0x0606060606060606 & 0xf0f0f0f0f0f0f0f0
  return (upper | upperBehind >> 4) === 0x3333333333333333
}

/**
 * The number in eight digits, the first in the lowest byte: each becomes a pair with the next one,
 * then the four pairs are weighed by 10^6, 10^4, 100 and 1 and meet in the upper half.
 */
// @ts-ignore: decorator
@inline
function eightDigits(word: u64): u64 {
  word -= 0x3030303030303030
  word = word * 10 + (word >> 8)
  return ((word & 0x000000ff000000ff) * 0x000f424000000064 + (word >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >> 32
}
