/**
 * Random streams for all rules of time, small enough for a thousand in a few seconds. A stream is
 * drawn from its generator alone, so `randomTimedStream(seededRandom(seed + i))` is stream i on
 * every machine.
 */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { calendar } from '../../src/time/calendar.ts'
import { durationName } from '../../src/time/duration.ts'
import { loadZone } from '../../src/time/zone.ts'
import { pacedFrames, paceMs } from './streams-paced.ts'
import { sourceFrames, type SourceOptions } from './streams-source.ts'
import type { OracleOptions, TimedFrame } from './time-oracle.ts'
import { withWrongClocks } from './wrong-clocks.ts'

export interface TimedStream {
  /** In the order of arrival. */
  readonly frames: readonly TimedFrame[]
  readonly options: OracleOptions
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const names = ['UTC', 'UTC', 'Europe/Zurich', 'America/St_Johns', 'Australia/Lord_Howe']
const zones = await Promise.all(names.map(loadZone))
const kinds = ['minute', '7s', '15m', 'hour', 'day', 'week', 'month', 'quarter', 'year']
const overlapping = [
  'rolling-2d',
  'rolling-3d',
  'rolling-7d',
  '1m/15s',
  '21s/7s',
  '1h/5m',
  '15m/5m',
]

/** Around changes of clocks, of years, and the beginning of time. */
const days = [
  '2016-03-26',
  '2016-10-29',
  '2016-04-02',
  '2016-07-11',
  '2015-12-31',
  '2007-03-10',
  '1970-01-01',
]

/** `isPartition`: no windows overlap. */
export function randomTimedStream(random: Random, isPartition = false): TimedStream {
  const options = randomOptions(random, isPartition)
  const { maxJumpMs = hourMs } = options
  const stepMs = pick(random, [
    100,
    secondMs,
    10 * secondMs,
    minuteMs,
    10 * minuteMs,
    50 * minuteMs,
  ])
  const rate = pick(random, [0, 0, 1, 5, 30])
  const startMs = Date.parse(pick(random, days)) + below(random, dayMs)
  const grainMs = pick(random, [1, secondMs, 10 * secondMs]) // coarse ones meet ends exactly
  const sources = 1 + (happens(random, 50) ? below(random, 4) : 0)
  const most = Math.ceil(pick(random, [10, 40, 190, 190]) / sources)
  const bySource = Array.from({ length: sources }, (_, source) => {
    const drawFrames = happens(random, 30) ? lateFrames : sourceFrames
    const right = drawFrames(random, {
      source,
      frames: 5 + below(random, most),
      startMs: startMs + below(random, 10 * stepMs),
      stepMs: happens(random, 5) ? dayMs : stepMs,
    })
    const frames = rate === 0 ? right : withWrongClocks(random, right, { rate, maxJumpMs })
    return frames.map((frame) => ({ ...frame, tsMs: Math.floor(frame.tsMs / grainMs) * grainMs }))
  })
  const frames = interleaved(random, bySource)
  return { frames: happens(random, 40) ? withGroups(random, frames) : frames, options }
}

const groupNames = ['"CH"', 'null', '1', '"1"', '"a\\nb"', '"__proto__"', '[1,{"b":2}]']

/** Split in two ways. */
function withGroups(random: Random, frames: readonly TimedFrame[]): TimedFrame[] {
  const few = pick(random, [2, groupNames.length])
  return frames.map((frame) => {
    const groups = [groupNames[below(random, few)]!, `"g${below(random, 30)}"`]
    return { ...frame, groups }
  })
}

/** Of any pace, some of them late by up to a week. */
function lateFrames(random: Random, options: SourceOptions): TimedFrame[] {
  const { source, frames: count, startMs } = options
  const stepMs = paceMs(random)
  const { frames } = pacedFrames(random, { count, startMs, stepMs, wrongMs: () => undefined })
  return frames.map(({ tsMs }) => ({ source, tsMs, uid: `user${below(random, 50)}` }))
}

/** What --lateness may be. */
const shortMs = [0, 0, secondMs, 10 * secondMs, 25 * secondMs]
const longMs = [10 * minuteMs, hourMs, 2 * hourMs]

function randomOptions(random: Random, isPartition: boolean): OracleOptions {
  const windows = kinds.filter(() => happens(random, 30)).concat(pick(random, kinds))
  if (!isPartition && happens(random, 40)) {
    windows.push(...overlapping.filter(() => happens(random, 30)))
  }
  const zone = pick(random, zones)
  const used = calendar({ windows, zone, weekStart: pick(random, ['monday', 'sunday']) })
  return {
    calendar: used,
    maxDelayMs: pick(random, [0, 1, secondMs, 5 * secondMs, 5 * secondMs, 10 * secondMs, minuteMs]),
    latenessMs: used.kinds.map(() => pick(random, happens(random, 30) ? shortMs : longMs)),
    maxJumpMs: happens(random, 15)
      ? undefined
      : pick(random, [minuteMs, 10 * minuteMs, hourMs, hourMs, dayMs]),
  }
}

/** One stream of several, the order of each kept. Each is read in runs of its own length. */
export function interleaved(
  random: Random,
  bySource: readonly (readonly TimedFrame[])[],
): TimedFrame[] {
  const left = bySource.map((frames) => [...frames])
  const longest = pick(random, [1, 3, 20])
  const frames: TimedFrame[] = []
  for (;;) {
    const open = left.filter((source) => source.length > 0)
    if (open.length === 0) return frames
    frames.push(...pick(random, open).splice(0, 1 + below(random, longest)))
  }
}

/** The stream as flags and lines, for the message of a failure. */
export function streamText({ frames, options }: TimedStream): string {
  const { calendar: { kinds, zone, weekStart }, maxDelayMs, latenessMs, maxJumpMs } = options
  const lateness = kinds.map(({ name }, k) => `${name}=${durationName(latenessMs[k] ?? 0)}`)
  const maxJump = maxJumpMs === undefined ? 'off' : durationName(maxJumpMs)
  return [
    `--tz ${zone.name} --week-start ${weekStart} --max-delay ${durationName(maxDelayMs)} ` +
    `--max-jump ${maxJump} --lateness ${lateness.join()}`,
    ...frames.map(({ source, tsMs, uid }) => {
      return `source ${source} {"ts":${tsMs / 1000},"uid":"${uid}"} ${new Date(tsMs).toISOString()}`
    }),
  ].join('\n')
}
