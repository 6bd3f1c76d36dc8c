/**
 * What stands of one window of groups among the records of the state, below its key
 * `by/0/hour/1468242000`, where 0 is the place of the breakdown:
 *
 *   …                     the head, and how many there are of the others
 *   …/cells/3             256 groups: name, frames, what lines have shown of them
 *   …/users/2             users who have come since the record before: cell, hi, lo of each
 *   …/sketch/17           a sketch that cell 17 was united with, as image (counter/image.ts)
 *   …/late/1468246200000  what a revision is to add then
 *
 * Users in all records together make an equal table, whatever their order, so that a save writes only
 * those who are new since the one before; what is small is joined with what comes next.
 */
import type { GroupedUsers } from '../counter/grouped-users.ts'
import { imageOf } from '../counter/image.ts'
import { readImage } from '../counter/read-image.ts'
import { Sketch } from '../counter/sketch.ts'
import type { Put } from '../state/kept.ts'
import { type RecordReader, RecordWriter } from '../state/record.ts'

export const cellsInRecord = 256
/** Fewer are joined with the next. */
const fewUsers = 256
/** So many are in a record at most: 800 kB. */
const mostUsers = 2 ** 16

export class SavedGroups {
  /** Cell, hi, lo of those who are in no record, or in the last one. Undefined: all are to be written. */
  #news: number[] | undefined
  /** How many of these numbers stand in the last record. */
  #joined = 0
  #records = 0
  /** Blocks of cells of which something has changed. Undefined: all. */
  #changed: Set<number> | undefined
  #blocks = 0
  /** Cells that were united with a sketch since. */
  #united = new Set<number>()
  readonly #sketches = new Set<number>()
  /** Due times whose record stands, and those of which something has changed. */
  readonly #late = new Set<number>()
  readonly #changedLate = new Set<number>()

  /** The user is new in that cell. */
  add(cell: number, hi: number, lo: number): void {
    this.#news?.push(cell, hi | 0, lo | 0)
  }

  /** Something of that cell has changed, but its users. */
  touch(cell: number): void {
    this.#changed?.add(Math.floor(cell / cellsInRecord))
  }

  touchAll(): void {
    this.#changed = undefined
  }

  touchLate(dueMs: number): void {
    this.#changedLate.add(dueMs)
  }

  /** These are being added to the users. */
  merge(other: GroupedUsers): void {
    other.forEach((cell, hi, lo) => this.add(cell, hi, lo))
    for (const [cell, { state }] of other.counters()) {
      if (state instanceof Sketch) this.#united.add(cell)
      else state.forEach((hi, lo) => this.add(cell, hi, lo))
    }
  }

  saveUsers(key: string, users: GroupedUsers, put: Put): void {
    const news = this.#news ?? allIn(users)
    if (this.#news === undefined) {
      this.#joined = 0
      for (const [cell, { state }] of users.counters()) {
        if (state instanceof Sketch) this.#united.add(cell)
      }
    }
    if (news.length > this.#joined) this.#putNews(key, news, put)
    this.#news ??= []
    for (const [cell, { state }] of this.#united.size === 0 ? [] : users.counters()) {
      if (!this.#united.has(cell) || !(state instanceof Sketch)) continue
      const name = `${key}/sketch/${cell}`
      put(name, new RecordWriter().bytes(imageOf(state)).of(name))
      this.#sketches.add(cell)
    }
    this.#united.clear()
  }

  saveCells(
    key: string,
    cells: number,
    put: Put,
    write: (cell: number, to: RecordWriter) => void,
  ): void {
    const blocks = Math.ceil(cells / cellsInRecord)
    const changed = this.#changed ?? Array.from({ length: blocks }, (_, block) => block)
    for (const block of changed) {
      const name = `${key}/cells/${block}`
      const record = new RecordWriter()
      const first = block * cellsInRecord
      for (let cell = first; cell < Math.min(cells, first + cellsInRecord); cell++) {
        write(cell, record)
      }
      put(name, record.of(name))
    }
    this.#blocks = Math.max(this.#blocks, blocks)
    this.#changed = new Set()
  }

  saveLate(
    key: string,
    duesMs: Iterable<number>,
    put: Put,
    write: (dueMs: number, to: RecordWriter) => void,
  ): void {
    const left = new Set(this.#late)
    for (const dueMs of duesMs) {
      left.delete(dueMs)
      if (this.#late.has(dueMs) && !this.#changedLate.has(dueMs)) continue
      const name = `${key}/late/${dueMs}`
      const record = new RecordWriter()
      write(dueMs, record)
      put(name, record.of(name))
      this.#late.add(dueMs)
    }
    for (const dueMs of left) {
      put(`${key}/late/${dueMs}`, null)
      this.#late.delete(dueMs)
    }
    this.#changedLate.clear()
  }

  /** What tells whether its records are all there. */
  writeTo(head: RecordWriter): void {
    head.count(this.#records).count(this.#sketches.size).count(this.#late.size)
  }

  /** The window is over. */
  end(key: string, put: Put): void {
    for (let place = 0; place < this.#records; place++) put(`${key}/users/${place}`, null)
    for (let block = 0; block < this.#blocks; block++) put(`${key}/cells/${block}`, null)
    for (const cell of this.#sketches) put(`${key}/sketch/${cell}`, null)
    for (const dueMs of this.#late) put(`${key}/late/${dueMs}`, null)
    put(key, null)
  }

  /** The record of that name has been read. */
  stands(what: string, place: number): void {
    if (what === 'users') this.#records = Math.max(this.#records, place + 1)
    if (what === 'cells') this.#blocks = Math.max(this.#blocks, place + 1)
    if (what === 'sketch') this.#sketches.add(place)
    if (what === 'late') this.#late.add(place)
  }

  /** All its records have been read: `found` of users. */
  readFrom(head: RecordReader, found: number): void {
    const [records, sketches, late] = [head.count(), head.count(), head.count()]
    const isWhole = records === found && records === this.#records &&
      sketches === this.#sketches.size && late === this.#late.size
    if (!isWhole) throw head.refused('incomplete: some records of its users are not there')
    this.#news = []
    this.#changed = new Set()
  }

  #putNews(key: string, news: readonly number[], put: Put): void {
    let place = this.#joined > 0 ? this.#records - 1 : this.#records
    for (let from = 0; from < news.length; from += 3 * mostUsers) {
      const name = `${key}/users/${place++}`
      put(name, usersRecord(news.slice(from, from + 3 * mostUsers)).of(name))
    }
    this.#records = place
    const isSmall = news.length < 3 * fewUsers
    this.#news = isSmall ? [...news] : []
    this.#joined = isSmall ? news.length : 0
  }
}

function allIn(users: GroupedUsers): number[] {
  const all: number[] = []
  users.forEach((cell, hi, lo) => all.push(cell, hi | 0, lo | 0))
  for (const [cell, { state }] of users.counters()) {
    if (!(state instanceof Sketch)) state.forEach((hi, lo) => all.push(cell, hi | 0, lo | 0))
  }
  return all
}

function usersRecord(numbers: readonly number[]): RecordWriter {
  const record = new RecordWriter(5 + numbers.length * 4)
  return record.count(numbers.length / 3).counts(Uint32Array.from(numbers))
}

/** All users at once. */
export function writeUsers(users: GroupedUsers, to: RecordWriter): void {
  const numbers = allIn(users)
  to.count(numbers.length / 3).counts(Uint32Array.from(numbers))
  const sketches = [...users.counters()].flatMap(([cell, { state }]) => {
    return state instanceof Sketch ? [[cell, state] as const] : []
  })
  to.count(sketches.length)
  for (const [cell, sketch] of sketches) to.count(cell).bytes(imageOf(sketch))
}

/** Users of a record; adds them. */
export function readUsers(record: RecordReader, users: GroupedUsers): void {
  for (let left = record.count(); left > 0; left--) {
    users.add(record.count(), record.count(), record.count())
  }
}

export function readSketches(record: RecordReader, users: GroupedUsers): void {
  for (let left = record.count(); left > 0; left--) {
    readSketch(record, record.count(), users)
  }
}

export function readSketch(record: RecordReader, cell: number, users: GroupedUsers): void {
  const sketch = readImage(record.bytes())
  if (typeof sketch === 'string') throw record.refused(`no sketch: ${sketch}`)
  users.addState(cell, sketch)
}
