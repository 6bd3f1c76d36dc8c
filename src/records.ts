/**
 * Every shape that passes from stage to stage or crosses a pipe, and the words for them.
 *
 *   frame      one JSON object of the input, with a time `ts` and a user id `uid`
 *   source     what has an order of its own: the whole input, a file of --interleave, a partition
 *   window     a half-open span of event time [start, end) of some kind: minute, day, 15m
 *   watermark  how far event time has surely come: the largest ts of a source minus --max-delay
 *   pane       one printed state of a window: early, on-time or late
 *   partial pane  what one source brings to a window since it was last asked (ndjson/partial.ts)
 *   late       a frame that came after its window of some kind had closed; it counts in a revision
 *   expired    a frame that came after its window's allowed lateness; it does not count there
 *   quarantined  a frame whose time is too far ahead of all others to be believed
 *   left out     a frame that a filter of ours was asked to leave out; not a reject
 *   out of range  a frame whose time is before --from, or not before --until
 *   malformed  a line that is not a frame
 *   reject     a line or frame that is not counted, with its reason
 *   group      the frames of a window whose keys have the same values, as --by asks (group.ts)
 *   breakdown  all groups by the same keys: together they are the frames of the window
 *   shard      the part of all frames that one run has counted; uc-merge unites shards
 *
 * Inside, times are unix milliseconds (`…Ms`); in every line that a person reads, unix seconds.
 */

import { type Breakdown, type Group, groupKey } from './group.ts'

/**
 * Where the following frames come from. `name` is a file's name, or stdin. From its first mark on a
 * source holds the windows open, frames or not.
 */
export interface SourceMark {
  readonly type: 'source'
  readonly source: number
  readonly name: string
  /** Number of the line before the first that follows, where they are numbered from outside. */
  readonly line?: number
}

/** The source is over, while others may go on: no window waits for it any more. */
export interface SourceEnd {
  readonly type: 'source-end'
  readonly source: number
}

/** The source has brought nothing for --idle: no window waits for it until it brings a frame. */
export interface IdleMark {
  readonly type: 'idle'
  readonly source: number
}

/** The id of a user: text, or its bytes without escapes where they are not UTF-8. */
export type Uid = string | Uint8Array

/** The columns that have a cell for each frame; `place`: where in the bytes of its batch it stands. */
export const columnTypes = {
  /** Event time, unix milliseconds. */
  tsMs: 'f64',
  /** The fingerprint of the uid (counter/hash.ts), upper and lower 32 bits. */
  hashHi: 'u32',
  hashLo: 'u32',
  /** The uid as it stands in the line, without quotes. */
  uidStart: 'place',
  uidEnd: 'place',
  /** The raw line, without its line break. */
  lineStart: 'place',
  lineEnd: 'place',
  /** Line number in the file or stream, from 1. */
  lineNumber: 'f64',
} as const

type ColumnTypes = typeof columnTypes

export type Columns = {
  readonly [Name in keyof ColumnTypes]: ColumnTypes[Name] extends 'f64' ? Float64Array : Uint32Array
}

/** The groups of the frames of a batch by one breakdown: frame `i` is in `names[ids[i]]`. */
export interface GroupColumn {
  readonly keys: Breakdown
  readonly ids: Uint32Array
  readonly names: readonly string[]
}

/**
 * Frames of one source, in their order, as columns of `count` entries. Byte ranges point into
 * `bytes`. A batch and its columns are used again for the next one: valid until push returns.
 */
export interface FrameBatch extends Columns {
  readonly type: 'frames'
  readonly source: number
  /** Where the lines were read, for messages: a file's name, or stdin. */
  readonly place: string
  readonly count: number
  readonly bytes: Uint8Array
  /** The uids that are not the bytes of that range as they are: those with escapes. */
  readonly decodedUids: ReadonlyMap<number, Uid>
  /** How many have a uid that is not UTF-8. */
  readonly notUtf8: number
  /** Of each breakdown that is asked for, in their order. */
  readonly groups: readonly GroupColumn[]
}

/**
 * Frames `from` up to but not including `to` of a batch, with the window of each kind that each
 * falls into. The columns stand in the order of the kinds, fine to coarse.
 */
export interface WindowedBatch {
  readonly type: 'windowed'
  readonly frames: FrameBatch
  readonly from: number
  readonly to: number
  /** Per kind: the start of the frame's window, or of its slice (time/overlap.ts), unix milliseconds. */
  readonly startsMs: readonly Float64Array[]
  /** Per kind: ON_TIME, LATE or EXPIRED. */
  readonly verdicts: readonly Uint8Array[]
}

/** The window of that kind is open; where windows overlap, all that hold the frame are. */
export const ON_TIME = 0
/** It has closed, or one of several has; the frame counts in a revision. */
export const LATE = 1
/** It is over, or all are; the frame does not count there. */
export const EXPIRED = 2

/** Event time of a source has come to `watermarkMs`: its windows that end by then are complete. */
export interface Watermark {
  readonly type: 'watermark'
  readonly source: number
  readonly watermarkMs: number
}

/** Why a line is malformed, in a word: `uid-…` and `ts-…` are about the values of those keys. */
export type Fault =
  | 'not-json'
  /** It ends before its object does. */
  | 'cut'
  /** It does not begin with an object. */
  | 'no-object'
  | 'too-long'
  | 'uid-missing'
  | 'uid-null'
  | 'uid-empty'
  | 'uid-kind'
  /** A number that JSON.parse would round. */
  | 'uid-rounded'
  | 'ts-missing'
  | 'ts-null'
  | 'ts-kind'
  /** It is no time in the unit asked for. */
  | 'ts-form'
  /** Text without a zone, where none was named. */
  | 'ts-zone'
  /** Before 1970 or after 9999. */
  | 'ts-range'

/**
 * A line or frame that is not counted, or not for every kind: a line of --rejects. `repartitioned`:
 * a window that is not.
 */
export interface Reject {
  readonly type: 'reject'
  readonly reason:
    | 'malformed'
    | 'out-of-range'
    | 'quarantined'
    | 'expired'
    | 'unmergeable'
    | 'repartitioned'
  /** Of a raw line that is malformed. */
  readonly fault?: Fault | undefined
  /** What is wrong, and what was expected. */
  readonly detail: string
  /** Where it stood: `stdin`, a file's name. */
  readonly source: string
  /** Line number there, from 1. */
  readonly line: number
  /** Where the frame begins in that line, from 1; left out where it is the line's first. */
  readonly byte?: number
  /** The kinds of window that the frame is expired for. */
  readonly windows?: readonly string[]
  /** Of an expired frame. */
  readonly late?: Lateness
  /** What was refused. Only until push returns, since it reads the batch's bytes. */
  content(): RejectContent
}

/** When an expired frame was, and how late it came. Unix seconds. */
export interface Lateness {
  readonly ts: number
  /** Of the windows that it is expired for. */
  readonly starts: readonly number[]
  /** How far behind the watermark. */
  readonly lateBy: number
}

export type RejectContent =
  /** The line as text; `bytes` is its length where only its beginning is kept. */
  | { readonly raw: string; readonly bytes?: number }
  /** The line in base64, because it is not valid UTF-8. */
  | { readonly raw64: string; readonly bytes?: number }
  /** The frame, where the stage does not see the raw line. Unix seconds. */
  | FrameContent & { readonly uid: string }
  /** Its uid in base64, likewise. */
  | FrameContent & { readonly uid64: string }

interface FrameContent {
  readonly ts: number
  /** The values of all keys by which frames are split. */
  readonly by?: Group
  readonly bytes?: number
}

/** The first line of a pipe between two commands. */
export interface Header {
  readonly type: 'header'
  readonly version: number
  /** The command that writes, without `uc-`. */
  readonly from: string
  /** The breakdowns that are asked for, of each the names of its keys; absent where there are none. */
  readonly by?: readonly Breakdown[]
  /** From uc-window on: kinds of window, zone of the calendar, first day of the week. */
  readonly windows?: readonly string[]
  readonly tz?: string
  readonly weekStart?: string
  /** Allowed lateness per kind of window: `{"minute":"1h"}`. */
  readonly lateness?: Readonly<Record<string, string>>
  /** Times from and up to which frames are taken, unix seconds; what is not asked for is absent. */
  readonly range?: TimeRange
}

export interface TimeRange {
  readonly from?: number
  readonly until?: number
}

/** The last line of such a pipe. Without it the producer died. */
export interface EndMark {
  readonly type: 'end'
  readonly counts: Counts
  /** The signal that stopped the first command before its input was over. */
  readonly signal?: 'SIGINT' | 'SIGTERM'
}

/** What became of every line and frame. A command adds its own to the counts of those before it. */
export interface Counts {
  /** Lines of the input that are not blank: malformed + frames. */
  readonly lines: number
  readonly malformed: number
  readonly frames: number
  /** Frames whose uid is not UTF-8 and counts by its bytes; absent where there are none. */
  readonly notUtf8?: number
  /** Frames left out on purpose; absent where there are none. */
  readonly leftOut?: number
  /** From uc-window on: leftOut + accepted + quarantined + outOfRange (+ held, in a state) = frames. */
  readonly accepted?: number
  readonly quarantined?: number
  readonly outOfRange?: number
  readonly held?: number
  /** Per kind of window, from uc-window on: counted + expired = accepted. */
  readonly windows?: Readonly<Record<string, WindowCounts>>
}

export interface WindowCounts {
  /** From uc-count on. */
  readonly counted?: number
  readonly expired: number
  /** Of those counted: they came too late for some of their windows; absent where there are none. */
  readonly partly?: number
}

/** What became of every line that uc-merge has read. Their sum is the lines. */
export interface MergeCounts {
  readonly lines: number
  readonly malformed: number
  /** Results that cannot be united with others, or not soundly. */
  readonly unmergeable: number
  /** Came when the line of their window had been written. */
  readonly expired: number
  /** A later line of the same shard and window stands for them. */
  readonly replaced: number
  /** Are in the lines that were written. */
  readonly merged: number
  /** How many lines that were. */
  readonly written: number
}

export type Pane = 'early' | 'on-time' | 'late'

/** What a shard has in a merged line. */
export interface ShardCount {
  readonly frames: number
  /** Where it is early. */
  readonly pane?: 'early'
  /** Where it is not 0. */
  readonly revision?: number
}

/** What a line is known by, as in the key of its message. */
export interface LineName {
  readonly window: string
  readonly start: number | string
  readonly by?: Pick<Group, 'json'> | undefined
}

/** `minute/1468244340`, of a group `minute/1468244340/{"country":"CH"}`. */
export function windowKey({ window, start, by }: LineName): string {
  return by === undefined ? `${window}/${start}` : `${window}/${start}/${groupKey(by.json)}`
}

/** One line of result. The order of the fields is the order in the line, and a promise. */
export interface ResultLine {
  readonly window: string
  /** Unix seconds. */
  readonly start: number
  readonly end: number
  /** `start` as RFC 3339 in the zone asked for. */
  readonly time: string
  /** Zone of the calendar; absent for UTC. */
  readonly tz?: string
  /** In weeks only. */
  readonly weekStart?: string
  /** The name that --shard gives. */
  readonly shard?: string
  /** Of several: by name, and what had none under ''. The frames add up to those of the line. */
  readonly shards?: Readonly<Record<string, ShardCount>>
  /** The group that it is of; absent where it is of all frames. */
  readonly by?: Group
  readonly users: number
  /** The 95 % interval of `users`; both equal to it when exact. */
  readonly low: number
  readonly high: number
  readonly method: 'exact' | 'hll'
  /** Relative standard error; 0 when exact. */
  readonly error: number
  readonly frames: number
  readonly pane: Pane
  /** 0 for on-time, then 1, 2 … for late panes; early ones have none. */
  readonly revision?: number
  /** With --sketch: the image of the users' sketch (counter/image.ts), in base64. */
  readonly sketch?: string
  /** With --partial, where users are counted exactly: the image of their set (counter/set-image.ts). */
  readonly set?: string
}

/** A line of an input of result lines, whatever it is. */
export interface ReadLine {
  readonly type: 'line'
  readonly source: number
  /** Where it stands: a file's name, or stdin. */
  readonly place: string
  readonly lineNumber: number
  readonly content: RejectContent
  /** The result in it, or what is wrong with it. */
  readonly result: ResultLine | string
}
