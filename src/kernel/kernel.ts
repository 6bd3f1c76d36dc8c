/**
 * The contract of what finds the frames in whole lines. The readable one is twin.ts; a faster one
 * has to fill the same columns and to refuse the same lines in the same words.
 */
import type { Fault } from '../records.ts'
import type { LocalOffsets } from '../time/local-offsets.ts'
import type { TsUnit } from '../time/unix-time.ts'
import type { FrameColumns } from './columns.ts'
import type { FrameKeys } from './frame-parser.ts'
import type { Room } from './lines.ts'

export interface KernelOptions extends FrameKeys {
  readonly tsUnit: TsUnit
  /** Of times that are text without a zone; undefined: they are refused. */
  readonly tsZone?: LocalOffsets | undefined
  /** A longer line is malformed; its line break does not count. */
  readonly maxLineBytes: number
  /**
   * `lazy` allows to read a line no further than both keys are seen. The columns are the same for
   * lines that are frames in which each key stands once.
   */
  readonly parser?: 'strict' | 'lazy' | 'json'
}

/** A line that is no frame: where it stands in the bytes, and why. */
export interface Refusal {
  readonly lineStart: number
  readonly lineEnd: number
  readonly detail: string
  readonly fault: Fault
}

export interface Kernel {
  /** The frames found so far; whoever takes them clears them. */
  readonly columns: FrameColumns
  /** Number of the line that was begun last. Set to 0 where a new file or stream begins. */
  lineNumber: number
  /** The line at which the last scan stopped, if one was refused. */
  readonly refusal: Refusal | undefined
  /** Whether lines are read to their end though `lazy` would allow less. */
  readToEnd?(isAsked: boolean): void
  /** Its memory for input, one for each kernel: what lies there is scanned without a copy. */
  room(): Room
  /**
   * Takes the lines of [from, to), each ending in LF, and appends their frames to the columns.
   * Stops behind the first line that is refused. Returns the place up to which it came.
   */
  scan(bytes: Uint8Array, from: number, to: number): number
}

export function tooLong(lineBytes: number, maxLineBytes: number): string {
  return `line has ${lineBytes} bytes; --max-line allows ${maxLineBytes}`
}
