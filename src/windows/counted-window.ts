/** What the count stage needs of a window, be it of all frames or of the groups of a breakdown. */
import type { PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, Pane, ResultLine } from '../records.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { OnTimeWindow } from './on-time.ts'
import type { ToLine } from './result-lines.ts'

export interface CountedWindow {
  readonly kind: WindowKind
  /** Place of the kind among the kinds, fine to coarse. */
  readonly rank: number
  /** Its place among those of the same span: 0 for all frames, from 1 on for each breakdown. */
  readonly place: number
  readonly startMs: number
  readonly endMs: number
  /** From here on nothing counts any more. */
  readonly expiryMs: number
  readonly isClosed: boolean
  /** Of its users, without those of late frames. */
  readonly exactBytes: number
  readonly sketchBytes: number

  /** Whether it is the first frame that falls due at this time. */
  addLate(frames: FrameBatch, i: number, dueMs: number): boolean
  /** What one source has counted on time. */
  addUsers(pane: PartialPane): void
  /** The same of late frames. Whether they are the first that fall due at this time. */
  addLateUsers(pane: PartialPane, dueMs: number): boolean
  /** Counts what falls due at `dueMs`. The pane that shows it, if there is anything to show. */
  reach(dueMs: number): Pane | undefined
  /** What is shown by that pane, right after it was reached. */
  lines(pane: Pane, toLine: ToLine): Iterable<ResultLine>
  /** That of the last line so far, if there is one. */
  readonly lastPane: Pane | undefined
  /** All that the window has come to, each line with its own last pane. */
  finalLines(toLine: ToLine): Iterable<ResultLine>
  /** Provisional lines, if the window is open and has changed since the last ones. */
  earlyLines(toLine: ToLine): Iterable<ResultLine>
  /**
   * The run ends before its time: all that is counted and no other line has shown. `isUntold`: the
   * window has had none.
   */
  lastLines(toLine: ToLine, isUntold: boolean): Iterable<ResultLine>
  /** When revisions of late frames fall due. */
  readonly lateDuesMs: Iterable<number>
}

/** What a tally needs of them besides. */
export interface TalliedWindow<Self> extends CountedWindow, OnTimeWindow<Self> {}
