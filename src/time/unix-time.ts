/**
 * The time of a frame, from its decimal text: unix milliseconds, rounded down. Going through a
 * double would turn 1468244399.9999999999 into the next second, and so into the next window.
 */

export type TsUnit = 's' | 'ms' | 'us' | 'ns' | 'iso'

/** What `ts` must be, in the words of an error message. */
export const tsExpected: Readonly<Record<TsUnit, string>> = {
  s: 'unix seconds',
  ms: 'unix milliseconds',
  us: 'unix microseconds',
  ns: 'unix nanoseconds',
  iso: 'an RFC 3339 time such as 2016-07-11T13:39:00Z',
}

/** Power of ten from the unit to milliseconds. */
const millisecondShift: Readonly<Record<Exclude<TsUnit, 'iso'>, number>> = {
  s: 3,
  ms: 0,
  us: -3,
  ns: -6,
}

/** 9999-12-31T23:59:59.999Z */
const lastMs = 253402300799999
/** More digits than this do not all fit into a double's integers. */
const safeDigits = 15

/** The text is no time at all. */
export const NOT_A_TIME = -1
/** A time before 1970 or after 9999. */
export const OUT_OF_RANGE = -2

/**
 * Unix milliseconds of the usual texts, digits and perhaps a fraction of seconds, read from the
 * bytes [start, end); NaN where `parseTime` must look.
 */
export function usualTime(bytes: Uint8Array, start: number, end: number, unit: TsUnit): number {
  if (unit !== 's') return NaN
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

/** Unix milliseconds of any text, or NOT_A_TIME, or OUT_OF_RANGE. */
export function parseTime(text: string, unit: TsUnit): number {
  return unit === 'iso' ? parseIso(text) : parseNumber(text, millisecondShift[unit])
}

const jsonNumber = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

function parseNumber(text: string, shift: number): number {
  const match = jsonNumber.exec(text)
  if (match === null) return NOT_A_TIME
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0
  if (sign === '-') return OUT_OF_RANGE
  // The value is digits × 10^power, in milliseconds; power may be a text like 1e999999999.
  const power = Number(exponent) - fraction.length + shift
  const wholeDigits = digits.length + power
  if (wholeDigits > safeDigits) return OUT_OF_RANGE
  if (wholeDigits <= 0) return 0
  return inRange(Number(power < 0 ? digits.slice(0, power) : digits + '0'.repeat(power)))
}

/** RFC 3339, date-time: with seconds and an offset, no leap second. */
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

function parseIso(text: string): number {
  const match = rfc3339.exec(text)
  if (match === null) return NOT_A_TIME
  const fields = match.map(Number)
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields
  const [, , , , , , , , , offsetHour = 0, offsetMinute = 0] = fields
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isDate || hour > 23 || minute > 59 || second > 59) return NOT_A_TIME
  const sign = match[8] === undefined ? 0 : match[8] === '-' ? 1 : -1
  if (sign !== 0 && (offsetHour > 23 || offsetMinute > 59)) return NOT_A_TIME
  const clockMs = ((hour * 60 + minute) * 60 + second) * 1000
  const offsetMs = sign === 0 ? 0 : sign * (offsetHour * 60 + offsetMinute) * 60_000
  const fractionMs = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  return inRange(date.getTime() + clockMs + offsetMs + fractionMs)
}

function inRange(ms: number): number {
  return ms >= 0 && ms <= lastMs ? ms : OUT_OF_RANGE
}

/** Milliseconds as unix seconds with at most three decimals: `1468244399.5`. */
export function secondsText(ms: number): string {
  if (ms < 0) return `-${secondsText(-ms)}`
  const seconds = Math.floor(ms / 1000)
  const rest = ms - seconds * 1000
  if (rest === 0) return String(seconds)
  return `${seconds}.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
}
