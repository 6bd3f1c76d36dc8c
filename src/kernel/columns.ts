/** The columns of a FrameBatch while they are filled. They grow by doubling and are used again. */
import { fingerprint, fingerprintOfText, newFingerprint } from '../counter/hash.ts'
import type { FrameBatch, Uid } from '../records.ts'
import { BACKSLASH } from './json-tokens.ts'
import { decodedString, hasEscape } from './key-path.ts'
import { isUtf8, mostTextBytes, unescaped } from './utf8.ts'

const firstCapacity = 1024
const hash = newFingerprint()

export class FrameColumns {
  count = 0
  tsMs: Float64Array
  hashHi: Uint32Array
  hashLo: Uint32Array
  uidStart: Uint32Array
  uidEnd: Uint32Array
  lineStart: Uint32Array
  lineEnd: Uint32Array
  lineNumber: Float64Array
  readonly decodedUids: Map<number, Uid> = new Map()
  /** Rows whose uid is not UTF-8. */
  notUtf8 = 0

  constructor(capacity: number = firstCapacity) {
    this.tsMs = new Float64Array(capacity)
    this.hashHi = new Uint32Array(capacity)
    this.hashLo = new Uint32Array(capacity)
    this.uidStart = new Uint32Array(capacity)
    this.uidEnd = new Uint32Array(capacity)
    this.lineStart = new Uint32Array(capacity)
    this.lineEnd = new Uint32Array(capacity)
    this.lineNumber = new Float64Array(capacity)
  }

  /** Index of a new row, all of whose cells the caller sets. */
  add(): number {
    if (this.count === this.tsMs.length) this.#grow()
    return this.count++
  }

  /** Makes room for `rows` more, which the caller writes behind the last one before it counts them. */
  reserve(rows: number): void {
    while (this.count + rows > this.tsMs.length) this.#grow()
  }

  /** Sets the hash of a row whose other cells are set; `isText`: its uid may have escapes. */
  hash(row: number, bytes: Uint8Array, isText: boolean): void {
    const start = this.uidStart[row]!
    const end = this.uidEnd[row]!
    if (isText && hasEscape(bytes, start, end) && this.decode(row, bytes)) return
    fingerprint(bytes, start, end, hash)
    this.#setHash(row)
  }

  /**
   * Looks at a uid that has escapes or is beyond ASCII. Returns whether it is another than its
   * bytes, and the hash was set; else its hash is that of the bytes, be they UTF-8 or not.
   */
  decode(row: number, bytes: Uint8Array): boolean {
    const start = this.uidStart[row]!
    const end = this.uidEnd[row]!
    const isText = isUtf8(bytes, start, end)
    if (!isText) this.notUtf8++
    if (bytes.subarray(start, end).indexOf(BACKSLASH) < 0) return false
    const uid = isText && end - start <= mostTextBytes
      ? decodedString(bytes, start, end)
      : unescaped(bytes, start, end)
    this.decodedUids.set(row, uid)
    if (typeof uid === 'string') fingerprintOfText(uid, hash)
    else fingerprint(uid, 0, uid.length, hash)
    this.#setHash(row)
    return true
  }

  clear(): void {
    this.count = 0
    this.notUtf8 = 0
    if (this.decodedUids.size > 0) this.decodedUids.clear()
  }

  batch(source: number, place: string, bytes: Uint8Array): FrameBatch {
    const { count, tsMs, hashHi, hashLo, uidStart, uidEnd, lineStart, lineEnd, lineNumber } = this
    const { decodedUids, notUtf8 } = this
    return {
      type: 'frames',
      source,
      place,
      count,
      bytes,
      tsMs,
      hashHi,
      hashLo,
      uidStart,
      uidEnd,
      decodedUids,
      notUtf8,
      lineStart,
      lineEnd,
      lineNumber,
    }
  }

  #setHash(row: number): void {
    this.hashHi[row] = hash.hi
    this.hashLo[row] = hash.lo
  }

  #grow(): void {
    const capacity = this.tsMs.length * 2
    const grown = <Column extends Float64Array | Uint32Array>(larger: Column, column: Column) => {
      larger.set(column)
      return larger
    }
    this.tsMs = grown(new Float64Array(capacity), this.tsMs)
    this.hashHi = grown(new Uint32Array(capacity), this.hashHi)
    this.hashLo = grown(new Uint32Array(capacity), this.hashLo)
    this.uidStart = grown(new Uint32Array(capacity), this.uidStart)
    this.uidEnd = grown(new Uint32Array(capacity), this.uidEnd)
    this.lineStart = grown(new Uint32Array(capacity), this.lineStart)
    this.lineEnd = grown(new Uint32Array(capacity), this.lineEnd)
    this.lineNumber = grown(new Float64Array(capacity), this.lineNumber)
  }
}

/** The columns that have a cell in each row. */
export type Rows = Pick<
  FrameBatch,
  'tsMs' | 'hashHi' | 'hashLo' | 'uidStart' | 'uidEnd' | 'lineStart' | 'lineEnd' | 'lineNumber'
>

/** So few are copied one by one: a view of each column, for `set` or for a batch, takes longer. */
export const fewRows = 32

/** Appends few rows, [from, to), to columns that have room. */
export function copyRows(
  columns: FrameColumns,
  rows: Rows,
  [from, to]: readonly [number, number],
): void {
  let at = columns.count
  for (let i = from; i < to; i++, at++) {
    columns.tsMs[at] = rows.tsMs[i]!
    columns.hashHi[at] = rows.hashHi[i]!
    columns.hashLo[at] = rows.hashLo[i]!
    columns.uidStart[at] = rows.uidStart[i]!
    columns.uidEnd[at] = rows.uidEnd[i]!
    columns.lineStart[at] = rows.lineStart[i]!
    columns.lineEnd[at] = rows.lineEnd[i]!
    columns.lineNumber[at] = rows.lineNumber[i]!
  }
  columns.count = at
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The uid of frame `i`: text, or bytes, which may be UTF-8 too. */
export function uidOf(frames: FrameBatch, i: number): Uid {
  return frames.decodedUids.get(i) ??
    frames.bytes.subarray(frames.uidStart[i]!, frames.uidEnd[i]!)
}

/** The same as text, in which what is not UTF-8 is lost. */
export function uidText(frames: FrameBatch, i: number): string {
  const uid = uidOf(frames, i)
  return typeof uid === 'string' ? uid : decoder.decode(uid)
}
