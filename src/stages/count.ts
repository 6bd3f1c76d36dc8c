/**
 * Windowed frames to result lines: the unique users of every window, as the union over the sources.
 * A line comes out when every source's watermark has come to the time at which it falls due: the
 * window's end, and for late frames the next multiple of 10 s, or the end of the allowed lateness.
 */
import type { Counter } from '../counter/counter.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { EXPIRED, LATE, type Reject, type ResultLine, type WindowedBatch } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { Calendar } from '../time/calendar.ts'
import { revisionStepMs } from '../time/watermark.ts'
import { OpenWindow } from './open-window.ts'
import type { WindowOut } from './window.ts'

export interface CountOptions {
  readonly calendar: Calendar
  /** Per kind of window, in the order of the calendar. */
  readonly latenessMs: readonly number[]
  readonly newCounter: () => Counter
  readonly ledger: Ledger
}

export interface Result {
  readonly type: 'result'
  readonly line: ResultLine
}

export type CountOut = Result | Reject | Control

export function countStage(options: CountOptions): Stage<WindowOut, CountOut> {
  const { calendar, latenessMs, newCounter, ledger } = options
  const { kinds } = calendar
  /** Per kind, by start. */
  const open = kinds.map(() => new Map<number, OpenWindow>())
  const counted = kinds.map(() => 0)
  const watermarksMs = new Map<number, number>()

  function count({ frames, from, to, startsMs, verdicts }: WindowedBatch): void {
    const { hashHi, hashLo, source } = frames
    know(source)
    for (let k = 0; k < kinds.length; k++) {
      const starts = startsMs[k]!
      const verdict = verdicts[k]!
      let window: OpenWindow | undefined
      for (let i = from; i < to; i++) {
        if (verdict[i] === EXPIRED) continue
        if (window === undefined || window.startMs !== starts[i]) window = windowAt(k, starts[i]!)
        if (verdict[i] === LATE) window.addLate(hashHi[i]!, hashLo[i]!, dueMs(window, source))
        else window.add(hashHi[i]!, hashLo[i]!)
        counted[k]!++
      }
    }
  }

  /** A source holds the windows open from its first frame, or the mark before it, on. */
  function know(source: number): void {
    if (!watermarksMs.has(source)) watermarksMs.set(source, -Infinity)
  }

  /** When a late frame of the source is shown: its own watermark decides, so that no other does. */
  function dueMs({ expiryMs }: OpenWindow, source: number): number {
    const step = Math.floor(watermarksMs.get(source)! / revisionStepMs) + 1
    return Math.min(step * revisionStepMs, expiryMs)
  }

  function windowAt(k: number, startMs: number): OpenWindow {
    let window = open[k]!.get(startMs)
    if (window === undefined) {
      window = new OpenWindow({
        kind: kinds[k]!,
        rank: k,
        startMs,
        latenessMs: latenessMs[k]!,
        users: newCounter(),
      })
      open[k]!.set(startMs, window)
    }
    return window
  }

  function windows(): OpenWindow[] {
    return open.flatMap((windows) => [...windows.values()])
  }

  /** Prints what falls due up to `untilMs`, and lets go of the windows that are over. */
  function settle(untilMs: number, emit: Emit<CountOut>): void {
    const due = windows().flatMap((window) => {
      return window.dueTimes(untilMs).map((dueMs) => ({ dueMs, window }))
    })
    due.sort((a, b) => {
      return a.dueMs - b.dueMs || a.window.endMs - b.window.endMs || a.window.rank - b.window.rank
    })
    for (const { dueMs, window } of due) {
      emit({ type: 'result', line: window.lineAt(dueMs, calendar) })
    }
    for (const { rank, startMs, expiryMs } of windows()) {
      if (expiryMs <= untilMs) open[rank]!.delete(startMs)
    }
  }

  function printOpen(emit: Emit<CountOut>): void {
    const byEnd = windows().sort((a, b) => a.endMs - b.endMs || a.rank - b.rank)
    for (const window of byEnd) {
      const line = window.earlyLine(calendar)
      if (line !== undefined) emit({ type: 'result', line })
    }
  }

  function closeAccounts(): void {
    kinds.forEach(({ name }, k) => {
      const { expired = 0 } = ledger.windows.get(name) ?? {}
      ledger.windows.set(name, { counted: counted[k]!, expired })
    })
  }

  return {
    push(message, emit) {
      if (message.type === 'windowed') {
        count(message)
      } else if (message.type === 'watermark') {
        watermarksMs.set(message.source, message.watermarkMs)
        settle(Math.min(...watermarksMs.values()), emit)
      } else {
        if (message.type === 'source') know(message.source)
        emit(message)
      }
    },
    end(emit) {
      settle(Infinity, emit)
      closeAccounts()
    },
    stop(emit) {
      printOpen(emit)
      closeAccounts()
    },
  }
}
