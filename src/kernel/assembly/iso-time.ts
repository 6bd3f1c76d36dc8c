/**
 * Times as text, in the forms that are usual. Counterpart: parseIso in ../../time/iso-time.ts, to
 * which all else is left.
 *
 *   2016-07-11T13:39:00.123456+02:00
 *   0    5  8  11 14 17 20
 */
import { isDigit } from './bytes'

/** 9999-12-31T23:59:59.999Z */
export const lastMs: u64 = 253402300799999

const minuteMs: i64 = 60_000

/** The local times that have an offset, of text without a zone: none, until the loader says so. */
let localFromMs: f64 = 0
let localUntilMs: f64 = 0
let localOffsetMs: f64 = 0

export function setLocalSpan(fromMs: f64, untilMs: f64, offsetMs: f64): void {
  localFromMs = fromMs
  localUntilMs = untilMs
  localOffsetMs = offsetMs
}

/** Unix milliseconds of the text at [at, end), or -1 where the twin must look. */
export function isoTime(at: usize, end: usize): f64 {
  if (end - at < 19) return -1
  const isForm = load<u8>(at, 4) === 0x2d && load<u8>(at, 7) === 0x2d && isGap(load<u8>(at, 10)) &&
    load<u8>(at, 13) === 0x3a && load<u8>(at, 16) === 0x3a
  const year = twoDigits(at) * 100 + twoDigits(at + 2)
  const month = twoDigits(at + 5)
  const day = twoDigits(at + 8)
  const hour = twoDigits(at + 11)
  const minute = twoDigits(at + 14)
  const second = twoDigits(at + 17)
  // Of what is no digit twoDigits is large.
  if (!isForm || year < 1970 || year > 9999 || month - 1 > 11) return -1
  if (hour > 23 || minute > 59 || second > 59) return -1
  if (day - 1 >= daysOf(month, year)) return -1

  let ms = <i64> daysBefore(year, month, day) * 86_400_000 +
    <i64> ((hour * 60 + minute) * 60 + second) * 1000
  at += 19
  if (load<u8>(at) === 0x2e || load<u8>(at) === 0x2c) {
    if (!isDigit(load<u8>(at, 1))) return -1
    let weight: i64 = 100
    for (at++; isDigit(load<u8>(at)); at++) {
      ms += <i64> (load<u8>(at) - 0x30) * weight
      weight /= 10
    }
  }
  if (at === end) {
    const localMs = <f64> ms
    const isKnown = localMs >= localFromMs && localMs < localUntilMs
    return isKnown ? inRange(<i64> (localMs - localOffsetMs)) : -1
  }
  if ((load<u8>(at) | 0x20) === 0x7a) return at + 1 === end ? <f64> ms : -1
  if (load<u8>(at) === 0x20) at++
  if (end - at === 3 && load<u16>(at) === 0x5455 && load<u8>(at, 2) === 0x43) return <f64> ms // UTC
  const sign = load<u8>(at)
  if (sign !== 0x2b && sign !== 0x2d) return -1
  const hours = twoDigits(at + 1)
  const minutesAt = load<u8>(at, 3) === 0x3a ? at + 4 : at + 3
  const minutes = end - at === 3 ? 0 : twoDigits(minutesAt)
  if (hours > 23 || minutes > 59 || (end - at !== 3 && minutesAt + 2 !== end)) return -1
  const offsetMs = <i64> (hours * 60 + minutes) * minuteMs
  return inRange(sign === 0x2d ? ms + offsetMs : ms - offsetMs)
}

// @ts-ignore: decorator
@inline
function inRange(ms: i64): f64 {
  return ms >= 0 && ms <= <i64> lastMs ? <f64> ms : -1
}

/** T, t or a blank. */
// @ts-ignore: decorator
@inline
function isGap(byte: u8): bool {
  return (byte | 0x20) === 0x74 || byte === 0x20
}

/** 0 to 99, or more than 100,000 where one is no digit. */
// @ts-ignore: decorator
@inline
function twoDigits(at: usize): u32 {
  const tens = <u32> load<u8>(at) - 0x30
  const ones = <u32> load<u8>(at, 1) - 0x30
  return tens > 9 || ones > 9 ? 1_000_000 : tens * 10 + ones
}

function daysOf(month: u32, year: u32): u32 {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return 30 + (month + (month >> 3) & 1)
}

/** Days from 1970 to a date of the Gregorian calendar, as if years began in March. */
function daysBefore(year: u32, month: u32, day: u32): u32 {
  const years = month > 2 ? year : year - 1
  const months = month > 2 ? month - 3 : month + 9
  return years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468
}
