/**
 * The accounts of a run: nothing may disappear, so every line read is found again as malformed,
 * quarantined, out of range, counted or expired. Stages write into it, `imbalance` holds the sums together.
 */
import type { Counts, MergeCounts, WindowCounts } from './records.ts'

/** What tells that the input is hardly what it was taken for. All of the finest kind of window. */
export interface Signs {
  /** Frames that came when their window had closed. */
  late: number
  /** The latest time accepted, unix milliseconds. */
  latestMs: number
  /** How many windows there were. */
  windows: number
}

/** Of result lines that are united: see MergeCounts. */
export interface Merging {
  unmergeable: number
  expired: number
  replaced: number
  merged: number
  written: number
  /** Lines without a shard's name that have replaced one of no smaller revision. */
  repeated: number
  /** Lines with a shard's name that has other frames in a line of the same window and revision. */
  contradicted: number
}

export class Ledger {
  lines = 0
  malformed = 0
  frames = 0
  /** Frames whose uid is not UTF-8 and counts by its bytes. */
  notUtf8 = 0
  /** How many the command before has told of, and how many of these it has sent on. */
  toldNotUtf8 = 0
  dueNotUtf8 = 0
  /** Set by the stage that judges frames by time; undefined in a command without one. */
  accepted: number | undefined
  quarantined = 0
  outOfRange = 0
  /** Per kind of window, in the order of the kinds; `counted` is set by the stage that counts. */
  readonly windows: Map<string, { counted?: number; expired: number }> = new Map()
  /** Set by the stage that unites result lines, which counts no frames. */
  merging: Merging | undefined
  /** Lines that the command before wrote and that did not arrive: a filter stands between. */
  missing = 0
  readonly signs: Signs = { late: 0, latestMs: -Infinity, windows: 0 }

  /** Begins anew. */
  reset(): void {
    Object.assign(this, new Ledger())
  }

  /** A reject has ended the run: frames behind it in its batch, which nobody has looked at. */
  unread(frames: number): void {
    this.lines -= frames
    this.frames -= frames
  }

  /** Takes over what the command before has refused: `counts` of its end line. */
  join(counts: Counts): void {
    const { malformed, frames, quarantined = 0, outOfRange = 0, accepted = frames } = counts
    const { notUtf8 = 0 } = counts
    this.missing = accepted - this.lines
    this.lines += malformed + quarantined + outOfRange
    this.malformed += malformed
    this.frames += quarantined + outOfRange
    this.quarantined += quarantined
    this.outOfRange += outOfRange
    this.toldNotUtf8 += notUtf8
    this.dueNotUtf8 += Math.max(0, notUtf8 - quarantined - outOfRange)
  }

  /** Lines that were what they were taken for. */
  get good(): number {
    return this.merging?.merged ?? this.frames
  }

  /** The first sum that does not hold, in words; undefined when all do. */
  imbalance(): string | undefined {
    const { lines, malformed, frames, accepted, quarantined, outOfRange, merging } = this
    if (merging !== undefined) {
      const { unmergeable, expired, replaced, merged } = merging
      if (lines === malformed + unmergeable + expired + replaced + merged) return undefined
      return `${lines} lines are not ${malformed} malformed + ${unmergeable} unmergeable + ` +
        `${expired} expired + ${replaced} replaced + ${merged} merged`
    }
    if (lines !== malformed + frames) {
      return `${lines} lines are not ${malformed} malformed + ${frames} frames`
    }
    if (accepted === undefined) return undefined
    if (frames !== accepted + quarantined + outOfRange) {
      return `${frames} frames are not ${accepted} accepted + ${quarantined} quarantined + ` +
        `${outOfRange} out of range`
    }
    for (const [kind, { counted, expired }] of this.windows) {
      if (counted !== undefined && accepted !== counted + expired) {
        return `${kind}: ${accepted} accepted are not ${counted} counted + ${expired} expired`
      }
    }
    return undefined
  }

  toJSON(): Counts | MergeCounts {
    if (this.merging === undefined) return this.counts()
    const { repeated: _, contradicted: __, ...counts } = this.merging
    return { lines: this.lines, malformed: this.malformed, ...counts }
  }

  counts(): Counts {
    const { lines, malformed, accepted, quarantined, outOfRange } = this
    const notUtf8 = Math.max(this.notUtf8, this.toldNotUtf8) // those refused before did not come
    const frames = { frames: this.frames, ...(notUtf8 > 0 && { notUtf8 }) }
    if (accepted === undefined) return { lines, malformed, ...frames }
    const windows: Record<string, WindowCounts> = Object.fromEntries(this.windows)
    return { lines, malformed, ...frames, accepted, quarantined, outOfRange, windows }
  }
}
