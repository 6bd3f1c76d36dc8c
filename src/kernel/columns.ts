/**
 * The columns of a FrameBatch while they are filled, and the batch itself when they are. They grow
 * by doubling and are used again.
 */
import { fingerprint, fingerprintOfText, newFingerprint } from '../counter/hash.ts'
import type { Breakdown } from '../group.ts'
import {
  type Columns,
  columnTypes,
  type FrameBatch,
  type GroupColumn,
  type Uid,
} from '../records.ts'
import { GroupIds } from './group-ids.ts'
import { BACKSLASH } from './json-tokens.ts'
import { decodedString, hasEscape } from './key-path.ts'
import { isUtf8, mostTextBytes, unescaped } from './utf8.ts'

type Name = keyof Columns
export type Column = Float64Array | Uint32Array
type Type = typeof Float64Array | typeof Uint32Array

const types = { f64: Float64Array, u32: Uint32Array, place: Uint32Array }
const names = Object.keys(columnTypes) as readonly Name[]
const placeNames = names.filter(isPlace)
const firstCapacity = 1024
/** So few are copied one by one: a view of each column, for `set`, takes longer. */
export const fewRows = 32
const noBytes = new Uint8Array(0)
const hash = newFingerprint()

export function isPlace(name: Name): boolean {
  return columnTypes[name] === 'place'
}

/** What a frame takes in those columns. */
export function rowBytes(isCounted: (name: Name) => boolean): number {
  return names.filter(isCounted).reduce((sum, name) => sum + typeOf(name).BYTES_PER_ELEMENT, 0)
}

/** Columns that are made each by its name. */
export function columnsOf(column: (name: Name, type: Type) => Column): Columns {
  const columns = names.map((name) => [name, column(name, typeOf(name))])
  return Object.fromEntries(columns) as Columns
}

/** In the order of the table: where few rows are copied, finding each by its name would show. */
export function inOrder(columns: Columns): readonly Column[] {
  return names.map((name) => columns[name])
}

function typeOf(name: Name): Type {
  return types[columnTypes[name]]
}

/** Each column is a property of its own, for hot loops. */
export interface FrameColumns extends Columns {}

export class FrameColumns implements FrameBatch {
  readonly type = 'frames'
  source = 0
  place = ''
  count = 0
  bytes: Uint8Array = noBytes
  decodedUids: Map<number, Uid> = new Map()
  /** Rows whose uid is not UTF-8. */
  notUtf8 = 0
  /** Of each breakdown; the caller sets their cells too. */
  groups: readonly GroupIds[] = []
  #columns: readonly Column[] = []

  constructor(capacity: number = firstCapacity, breakdowns: readonly Breakdown[] = []) {
    this.#set((_, Type) => new Type(capacity))
    this.#haveGroups(breakdowns)
  }

  /** Index of a new row, all of whose cells the caller sets. */
  add(): number {
    if (this.count === this.tsMs.length) this.#reserve(1)
    return this.count++
  }

  /** Appends rows [from, to) of other columns, which are in order. */
  take(rows: readonly Column[], from: number, to: number): void {
    const { count } = this
    this.#reserve(to - from)
    for (let c = 0; c < rows.length; c++) copy(rows[c]!, from, to, this.#columns[c]!, count)
    this.count += to - from
  }

  /** The same of frames, with the users who are not their bytes. */
  takeFrames(
    frames: Columns & Pick<FrameBatch, 'decodedUids' | 'groups'>,
    from: number,
    to: number,
  ): void {
    const first = this.count
    this.take(inOrder(frames), from, to)
    const { decodedUids, groups } = frames
    if (groups.length > 0) this.#haveGroups(groups.map(({ keys }) => keys))
    for (const [place, { ids, names }] of groups.entries()) {
      const own = this.groups[place]!
      for (let i = from; i < to; i++) own.set(first + i - from, own.idOf(names[ids[i]!]!))
    }
    if (decodedUids.size === 0) return
    for (let i = from; i < to; i++) {
      const uid = decodedUids.get(i)
      if (uid !== undefined) this.decodedUids.set(first + i - from, uid)
    }
  }

  /** Is a view of rows [from, to) of other columns instead. */
  view(rows: Columns, from: number, to: number): void {
    this.#set((name) => rows[name].subarray(from, to))
    this.count = to - from
  }

  /** The same of their groups. */
  viewGroups(groups: readonly GroupColumn[], from: number): void {
    this.groups = groups.map(({ keys, ids, names }) => {
      return new GroupIds(keys, ids.subarray(from), names)
    })
  }

  /** The bytes of the rows from `first` on lie so much further behind. */
  move(first: number, bytes: number): void {
    for (const name of placeNames) {
      const column = this[name]
      for (let i = first; i < this.count; i++) column[i]! += bytes
    }
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
    this.setUid(row, uid)
    return true
  }

  /** A uid that is not its bytes in the line, with its hash. */
  setUid(row: number, uid: Uid): void {
    this.decodedUids.set(row, uid)
    if (typeof uid === 'string') fingerprintOfText(uid, hash)
    else fingerprint(uid, 0, uid.length, hash)
    this.#setHash(row)
  }

  /** Returns whether groups have other numbers from now on. */
  clear(): boolean {
    this.count = 0
    this.notUtf8 = 0
    if (this.decodedUids.size > 0) this.decodedUids.clear()
    let areOthers = false
    for (const each of this.groups) areOthers = each.clear() || areOthers
    return areOthers
  }

  /** All rows, until they are cleared. */
  batch(source: number, place: string, bytes: Uint8Array): FrameBatch {
    this.source = source
    this.place = place
    this.bytes = bytes
    return this
  }

  #haveGroups(breakdowns: readonly Breakdown[]): void {
    if (this.groups.length === breakdowns.length) return
    this.groups = breakdowns.map((keys) => new GroupIds(keys))
  }

  #setHash(row: number): void {
    this.hashHi[row] = hash.hi
    this.hashLo[row] = hash.lo
  }

  #reserve(rows: number): void {
    let capacity = this.tsMs.length
    if (this.count + rows <= capacity) return
    while (this.count + rows > capacity) capacity *= 2
    this.#set((name, Type) => {
      const larger = new Type(capacity)
      larger.set(this[name])
      return larger
    })
  }

  #set(column: (name: Name, type: Type) => Column): void {
    Object.assign(this, columnsOf(column))
    this.#columns = inOrder(this)
  }
}

function copy(from: Column, begin: number, end: number, to: Column, at: number): void {
  if (end - begin > fewRows) to.set(from.subarray(begin, end), at)
  else for (let i = begin; i < end; i++) to[at++] = from[i]!
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
