/**
 * Times as text: RFC 3339, and its relatives in real logs.
 *
 *   2016-07-11T13:39:00.123456Z     RFC 3339; a blank for T, lower case
 *   2016-07-11T15:39:00+0200        also +02, and a blank before an offset
 *   2016-07-11 13:39:00 UTC         PostgreSQL
 *   2016-07-11 13:39:00,123         Python's logging; without a zone, as ClickHouse's
 *   2016-07-11T13:39Z               no seconds
 *   2016-12-31T23:59:60Z            a leap second: as POSIX counts, the first of the next day
 */
import { type LocalOffsets, spanOf } from './local-offsets.ts'

/** The text is no time at all. */
export const NOT_A_TIME = -1
/** A time before 1970 or after 9999. */
export const OUT_OF_RANGE = -2
/** A time without a zone, where none was named for such. */
export const NO_ZONE = -3

/** 9999-12-31T23:59:59.999Z */
export const lastMs = 253402300799999

const form =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]| ?UTC| ?([+-])(\d\d)(?::?(\d\d))?|())$/

const minuteMs = 60_000
const dayMs = 86_400_000

/** Unix milliseconds, rounded down, or NOT_A_TIME, OUT_OF_RANGE or NO_ZONE. */
export function parseIso(text: string, local?: LocalOffsets): number {
  const match = form.exec(text)
  if (match === null) return NOT_A_TIME
  const [, year, month, day, hour, minute, second = 0] = match.map(Number) as number[]
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day)
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return NOT_A_TIME
  const seconds = match[6] === undefined ? 0 : second
  if (hour! > 23 || minute! > 59 || seconds > 60) return NOT_A_TIME
  const localMinuteMs = date.getTime() + (hour! * 60 + minute!) * minuteMs

  let offsetMs = 0
  if (match[8] !== undefined) {
    const [hours, minutes] = [Number(match[9]), Number(match[10] ?? 0)]
    if (hours > 23 || minutes > 59) return NOT_A_TIME
    offsetMs = (match[8] === '-' ? -1 : 1) * (hours * 60 + minutes) * minuteMs
  } else if (match[11] !== undefined) {
    if (local === undefined) return NO_ZONE
    offsetMs = spanOf(local, localMinuteMs + Math.min(seconds, 59) * 1000).offsetMs
  }
  const utcMinuteMs = localMinuteMs - offsetMs
  if (seconds === 60 && (utcMinuteMs + minuteMs) % dayMs !== 0) return NOT_A_TIME
  const fractionMs = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  return inRange(utcMinuteMs + seconds * 1000 + fractionMs)
}

export function inRange(ms: number): number {
  return ms >= 0 && ms <= lastMs ? ms : OUT_OF_RANGE
}
