/**
 * Streams of which each frame's fate is known: from a thousand frames a second to one a day, some of
 * them late, some with a wrong clock, with outages. What is promised of them: no right frame is
 * refused, none that comes on time is late, and no wrong clock moves the watermark.
 */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { durationName } from '../../src/time/duration.ts'
import { wrongTime } from './wrong-clocks.ts'

export type Clocking = 'on time' | 'late' | 'wrong'

export interface PacedFrame {
  readonly tsMs: number
  readonly clocking: Clocking
}

export interface PacedStream {
  readonly frames: readonly PacedFrame[]
  readonly maxDelayMs: number
  readonly maxJumpMs: number
  /** What was drawn, for the message of a failure. */
  readonly text: string
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const weekMs = 7 * dayMs

const stepsMs = [1, 10, 100, secondMs, 7 * secondMs, minuteMs, 5 * minuteMs, 7 * minuteMs]
  .concat([10 * minuteMs, 20 * minuteMs, 31 * minuteMs, 50 * minuteMs, hourMs, 2 * hourMs])
  .concat([6 * hourMs, 12 * hourMs, dayMs])

/** How late the late frames of a stream are. */
const lags: readonly ((random: Random, stepMs: number) => () => number)[] = [
  (random) => () => below(random, weekMs),
  (random) => () => Math.floor(weekMs ** (below(random, 1000) / 1000)),
  (random) => () => below(random, 3 * hourMs),
  (random, stepMs) => () => below(random, Math.min(weekMs, 20 * stepMs)),
  (random) => {
    const lagMs = pick(random, [minuteMs, hourMs, 5 * hourMs, dayMs, 5 * dayMs]) +
      below(random, hourMs)
    return () => lagMs
  },
]

const outagesMs = [2 * hourMs, 6 * hourMs, dayMs, 3 * dayMs, 40 * dayMs]

/** No outage comes so soon after the first frame, nor so near to the last: then nobody can tell. */
const settled = 17

export function paceMs(random: Random): number {
  return pick(random, stepsMs)
}

export interface PaceOptions {
  readonly count: number
  readonly startMs: number
  readonly stepMs: number
  /** A wrong time for a frame of `tsMs`, if one on time has come since the last; undefined: it is right. */
  wrongMs(tsMs: number): number | undefined
}

/** One source's frames, and what was drawn. */
export function pacedFrames(
  random: Random,
  { count, startMs, stepMs, wrongMs }: PaceOptions,
): { readonly frames: readonly PacedFrame[]; readonly text: string } {
  const isEven = happens(random, 50)
  const latePercent = pick(random, [0, 1, 5, 5, 15, 30])
  const lagMs = pick(random, lags)(random, stepMs)
  const outageAt = happens(random, 50) ? settled + below(random, count - 2 * settled) : Infinity
  const outMs = pick(random, outagesMs)
  let goneOnMs = -Infinity // during the outage there was no frame that could be late
  let nowMs = startMs
  let isLone = true // two in a row that agree within --max-jump are a jump, for all that anybody knows
  const frames: PacedFrame[] = []
  for (let i = 0; i < count; i++) {
    nowMs += isEven ? stepMs : below(random, 2 * stepMs)
    if (i === outageAt) goneOnMs = nowMs += outMs
    const wrong = wrongMs(nowMs)
    if (wrong !== undefined && isLone) {
      frames.push({ tsMs: wrong, clocking: 'wrong' })
      isLone = false
    } else if (happens(random, latePercent)) {
      const tsMs = nowMs - lagMs()
      frames.push({ tsMs: Math.max(0, tsMs < goneOnMs ? tsMs - outMs : tsMs), clocking: 'late' })
    } else {
      frames.push({ tsMs: nowMs, clocking: 'on time' })
      isLone = true
    }
  }
  const text = `${isEven ? 'even' : 'uneven'} steps of ${durationName(stepMs)}, ` +
    `${latePercent} % late, an outage of ${durationName(outMs)} before frame ${outageAt}`
  return { frames, text }
}

/** Lone wrong clocks, one in a thousand. */
export function pacedStream(random: Random): PacedStream {
  const maxDelayMs = pick(random, [0, secondMs, 5 * secondMs, 5 * secondMs, minuteMs])
  const maxJumpMs = pick(random, [10 * minuteMs, hourMs, hourMs, hourMs, 6 * hourMs])
  const { frames, text } = pacedFrames(random, {
    count: pick(random, [30, 100, 300, 1000]),
    startMs: Date.parse('2016-07-11') + below(random, dayMs),
    stepMs: paceMs(random),
    wrongMs: (tsMs) =>
      happens(random, 0.1) ? wrongTime(random, tsMs, { maxDelayMs, maxJumpMs }) : undefined,
  })
  const names = Object.entries({ maxDelayMs, maxJumpMs }).map(([name, ms]) => {
    return `${name} ${durationName(ms)}`
  })
  return { frames, maxDelayMs, maxJumpMs, text: `${text}, ${names.join(', ')}` }
}
