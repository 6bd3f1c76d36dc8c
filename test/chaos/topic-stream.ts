/**
 * A random topic of frames and the flags to count them by: late frames, wrong clocks, frames that are
 * held, broken lines, in an order that each partition keeps; windows from seconds to years.
 */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { pacedFrames } from '../support/streams-paced.ts'
import { sourceFrames } from '../support/streams-source.ts'
import { wrongTime } from '../support/wrong-clocks.ts'

export interface FrameMessage {
  readonly partition: number
  readonly value: string | null
}

export interface TopicStream {
  readonly partitions: number
  /** In the order in which they are to be written. */
  readonly messages: readonly FrameMessage[]
  /** What uc-pipeline counts by. */
  readonly flags: readonly string[]
}

const secondMs = 1000
const minuteMs = 60 * secondMs

/** Two frames are mostly less apart than that; with windows of which many come to their end. */
const paces = [
  { stepMs: 100, finest: '--window=7s' },
  { stepMs: secondMs, finest: '--window=7s' },
  { stepMs: secondMs, finest: '--minute' },
  { stepMs: 10 * secondMs, finest: '--minute' },
  { stepMs: minuteMs, finest: '--minute' },
  { stepMs: minuteMs, finest: '--window=15m' },
  { stepMs: 10 * minuteMs, finest: '--window=15m' },
]
const kinds = ['--hour', '--day', '--week', '--month', '--quarter', '--year']
/** Further off is a wrong clock, mostly. */
const clocks = { maxDelayMs: minuteMs, maxJumpMs: 60 * minuteMs }
const broken = [null, '', 'no frame', '{"uid":7,"ts":1}', '{"uid":"cut","ts":']
const days = ['2016-03-26', '2016-10-29', '2016-07-11', '2015-12-31', '1970-01-01']

export function randomTopicStream(random: Random, frames: number): TopicStream {
  const partitions = pick(random, [1, 3, 12])
  const startMs = Date.parse(pick(random, days)) + below(random, 86_400_000)
  const { stepMs, finest } = pick(random, paces)
  const users = pick(random, [20, 200, 5000])
  const timesMs = (happens(random, 30) ? disordered : paced)(random, { frames, startMs, stepMs })
  const wrongPercent = pick(random, [0, 0.1, 1])
  const filling = 'x'.repeat(pick(random, [0, 100, 500]))
  const messages = timesMs.flatMap((tsMs) => {
    const partition = below(random, partitions)
    const ts = happens(random, wrongPercent) ? wrongTime(random, tsMs, clocks) : tsMs
    const value = JSON.stringify({ uid: `user${below(random, users)}`, ts, filling })
    const before = happens(random, 1) ? [{ partition, value: pick(random, broken) }] : []
    return [...before, { partition, value }]
  })
  return { partitions, messages, flags: [finest, ...randomFlags(random, wrongPercent > 0)] }
}

interface TimesOptions {
  readonly frames: number
  readonly startMs: number
  readonly stepMs: number
}

/** Most of them late, maybe, and too late. */
function disordered(random: Random, options: TimesOptions): number[] {
  return sourceFrames(random, { source: 0, ...options }).map(({ tsMs }) => tsMs)
}

function paced(random: Random, { frames, startMs, stepMs }: TimesOptions): number[] {
  const options = { count: frames, startMs, stepMs, wrongMs: () => undefined }
  return pacedFrames(random, options).frames.map(({ tsMs }) => tsMs)
}

function randomFlags(random: Random, hasWrongClocks: boolean): string[] {
  const method = pick(random, ['auto', 'hll', 'exact'])
  return [
    '--ts-unit=ms',
    '--idle=off',
    ...kinds.filter(() => happens(random, 50)),
    `--max-delay=${pick(random, ['0s', '1s', '5s', '1m'])}`,
    `--max-jump=${pick(random, ['10m', '1h', '1d', hasWrongClocks ? '1h' : 'off'])}`,
    `--lateness=${pick(random, ['0s', '2m', '1h', '3h', '2d'])}`,
    `--tz=${pick(random, ['UTC', 'Europe/Zurich', 'Australia/Lord_Howe'])}`,
    `--method=${method}`,
    ...(method === 'auto' ? [`--exact-limit=${pick(random, [3, 100, 100_000])}`] : []),
    ...(method === 'exact' ? [] : [`--precision=${pick(random, [10, 14])}`]),
    ...(method !== 'exact' && happens(random, 30) ? ['--sketch'] : []),
    ...(happens(random, 30) ? [`--parser=${pick(random, ['lazy', 'json'])}`] : []),
  ]
}
