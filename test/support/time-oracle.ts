/**
 * The rules of time (README, "When does a line come out?") with all frames at hand: what becomes of
 * each frame, and which lines come out in which order. Each frame that counts is noted with the time at which the line that shows it first
 * falls due; a line is then nothing but all the notes of its window that are due by then. Every
 * time is decided by the frame's own source, so how sources interleave cannot show.
 * Left out, because it looks at a wall clock or at speed: early panes, idleness, sources that wait.
 *
 * Where the words leave a choice, this is the choice:
 *
 *  1. Late and expired are judged by the watermark of the frame's own source. A late frame goes
 *     into a revision even where another source has kept the on-time line back: would it still join
 *     that line, the interleaving of the sources would show, and partitions could not be counted
 *     apart and united.
 *  2. When a late frame is shown is decided by its own source's watermark, too: the first multiple
 *     of 10 s above it, or end + lateness where that is earlier. Late frames of several sources
 *     with the same due time are one line. It is written when the slowest source has passed that
 *     time; nothing can be added to it afterwards, so lines come sorted by due time in all.
 *  3. Passed means reached: at the due time itself a line falls due, at the end of a window it is
 *     closed, at end + lateness a frame is expired. A watermark that stands on a multiple of 10 s
 *     has passed it.
 *  4. At the end of the input every watermark goes to infinity: what is left keeps its due time.
 *  5. Every late frame revises, also one that brings no new user: `frames` changes.
 *  6. Revisions of a window that only late frames reached begin with 1: 0 is for on-time.
 *  7. Ahead and within include their bounds: `--max-delay` ahead is trusted at once, `--max-jump`
 *     ahead is not held. With `--max-jump` under `--max-delay` only what is further than both is.
 *  8. Held or not is judged by the trusted time before the frame: what it is about to confirm does
 *     not help it.
 *  9. A frame that waits for confirmation is confirmed or forgotten by the next frame that is neither
 *     held nor late (behind the watermark). That frame may then wait itself, confirmation or not.
 * 10. Who speaks: each frame that is not late, held and waiting ones too, judged by the trusted time
 *     of its moment; once, when it comes (the frames of a cold start: when it is decided). It speaks
 *     against the lowest held one, so far, that it does not reach, the first of equals; to reach a
 *     time is to be no more than `--max-delay` below it. What was said against a refused one holds
 *     against the next that the speaker did not reach; what was said against one that was believed
 *     is void.
 * 11. The held count as soon as trusted time comes within reach of them, `--max-jump` or
 *     `--max-delay`, before the frame that moved it speaks. They move trusted time only where nine
 *     were held or the input ends: others may have come between them and could not speak.
 * 12. The trusted time never goes back.
 * 13. The held are judged by the watermark before the jump, then trusted time moves by them in their
 *     order: judged by the watermark of their moment, frames of sparse streams would be lost. So are
 *     the first ones that are not far from where a cold start brings time.
 * 14. A group of a cold start is one whose largest and smallest ts are within `--max-jump`. Nine of
 *     them decide, and bring time to the smallest of the group. The watermark by which the first
 *     are judged is that of the earliest ts from which steps of at most `--max-jump` lead to the
 *     group. Without such nine, when 17 are held or the input ends, time begins with the earliest.
 *     The first then speak, or are judged, in their order.
 * 15. At the end a cold start is decided, then of the held the lowest, again and again: it is
 *     refused if as many as are held have spoken against it without being held, or two more than
 *     are held in all; else time goes on to it.

 * 17. A hundred late frames, while something is held or waits, with none between that is neither
 *     late nor held, refuse all held and forget what waits. The count begins anew when the held move time.
 * 18. Where windows overlap, a frame counts in each of those that hold it by that window's own end
 *     and lateness. All that it is late for show it at one time: the earliest of the next multiple of
 *     10 s, and the ends, and ends + lateness, of windows that hold it.
 * 19. At the end of the input windows are not shown that end behind the last slice that has frames:
 *     their other slices are to come.
 * 20. A group's lines are those of its frames alone; watermarks are those of all frames. Lines of a
 *     window come total first, then by breakdown, most users first, then by name.
 * 16. `--max-jump off`: every ts is trusted, nothing is held, not even first frames.
 */
import type { ResultLine } from '../../src/records.ts'
import type { Calendar, Span, WindowKind } from '../../src/time/calendar.ts'
import { parseDuration } from '../../src/time/duration.ts'
import { type Guard, sourceGuard } from './time-oracle-guard.ts'
import { type Note, notedLines } from './time-oracle-lines.ts'

export interface TimedFrame {
  readonly source: number
  readonly tsMs: number
  readonly uid: string
  /** The name of its group by each breakdown (src/group.ts), all frames by as many. */
  readonly groups?: readonly string[]
}

export interface OracleOptions {
  readonly calendar: Calendar
  readonly maxDelayMs: number
  /** Per kind, in the order of calendar.kinds. */
  readonly latenessMs: readonly number[]
  /** Undefined: `--max-jump off`. */
  readonly maxJumpMs: number | undefined
}

/** What became of a frame: refused, or per kind of window; `partly`: in some of several. */
export type Verdict = 'quarantined' | readonly ('counted' | 'partly' | 'expired')[]

/** frames = accepted + quarantined; per kind accepted = counted + expired. */
export interface OracleCounts {
  readonly frames: number
  readonly accepted: number
  readonly quarantined: number
  readonly windows: Readonly<Record<string, { counted: number; expired: number; partly?: number }>>
}

export interface OracleResult {
  /** On-time and late panes as they come out. */
  readonly lines: readonly ResultLine[]
  /** Per frame, in the order of arrival. */
  readonly verdicts: readonly Verdict[]
  readonly counts: OracleCounts
}

/**
 * Every window of a kind that holds the time, each found by itself: of kinds that overlap those of
 * the last days, by their dates, or of a length, by multiples of the step.
 */
function windowsWith(kind: WindowKind, tsMs: number): Span[] {
  const { name, overlap, spanAt } = kind
  if (overlap === undefined) return [spanAt(tsMs)]
  const [, lengthText, stepText] = /^(\w+)\/(\w+)$/.exec(name) ?? []
  if (lengthText !== undefined) {
    const [lengthMs, stepMs] = [parseDuration(lengthText), parseDuration(stepText!)]
    const windows: Span[] = []
    for (let endMs = (Math.floor(tsMs / stepMs) + 1) * stepMs; endMs - lengthMs <= tsMs;) {
      windows.push({ startMs: endMs - lengthMs, endMs })
      endMs += stepMs
    }
    return windows
  }
  const days = Number(/^rolling-(\d+)d$/.exec(name)![1])
  const dates = [spanAt(tsMs)]
  for (let n = 1; n < days; n++) {
    dates.unshift(spanAt(dates[0]!.startMs - 1))
    dates.push(spanAt(dates.at(-1)!.endMs))
  }
  return dates.slice(0, days).map(({ startMs }, i) => {
    return { startMs, endMs: dates[i + days - 1]!.endMs }
  })
}

/** `frames` in the order of arrival, sources interleaved. */
export function timeOracle(frames: readonly TimedFrame[], options: OracleOptions): OracleResult {
  const { kinds } = options.calendar
  const verdicts: Verdict[] = []
  const notes: Note[] = []
  const guards = new Map<number, Guard>()
  for (const [index, { source, tsMs }] of frames.entries()) {
    const guard = guards.get(source) ?? sourceGuard({ ...options, count, quarantine })
    guards.set(source, guard)
    guard.push({ index, tsMs })
  }
  for (const guard of guards.values()) guard.end()
  return { lines: notedLines(shownNotes(), options.calendar), verdicts, counts: counts() }

  function shownNotes(): Note[] {
    const lastMs = kinds.map(({ overlap, spanAt }, k) => {
      const startsMs = notes.filter(({ kind }) => kind === k).map(({ startMs }) => startMs)
      return overlap === undefined ? Infinity : spanAt(Math.max(...startsMs)).endMs
    })
    return notes.filter(({ kind, endMs }) => endMs <= lastMs[kind]!)
  }

  function quarantine(index: number): void {
    verdicts[index] = 'quarantined'
  }

  function count(index: number, watermarkMs: number): void {
    const { tsMs, uid, groups = [] } = frames[index]!
    verdicts[index] = kinds.map((kind, k) => {
      const windows = windowsWith(kind, tsMs)
      const latenessMs = options.latenessMs[k]!
      const events = [(Math.floor(watermarkMs / 10_000) + 1) * 10_000]
      for (const { endMs } of windows) events.push(endMs, endMs + latenessMs)
      const dueMs = Math.min(...events.filter((ms) => ms > watermarkMs))
      let counts = 0
      for (const { startMs, endMs } of windows) {
        if (watermarkMs < endMs) {
          notes.push({ kind: k, startMs, endMs, uid, groups, dueMs: endMs })
        } else if (watermarkMs < endMs + latenessMs) {
          notes.push({ kind: k, startMs, endMs, uid, groups, dueMs })
        } else {
          continue
        }
        counts++
      }
      return counts === 0 ? 'expired' : counts === windows.length ? 'counted' : 'partly'
    })
  }

  function counts(): OracleCounts {
    const accepted = verdicts.filter((verdict) => verdict !== 'quarantined')
    const windows = Object.fromEntries(kinds.map(({ name }, k) => {
      const expired = accepted.filter((verdict) => verdict[k] === 'expired').length
      const partly = accepted.filter((verdict) => verdict[k] === 'partly').length
      const counts = { counted: accepted.length - expired, expired }
      return [name, partly === 0 ? counts : { ...counts, partly }]
    }))
    const quarantined = verdicts.length - accepted.length
    return { frames: frames.length, accepted: accepted.length, quarantined, windows }
  }
}
