/**
 * What a stage counts of what it takes. The stage makes its accounts and alone writes into them, each
 * with the words that concern it and all of them from the beginning; the ledger holds them together.
 */
import type { Counts } from './records.ts'

export interface Account {
  /** The kind of window whose `counted`, `partly` and `expired` these are; the sums are held for each. */
  readonly kind?: string
  /** Of the input, blank ones aside. */
  lines?: number
  malformed?: number
  frames?: number
  /** Frames whose uid is not UTF-8 and counts by its bytes. */
  notUtf8?: number
  /** Frames that a filter of ours has left out on purpose. */
  leftOut?: number
  /** Of the stage that judges frames by time, or of the reader behind it. */
  accepted?: number
  quarantined?: number
  outOfRange?: number
  /** Frames that are not decided: only a state has any when a run is over. */
  held?: number
  /** A reject has ended the run: lines and frames behind it, which nobody has looked at. */
  unread?: number
  counted?: number
  /** Of those counted: where windows overlap, frames too late for some of them. */
  partly?: number
  /** Frames too late for their window; result lines that came when theirs was written. */
  expired?: number

  /** Lines that the command before wrote and that did not arrive: a filter stands between. */
  missing?: number
  leftOutBefore?: number
  /** How many the command before has told of, and how many of these it has sent on. */
  toldNotUtf8?: number
  dueNotUtf8?: number

  /** Of result lines that are united: see MergeCounts. */
  unmergeable?: number
  replaced?: number
  merged?: number
  written?: number
  /** Lines without a shard's name that have replaced one of no smaller revision. */
  repeated?: number
  /** Lines with a shard's name that has other frames in a line of the same window and revision. */
  contradicted?: number

  /** Frames that came when their window of the finest kind had closed. */
  late?: number
  /** The latest time accepted, unix milliseconds; in one account only. */
  latestMs?: number
  /** How many windows of the finest kind there were. */
  opened?: number
  /** Windows without users that have no line, as too many came in a row. */
  unfilled?: number
  /** Times that a frame was counted among the others, as its window has --max-groups groups. */
  folded?: number
}

/** What is counted. */
export type Word = Exclude<keyof Account, 'kind'>

/** Of a stage that reads frames, and of the commands before it in the pipe. */
export class ReaderAccount implements Account {
  lines = 0
  malformed = 0
  frames = 0
  notUtf8 = 0
  missing = 0
  leftOutBefore = 0
  quarantined = 0
  outOfRange = 0
  toldNotUtf8 = 0
  dueNotUtf8 = 0

  /** Takes over what the command before has refused or left out: `counts` of its end line. */
  join(counts: Counts): void {
    const { malformed, frames, notUtf8 = 0, leftOut = 0, quarantined = 0, outOfRange = 0 } = counts
    const { accepted = frames - leftOut } = counts
    const keptBack = leftOut + quarantined + outOfRange
    this.missing = accepted - this.lines
    this.lines += malformed + keptBack
    this.malformed += malformed
    this.frames += keptBack
    this.leftOutBefore += leftOut
    this.quarantined += quarantined
    this.outOfRange += outOfRange
    this.toldNotUtf8 += notUtf8
    this.dueNotUtf8 += Math.max(0, notUtf8 - keptBack)
  }
}
