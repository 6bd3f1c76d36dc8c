/** Frames whose clock is wrong: what it may show instead, and how such frames stand in a stream. */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'

/** 9999-12-31T23:59:59.999Z */
export const lastMs = 253_402_300_799_999

const secondMs = 1000
const hourMs = 3600 * secondMs
const dayMs = 24 * hourMs

export interface WrongClockOptions {
  /** In percent of the frames. */
  readonly rate: number
  readonly maxJumpMs: number
}

/** A wrong time for a frame of `tsMs`. */
type WrongClock = (tsMs: number) => number

/** Each draws what is fixed for one clock, and gives that clock. */
const clocks: readonly ((random: Random, maxJumpMs: number) => WrongClock)[] = [
  (random) => () => below(random, 2 ** 32) * secondMs,
  (random) => flipped(below(random, 32)),
  (random) => (tsMs) => flipped(below(random, 32))(tsMs),
  () => (tsMs) => tsMs * 100, // a unit too small, as far as year 9999 lets it
  () => (tsMs) => Math.floor(tsMs / 1000), // a unit too large: 1970
  (random) => () => below(random, 10 * dayMs),
  () => () => 0,
  () => () => lastMs,
  (random) => () => lastMs - below(random, 300 * dayMs),
  (random) => moved(pick(random, [2 * hourMs, 12 * hourMs, dayMs, 40 * dayMs, 366 * dayMs])),
  (random) => moved(-pick(random, [hourMs, 12 * hourMs, dayMs, 40 * dayMs, 366 * dayMs])),
  // Beside the bound of the guard.
  (random, maxJumpMs) => moved(maxJumpMs + pick(random, [-secondMs, -1, 0, 1, secondMs])),
  (random, maxJumpMs) => moved(maxJumpMs * 2 + pick(random, [-1, 0, 1])),
  (random, maxJumpMs) => moved(below(random, maxJumpMs)),
]

function moved(byMs: number): WrongClock {
  return (tsMs) => tsMs + byMs
}

/** Whole seconds as 32 bits, one of them flipped. */
function flipped(bit: number): WrongClock {
  return (tsMs) => ((Math.floor(tsMs / secondMs) ^ (1 << bit)) >>> 0) * secondMs
}

interface Clocked {
  readonly tsMs: number
  readonly uid: string
}

/** The same frames, some with a wrong time: single ones, runs, one client, the first ones. */
export function withWrongClocks<F extends Clocked>(
  random: Random,
  frames: readonly F[],
  { rate, maxJumpMs }: WrongClockOptions,
): F[] {
  const draw = () => pick(random, clocks)(random, maxJumpMs)
  const client = {
    uid: pick(random, frames).uid,
    clock: draw(),
    isWrong: happens(random, 2 * rate),
  }
  const firstWrong = happens(random, 3 * rate) ? below(random, 12) : 0
  let clock = draw()
  let left = firstWrong
  return frames.map((frame) => {
    if (left === 0 && happens(random, rate)) {
      left = happens(random, 30) ? 1 + below(random, 12) : 1
      clock = draw()
    }
    if (left > 0) {
      left--
      return { ...frame, tsMs: plausible(clock(frame.tsMs)) }
    }
    if (!client.isWrong || frame.uid !== client.uid) return frame
    return { ...frame, tsMs: plausible(client.clock(frame.tsMs)) }
  })
}

/**
 * One wrong time for a frame of `tsMs`, of which nobody could say that it is but early: further ahead
 * than `maxDelayMs`, or behind.
 */
export function wrongTime(
  random: Random,
  tsMs: number,
  { maxDelayMs, maxJumpMs }: { readonly maxDelayMs: number; readonly maxJumpMs: number },
): number {
  for (;;) {
    const wrongMs = plausible(pick(random, clocks)(random, maxJumpMs)(tsMs))
    if (wrongMs > tsMs + maxDelayMs || wrongMs < tsMs - maxDelayMs) return wrongMs
  }
}

/** Times that are read at all; others are malformed before any clock is judged. */
function plausible(tsMs: number): number {
  return Math.min(Math.max(tsMs, 0), lastMs)
}
