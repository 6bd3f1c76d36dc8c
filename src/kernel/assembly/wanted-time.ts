/** The time in the value just found. */
import { isDigit } from './bytes'
import { isoTime, lastMs } from './iso-time'
import { valueEnd, valueStart } from './wanted-values'

export { setLocalSpan } from './iso-time'

/** Units: parts of a millisecond are ms, us and ns; from ISO on text is told by its fifth byte. */
const SECONDS: i32 = 0
const PARTS: i32 = 1
const ISO: i32 = 2
const AUTO: i32 = 3

let unit: i32 = SECONDS
let unitsPerMs: u64 = 1

export function setUnit(kind: i32, perMs: i32): void {
  unit = kind
  unitsPerMs = perMs
}

/**
 * Unix milliseconds of the value just found, or -1 where the twin must look. Counterpart: parseTime
 * in ../../time/unix-time.ts; of units but seconds it takes whole numbers only.
 */
export function findTime(): f64 {
  if (unit >= ISO && load<u8>(valueStart, 4) === 0x2d) return isoTime(valueStart, valueEnd)
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
  if (unit === ISO) return -1
  if (unit === PARTS || unit === AUTO && digits > 11) {
    if (at < end || digits > 19) return -1
    const ms = whole / (unit === PARTS ? unitsPerMs : digits <= 14 ? 1 : digits <= 17 ? 1000 : 1_000_000)
    return ms > lastMs ? -1 : <f64> ms
  }
  if (digits > 11) return -1
  let milliseconds: u64 = 0
  if (at < end) {
    if (isExponent(at)) return unit === SECONDS ? timeByPower(at) : -1
    if (load<u8>(at) !== 0x2e || at + 1 === end) return -1
    let weight: u64 = 100
    for (at++; at < end; at++) {
      const byte = load<u8>(at)
      if (!isDigit(byte)) return unit === SECONDS && isExponent(at) ? timeByPower(at) : -1
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
