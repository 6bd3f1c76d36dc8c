/**
 * The time of a frame, from its decimal text: unix milliseconds, rounded down. Going through a
 * double would turn 1468244399.9999999999 into the next second, and so into the next window.
 */

import { inRange, NOT_A_TIME, OUT_OF_RANGE, parseIso } from './iso-time.ts'
import type { LocalOffsets } from './local-offsets.ts'

/** `auto` tells the others apart, time by time. */
export type TsUnit = 's' | 'ms' | 'us' | 'ns' | 'iso' | 'auto'

/** What `ts` must be, in the words of an error message. */
export const tsExpected: Readonly<Record<TsUnit, string>> = {
  s: 'unix seconds',
  ms: 'unix milliseconds',
  us: 'unix microseconds',
  ns: 'unix nanoseconds',
  iso: 'an RFC 3339 time such as 2016-07-11T13:39:00Z',
  auto: 'a unix time or one such as 2016-07-11T13:39:00Z',
}

/** Power of ten from the unit to milliseconds. */
const millisecondShift: Readonly<Record<Exclude<TsUnit, 'iso' | 'auto'>, number>> = {
  s: 3,
  ms: 0,
  us: -3,
  ns: -6,
}

/** More digits than this do not all fit into a double's integers. */
const safeDigits = 15

/**
 * Unix milliseconds of the usual texts, digits and perhaps a fraction of seconds, read from the
 * bytes [start, end); NaN where `parseTime` must look.
 */
export function usualTime(bytes: Uint8Array, start: number, end: number, unit: TsUnit): number {
  if (unit !== 's' && unit !== 'auto') return NaN // auto takes up to 11 digits for seconds
  let i = start
  let seconds = 0
  for (; i < end; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) break
    seconds = seconds * 10 + digit
  }
  const digits = i - start
  if (digits === 0 || digits > 11 || (digits > 1 && bytes[start] === 0x30)) return NaN
  let milliseconds = 0
  if (i < end) {
    if (bytes[i] !== 0x2e || i + 1 === end) return NaN
    let weight = 100
    for (i++; i < end; i++) {
      const digit = bytes[i]! - 0x30
      if (digit < 0 || digit > 9) return NaN
      milliseconds += digit * weight
      weight = weight === 1 ? 0 : weight / 10
    }
  }
  return seconds * 1000 + milliseconds
}

/**
 * Unix milliseconds of any text, rounded down, or NOT_A_TIME, OUT_OF_RANGE or NO_ZONE; `local` is of
 * texts without a zone.
 */
export function parseTime(text: string, unit: TsUnit, local?: LocalOffsets): number {
  if (unit === 'iso' || (unit === 'auto' && /^\d{4}-/.test(text))) return parseIso(text, local)
  return parseNumber(text, unit)
}

/**
 * By its number of whole digits a time of the years 1973 to 5138 is told apart: 10^11 s are 3168
 * years, and 10^11 ms are three. Earlier ones are taken for seconds.
 */
const autoShift = (wholeDigits: number) =>
  wholeDigits <= 11 ? 3 : wholeDigits <= 14 ? 0 : wholeDigits <= 17 ? -3 : -6

const jsonNumber = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

function parseNumber(text: string, unit: Exclude<TsUnit, 'iso'>): number {
  const match = jsonNumber.exec(text)
  if (match === null) return NOT_A_TIME
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0
  if (sign === '-') return OUT_OF_RANGE
  // The value is digits × 10^power, in milliseconds; power may be a text like 1e999999999.
  const unitPower = Number(exponent) - fraction.length
  const shift = unit === 'auto' ? autoShift(digits.length + unitPower) : millisecondShift[unit]
  const power = unitPower + shift
  const wholeDigits = digits.length + power
  if (wholeDigits > safeDigits) return OUT_OF_RANGE
  if (wholeDigits <= 0) return 0
  return inRange(Number(power < 0 ? digits.slice(0, power) : digits + '0'.repeat(power)))
}

/** Milliseconds as unix seconds with at most three decimals: `1468244399.5`. */
export function secondsText(ms: number): string {
  if (ms < 0) return `-${secondsText(-ms)}`
  const seconds = Math.floor(ms / 1000)
  const rest = ms - seconds * 1000
  if (rest === 0) return String(seconds)
  return `${seconds}.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
}
