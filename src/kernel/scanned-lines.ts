/**
 * Lines that were scanned elsewhere than in the stage that takes them: frames as columns, and the
 * refused lines between them, all in order and fit to be sent to another thread.
 *
 * Of the bytes only those of refused lines are kept, unless those of good frames are asked for:
 * else they would be nearly all that is sent, and the columns of a file of 1 GB take 15 MB.
 */
import type { Columns, FrameBatch, GroupColumn, Uid } from '../records.ts'
import { columnsOf, fewRows, FrameColumns, isPlace, rowBytes } from './columns.ts'
import { Framing, type FramingHost } from './framing.ts'
import { type Kernel, type Refusal, tooLong } from './kernel.ts'
import { type LineSink, shownBytes } from './lines.ts'
import { RefusedColumns, type RefusedLines } from './refused-lines.ts'

/** Without the bytes of frames their ranges of bytes are empty, and there are no decoded uids. */
export interface ScannedLines extends Columns {
  /** With the names of these lines alone. */
  readonly groups: readonly GroupColumn[]
  readonly type: 'scanned'
  readonly count: number
  readonly bytes: Uint8Array
  readonly decodedUids: Map<number, Uid>
  readonly notUtf8: number
  readonly refused: RefusedLines
  /** Lines are numbered from here on; where the first one stands in its file is not known. */
  readonly lineBefore: number
  /** Number of the last line, be it a blank one. */
  readonly lastLine: number
  /** Up to which decoded byte of their file all lines are in them, or were before; 0: unknown. */
  readonly toByte: number
}

/** What is taken at once, at most, and a chunk. More than a piece of 4 MiB has of usual frames. */
const mostTakenBytes = 8 * 2 ** 20
/** Whoever takes them needs longer for a refused line than for a frame, and signals wait. */
const mostRefused = 32 * 1024

export interface LineScannerOptions {
  readonly kernel: Kernel
  readonly maxLineBytes: number
  /** Whether the bytes of good frames are asked for: their raw lines, their users as text. */
  readonly keepsFrames: boolean
  /** Whether the kernel may read lines in part. */
  readonly isLazy: boolean
}

/** It takes lines alone, and stops where frames may begin that are none: see Framing. */
export class LineScanner implements LineSink, FramingHost {
  readonly #options: LineScannerOptions
  readonly maxLineBytes: number
  readonly isFree = true
  readonly isLazy: boolean
  readonly #framing = new Framing(this)
  /** What was begun so many bytes before the end of what was pushed last may be no line. */
  #leftBytes: number | undefined
  /** How far the bytes that are kept lie behind those that were scanned last. */
  #shift = 0
  readonly #isKept: (name: keyof Columns) => boolean
  readonly #rowBytes: number
  readonly #refused = new RefusedColumns()
  #bytes = new Uint8Array(0)
  #length = 0
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  #lineBefore = 0

  constructor(options: LineScannerOptions) {
    this.#options = options
    this.maxLineBytes = options.maxLineBytes
    this.isLazy = options.isLazy
    this.#isKept = (name) => options.keepsFrames || !isPlace(name)
    this.#rowBytes = rowBytes(this.#isKept)
  }

  /** The next line is the first of a piece, and maybe of its file. */
  begin(isFirst: boolean): void {
    this.#framing.clear(!isFirst)
    this.#leftBytes = undefined
    this.#options.kernel.lineNumber = this.#lineBefore = 0
  }

  /** So many bytes before the end of the lines pushed last, other frames may begin. */
  get leftBytes(): number | undefined {
    return this.#leftBytes
  }

  get lineNumber(): number {
    return this.#options.kernel.lineNumber
  }

  set lineNumber(number) {
    this.#options.kernel.lineNumber = number
  }

  get refusal(): Refusal | undefined {
    return this.#options.kernel.refusal
  }

  /** Whether so much was scanned that it has to be taken before more is. */
  get isFull(): boolean {
    const { columns } = this.#options.kernel
    const frameBytes = columns.count * this.#rowBytes + this.#length
    return this.#refused.count >= mostRefused || frameBytes + this.#refused.bytes >= mostTakenBytes
  }

  /** The memory of `bytes` in what was taken may be used again. */
  reuse(memory: ArrayBuffer): void {
    if (this.#options.keepsFrames) this.#spare.push(new Uint8Array(memory))
  }

  lines(bytes: Uint8Array, from: number, to: number): void {
    if (this.#leftBytes === undefined) this.#framing.lines(bytes, from, to)
    else this.#leftBytes += to - from
  }

  begun(bytes: Uint8Array, from: number, to: number, isTooLong: boolean): boolean {
    if (this.#leftBytes === undefined) return this.#framing.begun(bytes, from, to, isTooLong)
    this.#leftBytes += to - from
    return true
  }

  leave(bytesBefore: number): void {
    this.#leftBytes = bytesBefore
  }

  scan(bytes: Uint8Array, from: number, to: number): number {
    const { kernel, keepsFrames } = this.#options
    const { columns } = kernel
    const firstRow = columns.count
    const shift = this.#shift = this.#length - from
    const next = kernel.scan(bytes, from, to)
    if (!keepsFrames) return next
    this.#keep(bytes.subarray(from, next))
    columns.move(firstRow, shift)
    return next
  }

  refuse(bytes: Uint8Array, refusal: Refusal): void {
    if (this.#options.keepsFrames) this.#refuse(refusal, refusal.lineStart + this.#shift)
    else this.#keepRefused(bytes, refusal)
  }

  overlong(head: Uint8Array, lineBytes: number): void {
    if (this.#leftBytes !== undefined) return
    const { kernel, maxLineBytes } = this.#options
    kernel.lineNumber++
    const detail = tooLong(lineBytes, maxLineBytes)
    this.#refuse({ lineStart: 0, lineEnd: lineBytes, detail, fault: 'too-long' }, this.#length)
    this.#keep(head)
  }

  /** What was scanned since the last call. */
  take(toByte = 0): ScannedLines {
    const { kernel: { columns, lineNumber }, keepsFrames } = this.#options
    const { count, notUtf8 } = columns
    const nowhere = new Uint32Array(keepsFrames ? 0 : count)
    const scanned: ScannedLines = {
      type: 'scanned',
      count,
      bytes: this.#bytes.subarray(0, this.#length),
      ...columnsOf((name) => this.#isKept(name) ? columns[name].slice(0, count) : nowhere),
      groups: columns.groups.map((group) => ownNames(group, count)),
      decodedUids: new Map(keepsFrames ? columns.decodedUids : []),
      notUtf8,
      refused: this.#refused.take(),
      lineBefore: this.#lineBefore,
      lastLine: lineNumber,
      toByte,
    }
    columns.clear()
    this.#bytes = this.#spare.pop() ?? new Uint8Array(0)
    this.#length = 0
    this.#lineBefore = lineNumber
    return scanned
  }

  /** Of a line that is too long only the beginning is ever shown. */
  #keepRefused(bytes: Uint8Array, refusal: Refusal): void {
    const { lineStart, lineEnd } = refusal
    const lineBytes = lineEnd - lineStart
    const keptBytes = lineBytes > this.#options.maxLineBytes
      ? Math.min(shownBytes, lineBytes)
      : lineBytes
    this.#refuse(refusal, this.#length)
    this.#keep(bytes.subarray(lineStart, lineStart + keptBytes))
  }

  #refuse({ lineStart, lineEnd, detail, fault }: Refusal, keptAt: number): void {
    const { columns, lineNumber } = this.#options.kernel
    this.#refused.add({
      row: columns.count,
      lineNumber,
      lineStart: keptAt,
      lineEnd: keptAt + lineEnd - lineStart,
      detail,
      fault,
    })
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#length = needed
  }
}

/** Of the first `count` rows, with a list of the names that they have. */
function ownNames({ keys, ids, names }: GroupColumn, count: number): GroupColumn {
  const own = new Uint32Array(count)
  const place = new Map<number, number>()
  const ownNames: string[] = []
  for (let row = 0; row < count; row++) {
    const id = ids[row]!
    let at = place.get(id)
    if (at === undefined) {
      place.set(id, at = ownNames.length)
      ownNames.push(names[id]!)
    }
    own[row] = at
  }
  return { keys, ids: own, names: ownNames }
}

/** Where a batch stands in its input. */
export interface Place {
  readonly source: number
  readonly place: string
  /** What is added to the numbers of the lines. */
  readonly lineShift: number
}

/** Of rows that are shown as they lie there, and of few, which are copied: that is quicker. */
const [shown, copied] = [new FrameColumns(0), new FrameColumns(fewRows)]

/** Rows [from, to) as a batch. Each row may be asked for once, since its line is numbered here. */
export function batchOf(
  scanned: ScannedLines,
  [from, to]: readonly [number, number],
  { source, place, lineShift }: Place,
): FrameBatch {
  const isFew = to - from <= fewRows
  const columns = isFew ? copied : shown
  if (isFew) {
    columns.clear()
    columns.takeFrames(scanned, from, to)
  } else {
    columns.view(scanned, from, to)
    columns.decodedUids = behind(from, scanned.decodedUids)
    columns.viewGroups(scanned.groups, from)
  }
  columns.notUtf8 = notUtf8Behind(scanned, from)
  const { lineNumber, count } = columns
  for (let row = 0; row < count; row++) lineNumber[row]! += lineShift
  return columns.batch(source, place, scanned.bytes)
}

/** How many users are not UTF-8 is known of all rows together: the first batch brings it. */
function notUtf8Behind({ notUtf8 }: ScannedLines, from: number): number {
  return from === 0 ? notUtf8 : 0
}

function behind(row: number, uids: Map<number, Uid>): Map<number, Uid> {
  if (row === 0 || uids.size === 0) return uids
  return new Map([...uids].map(([i, uid]) => [i - row, uid]))
}

/** The buffers that go along when it is sent to another thread. */
export function buffersOf(scanned: ScannedLines): ArrayBuffer[] {
  const views = [...Object.values(scanned), ...Object.values(scanned.refused)]
    .filter((value) => ArrayBuffer.isView(value))
  return [...new Set(views.map(({ buffer }) => buffer as ArrayBuffer))]
}

/** What it takes of memory until it is taken. */
export function bytesOf(scanned: ScannedLines): number {
  const bytes = buffersOf(scanned).reduce((sum, { byteLength }) => sum + byteLength, 0)
  const names = scanned.groups.flatMap(({ ids, names }) => [names.join(''), ids])
  return [...scanned.refused.details, ...names].reduce((sum, { length }) => {
    return sum + 2 * length
  }, bytes)
}
