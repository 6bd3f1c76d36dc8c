/** The frames of one source with right clocks: disorder, gaps, real jumps, repeats, stragglers. */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import type { TimedFrame } from './time-oracle.ts'

export interface SourceOptions {
  readonly source: number
  readonly frames: number
  readonly startMs: number
  /** Two frames are mostly less apart than this. */
  readonly stepMs: number
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** An outage, or a replay that goes on somewhere else. */
const gapsMs = [hourMs, 3 * hourMs, dayMs, 2 * dayMs, 31 * dayMs, 100 * dayMs]
const delaysMs = [secondMs, 5 * secondMs, minuteMs, 20 * minuteMs, 2 * hourMs, 3 * dayMs]

export function sourceFrames(random: Random, options: SourceOptions): TimedFrame[] {
  const { source, startMs, stepMs } = options
  const disorder = pick(random, [0, 10, 40, 40])
  const gaps = pick(random, [0, 0, 0, 1, 5])
  const repeats = pick(random, [0, 3])
  const users = pick(random, [1, 4, 50])
  const isEven = happens(random, 20) // one frame a minute, an hour, a day
  const frames: TimedFrame[] = []
  let nowMs = startMs
  while (frames.length < options.frames) {
    nowMs += isEven ? stepMs : below(random, stepMs)
    if (happens(random, gaps)) nowMs += pick(random, gapsMs) + below(random, stepMs)
    const longestMs = happens(random, 50) ? 20 * stepMs : pick(random, delaysMs)
    const lateMs = happens(random, disorder) ? below(random, longestMs) : 0
    const tsMs = Math.max(0, nowMs - lateMs)
    const frame = { source, tsMs, uid: `user${below(random, users)}` }
    frames.push(frame)
    if (happens(random, repeats)) frames.push(frame)
    if (happens(random, repeats)) frames.push(pick(random, frames))
  }
  return frames
}
