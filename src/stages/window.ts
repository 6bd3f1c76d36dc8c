/**
 * Frames to windowed frames: gives each its window of every kind, keeps the watermark of each
 * source, and marks what came too late. It holds nothing back and drops nothing.
 */
import { uidText } from '../kernel/columns.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { rawContent } from '../ndjson/raw.ts'
import type { FrameBatch, Reject, WindowedBatch } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { Calendar } from '../time/calendar.ts'
import { SpanCache } from '../time/span-cache.ts'
import { SourceClock } from '../time/watermark.ts'
import type { ExtractOut } from './extract.ts'

export interface WindowOptions {
  readonly calendar: Calendar
  readonly maxDelayMs: number
  /** Whether a reject shows the raw line, as where raw frames are read, or time and user. */
  readonly showsRaw: boolean
  readonly ledger: Ledger
}

export type WindowOut = WindowedBatch | Reject | Control

export function windowStage(options: WindowOptions): Stage<ExtractOut, WindowOut> {
  const { calendar, maxDelayMs, showsRaw, ledger } = options
  const { kinds } = calendar
  const spans = kinds.map((kind) => new SpanCache(kind))
  const accounts = kinds.map(({ name }) => account(ledger, name))
  const clocks = new Map<number, SourceClock>()
  let startsMs = kinds.map(() => new Float64Array(0))
  let expired = kinds.map(() => new Uint8Array(0))
  ledger.accepted = 0

  function window(frames: FrameBatch, emit: Emit<WindowOut>): void {
    const { count, tsMs, source } = frames
    reserve(count)
    const clock = clockOf(source)
    let from = 0
    for (let i = 0; i < count; i++) {
      const ts = tsMs[i]!
      let isExpired = false
      for (let k = 0; k < spans.length; k++) {
        const span = spans[k]!.at(ts)
        const isPast = span.endMs <= clock.watermarkMs
        startsMs[k]![i] = span.startMs
        expired[k]![i] = isPast ? 1 : 0
        isExpired ||= isPast
      }
      if (isExpired) expire(frames, i, clock.watermarkMs, emit)
      if (clock.observe(ts)) {
        emit({ type: 'windowed', frames, from, to: i + 1, startsMs, expired })
        emit({ type: 'watermark', source, watermarkMs: clock.watermarkMs })
        from = i + 1
      }
    }
    if (from < count) emit({ type: 'windowed', frames, from, to: count, startsMs, expired })
    ledger.accepted! += count
  }

  function expire(frames: FrameBatch, i: number, watermarkMs: number, emit: Emit<WindowOut>) {
    const missed = kinds.filter((_, k) => expired[k]![i] === 1).map(({ name }) => name)
    kinds.forEach((_, k) => accounts[k]!.expired += expired[k]![i]!)
    const behindSeconds = (watermarkMs - frames.tsMs[i]!) / 1000
    emit({
      type: 'reject',
      reason: 'expired',
      detail: `${behindSeconds} s behind the watermark; ${missed.join(', ')} had closed`,
      source: frames.place,
      line: frames.lineNumber[i]!,
      windows: missed,
      content: () =>
        showsRaw
          ? rawContent(frames.bytes, frames.lineStart[i]!, frames.lineEnd[i]!)
          : { ts: frames.tsMs[i]! / 1000, uid: uidText(frames, i) },
    })
  }

  function clockOf(source: number): SourceClock {
    let clock = clocks.get(source)
    if (clock === undefined) {
      clock = new SourceClock(calendar, maxDelayMs)
      clocks.set(source, clock)
    }
    return clock
  }

  function reserve(count: number): void {
    if (startsMs[0]!.length >= count) return
    startsMs = kinds.map(() => new Float64Array(count * 2))
    expired = kinds.map(() => new Uint8Array(count * 2))
  }

  return {
    push(message, emit) {
      if (message.type === 'frames') window(message, emit)
      else emit(message)
    },
    end() {}, // holds nothing back
    stop() {},
  }
}

function account(ledger: Ledger, kind: string): { expired: number } {
  const counts = { expired: 0 }
  ledger.windows.set(kind, counts)
  return counts
}
