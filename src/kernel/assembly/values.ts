/** The values of the two keys, in a line that is JSON, or was read lazily. */
import { BACKSLASH, isDigit, QUOTE, skipSpace } from './bytes'

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
 * Finds the value of the key whose colon stands before `at`. False for what is neither a number nor a plain
 * string of ASCII with a character at least: the twin looks at that.
 */
export function findValue(at: usize): bool {
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
    return load<u8>(at) === QUOTE && at > valueStart
  }
  if (first !== 0x2d && !isDigit(first)) return false
  valueStart = at
  while (isNumeric(load<u8>(at))) at++
  valueEnd = at
  return true
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
    if (load<u8>(at) !== 0x2e || at + 1 === end) return -1
    let weight: u64 = 100
    for (at++; at < end; at++) {
      const byte = load<u8>(at)
      if (!isDigit(byte)) return -1
      milliseconds += (byte - 0x30) * weight
      weight = weight / 10
    }
  }
  return <f64> (whole * 1000 + milliseconds)
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
