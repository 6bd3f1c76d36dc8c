/**
 * Times as a broken clock gives them, at least 400 days outside of the stream's own. Nearer ones
 * would be no error that anybody could prove: a frame of last month rightly counts for the year. At
 * that distance no window of the stream holds one, not even a year's, so the truth is certain.
 */
import { below, pick, type Random } from './random.ts'

export interface WrongClockOptions {
  readonly random: Random
  /** No good frame of the stream lies outside of these two. */
  readonly firstMs: number
  readonly lastMs: number
}

const marginMs = 400 * 86_400_000
const secondsOfYear = 365 * 86_400
const firstSecondOf9999 = 253_370_764_800
const lastSecond = 253_402_300_799

/** A wrong time in seconds for a frame whose right one is `seconds`. */
const wrongTimes: readonly ((random: Random, seconds: number) => number)[] = [
  function anyWord(random) {
    return below(random, 0x1_0000_0000)
  },
  flippedBit,
  function milliseconds(_random, seconds) {
    return seconds * 1000
  },
  function year1970(random) {
    return below(random, secondsOfYear)
  },
  function year9999(random) {
    return firstSecondOf9999 + below(random, secondsOfYear)
  },
]

/** Bits below the 25th move a time by less than 400 days. */
function flippedBit(random: Random, seconds: number): number {
  const bit = 2 ** (25 + below(random, 7))
  return Math.floor(seconds / bit) % 2 === 1 ? seconds - bit : seconds + bit
}

export const wrongClockKinds: number = wrongTimes.length

/** Gives a wrong `ts` for a right one, both in seconds. */
export function wrongClock(options: WrongClockOptions): (seconds: number) => number {
  const { random } = options
  const firstWrongMs = options.firstMs - marginMs
  const lastWrongMs = options.lastMs + marginMs
  return (seconds) => {
    const wrongTime = pick(random, wrongTimes)
    for (let attempt = 0; attempt < 64; attempt++) {
      const wrong = wrongTime(random, seconds)
      if (wrong * 1000 < firstWrongMs || wrong * 1000 > lastWrongMs) return wrong
    }
    // A stream of 1970 or 9999 leaves some kinds no room.
    return options.firstMs > marginMs + secondsOfYear * 1000 ? 0 : lastSecond
  }
}

/** No frame can have such a `ts`: as seconds it lies after the year 9999. */
export function isOutOfYears(seconds: number): boolean {
  return seconds > lastSecond
}
