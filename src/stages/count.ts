/**
 * Windowed frames to result lines: the unique users of every open window, as the union over the
 * sources. A window is complete, and its line comes out, when every source's watermark has come to
 * its end.
 */
import type { Counter } from '../counter/counter.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import type { Pane, Reject, ResultLine, WindowedBatch } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { Calendar, WindowKind } from '../time/calendar.ts'
import type { WindowOut } from './window.ts'

export interface CountOptions {
  readonly calendar: Calendar
  readonly newCounter: () => Counter
  readonly ledger: Ledger
}

export interface Result {
  readonly type: 'result'
  readonly line: ResultLine
}

export type CountOut = Result | Reject | Control

interface OpenWindow {
  readonly kind: WindowKind
  readonly startMs: number
  readonly endMs: number
  readonly users: Counter
  frames: number
}

export function countStage(options: CountOptions): Stage<WindowOut, CountOut> {
  const { calendar, newCounter, ledger } = options
  const { kinds } = calendar
  /** Per kind, by start. */
  const open = kinds.map(() => new Map<number, OpenWindow>())
  const counted = kinds.map(() => 0)
  const watermarksMs = new Map<number, number>()

  function count({ frames, from, to, startsMs, expired }: WindowedBatch): void {
    const { hashHi, hashLo, source } = frames
    know(source)
    for (let k = 0; k < kinds.length; k++) {
      const starts = startsMs[k]!
      const isExpired = expired[k]!
      let window: OpenWindow | undefined
      for (let i = from; i < to; i++) {
        if (isExpired[i] === 1) continue
        if (window === undefined || window.startMs !== starts[i]) window = windowAt(k, starts[i]!)
        window.frames++
        window.users.add(hashHi[i]!, hashLo[i]!)
        counted[k]!++
      }
    }
  }

  /** A source holds the windows open from its first frame, or the mark before it, on. */
  function know(source: number): void {
    if (!watermarksMs.has(source)) watermarksMs.set(source, -Infinity)
  }

  function windowAt(k: number, startMs: number): OpenWindow {
    let window = open[k]!.get(startMs)
    if (window === undefined) {
      const kind = kinds[k]!
      const { endMs } = kind.spanAt(startMs)
      window = { kind, startMs, endMs, users: newCounter(), frames: 0 }
      open[k]!.set(startMs, window)
    }
    return window
  }

  function close(untilMs: number, pane: Pane, emit: Emit<CountOut>): void {
    const due = open.flatMap((windows) => [...windows.values()])
      .filter(({ endMs }) => endMs <= untilMs)
    due.sort((a, b) => a.endMs - b.endMs) // a stable sort: fine to coarse stays
    for (const window of due) emit({ type: 'result', line: resultLine(window, pane, calendar) })
    if (pane === 'early') return
    for (const window of due) open[kinds.indexOf(window.kind)]!.delete(window.startMs)
  }

  return {
    push(message, emit) {
      if (message.type === 'windowed') {
        count(message)
      } else if (message.type === 'watermark') {
        watermarksMs.set(message.source, message.watermarkMs)
        close(Math.min(...watermarksMs.values()), 'on-time', emit)
      } else {
        if (message.type === 'source') know(message.source)
        emit(message)
      }
    },
    end(emit) {
      close(Infinity, 'on-time', emit)
      settle()
    },
    stop(emit) {
      close(Infinity, 'early', emit)
      settle()
    },
  }

  function settle(): void {
    kinds.forEach(({ name }, k) => {
      const { expired = 0 } = ledger.windows.get(name) ?? {}
      ledger.windows.set(name, { counted: counted[k]!, expired })
    })
  }
}

function resultLine(window: OpenWindow, pane: Pane, calendar: Calendar): ResultLine {
  const { kind, startMs, endMs, users, frames } = window
  const { zone, weekStart } = calendar
  return {
    window: kind.name,
    start: startMs / 1000,
    end: endMs / 1000,
    time: calendar.timeText(startMs),
    ...(zone.name === 'UTC' ? {} : { tz: zone.name }),
    ...(kind.name === 'week' ? { weekStart } : {}),
    ...users.estimate(),
    frames,
    pane,
    ...(pane === 'on-time' ? { revision: 0 } : {}),
  }
}
