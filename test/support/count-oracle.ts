/**
 * The rules of time with all frames at hand: which windows a stream gives, in which order, with
 * `--lateness 0s`. Nothing is kept up while time goes on; each window looks at the whole stream.
 */
import type { Calendar, WindowKind } from '../../src/time/calendar.ts'
import type { Frame } from './frame-batches.ts'

export interface OracleRun {
  /** Result lines as NDJSON, and what became of the frames of each kind. */
  readonly lines: readonly string[]
  readonly counted: Readonly<Record<string, number>>
  readonly expired: Readonly<Record<string, number>>
}

export interface OracleInput {
  readonly stream: readonly Frame[]
  readonly calendar: Calendar
  readonly maxDelayMs: number
  /** Whether the input was stopped: what is open then comes out as early. */
  readonly isStopped: boolean
}

interface Window {
  readonly kind: WindowKind
  readonly startMs: number
  readonly endMs: number
  readonly uids: Set<string>
  frames: number
}

export function oracleRun(input: OracleInput): OracleRun {
  const { stream, calendar, maxDelayMs, isStopped } = input
  const sources = new Set(stream.map(({ source }) => source))
  /** The watermark of `source` when the first `frames` of the stream have come. */
  const watermarkMs = (source: number, frames: number) => {
    const times = stream.slice(0, frames).filter((frame) => frame.source === source)
    return Math.max(...times.map(({ tsMs }) => tsMs)) - maxDelayMs
  }

  const windows = new Map<string, Window>()
  const counted = Object.fromEntries(calendar.kinds.map(({ name }) => [name, 0]))
  const expired = { ...counted }
  stream.forEach(({ tsMs, uid, source }, i) => {
    const beforeMs = watermarkMs(source, i)
    for (const kind of calendar.kinds) {
      const { startMs, endMs } = kind.spanAt(tsMs)
      if (endMs <= beforeMs) {
        expired[kind.name]!++
        continue
      }
      counted[kind.name]!++
      const key = `${kind.name} ${startMs}`
      const window = windows.get(key) ?? { kind, startMs, endMs, uids: new Set(), frames: 0 }
      window.uids.add(uid)
      window.frames++
      windows.set(key, window)
    }
  })

  /** Index of the frame by which the last source has passed `endMs`. */
  const passed = stream.map((_, i) => {
    return Math.min(...[...sources].map((source) => watermarkMs(source, i + 1)))
  })
  const closedBy = ({ endMs }: Window) => {
    const i = passed.findIndex((ms) => ms >= endMs)
    return i === -1 ? stream.length : i
  }
  const order = [...windows.values()].sort((a, b) =>
    closedBy(a) - closedBy(b) || a.endMs - b.endMs ||
    calendar.kinds.indexOf(a.kind) - calendar.kinds.indexOf(b.kind)
  )
  const lines = order.map((window) => {
    const isEarly = isStopped && closedBy(window) === stream.length
    return resultLine(window, calendar, isEarly)
  })
  return { lines, counted, expired }
}

function resultLine(window: Window, { zone, weekStart }: Calendar, isEarly: boolean): string {
  const { kind, startMs, endMs, uids, frames } = window
  const tz = zone.name === 'UTC' ? '' : `"tz":"${zone.name}",`
  const week = kind.name === 'week' ? `"weekStart":"${weekStart}",` : ''
  const pane = isEarly ? '"pane":"early"' : '"pane":"on-time","revision":0'
  return `{"window":"${kind.name}","start":${startMs / 1000},"end":${endMs / 1000},` +
    `"time":"${timeText(startMs, zone.name)}",${tz}${week}` +
    `"users":${uids.size},"low":${uids.size},"high":${uids.size},` +
    `"method":"exact","error":0,"frames":${frames},${pane}}`
}

/** As the runtime's own calendar (Intl) has it. */
function timeText(ms: number, zone: string): string {
  if (zone === 'UTC') return new Date(ms).toISOString().replace('.000Z', 'Z')
  const parts = formatOf(zone).formatToParts(ms)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  return `${part('year')}-${part('month')}-${part('day')}T` +
    `${part('hour')}:${part('minute')}:${part('second')}${offset}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    const two = '2-digit'
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    })
    formats.set(timeZone, format)
  }
  return format
}
