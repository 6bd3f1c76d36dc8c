/**
 * One window of groups as one source fills it: what PartialWindow is for all frames. Users travel by
 * their fingerprints, however groups are counted, each once in a group.
 */
import { GroupedUsers } from '../counter/grouped-users.ts'
import { mostPaneUsers, type PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch } from '../records.ts'
import type { Put } from '../state/kept.ts'
import { type RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import type { GroupingOptions } from './group-window.ts'
import { type Around, type OnTimeWindow, stillAround } from './on-time.ts'
import { readSketch, readUsers, SavedGroups } from './saved-groups.ts'
import { ToldApart } from './told-apart.ts'

export interface GroupPartialWindowOptions {
  readonly source: number
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly latenessMs: number
  readonly grouping: GroupingOptions
}

/** What has come and is shown at the same time. */
interface Gathered {
  /** Undefined: on time. */
  readonly dueMs: number | undefined
  /** By cell. */
  readonly frames: Map<number, number>
  /** By cell: `hi`, `lo` of each, signed. */
  readonly users: Map<number, number[]>
}

export class GroupPartialWindow implements OnTimeWindow<GroupPartialWindow> {
  readonly source: number
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly endMs: number
  /** From here on the source brings nothing more. */
  readonly expiryMs: number
  readonly #grouping: GroupingOptions
  readonly #cells: ToldApart
  /** All who have been told of, or are gathered. */
  readonly #users: GroupedUsers
  #around: Around<GroupPartialWindow>
  /** In the order in which it came. */
  #gathered: Gathered[] = []
  /** What stands of it in the state. Undefined: nothing yet. */
  saved: SavedGroups | undefined

  constructor(options: GroupPartialWindowOptions) {
    const { source, kind, rank, startMs, latenessMs, grouping } = options
    this.source = source
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = kind.spanAt(startMs).endMs
    this.expiryMs = windowFrom(kind, startMs).endMs + latenessMs
    this.#grouping = grouping
    this.#cells = new ToldApart(grouping)
    this.#users = new GroupedUsers(grouping)
  }

  /** Place of the breakdown. */
  get place(): number {
    return this.#grouping.index
  }

  get exactBytes(): number {
    return this.#users.exactBytes + this.#cells.bytes
  }

  get sketchBytes(): number {
    return this.#users.sketchBytes
  }

  count(
    count: number,
    windows: readonly (GroupPartialWindow | undefined)[],
    indices: Uint32Array,
  ): void {
    const { frames } = this.#at(undefined)
    this.#around = stillAround(this.#around, windows, this.rank)
    const { ofFrame } = this.#grouping.names
    for (let n = 0; n < count; n++) {
      const cell = this.#cells.cellOf(ofFrame[indices[n]!]!)
      frames.set(cell, (frames.get(cell) ?? 0) + 1)
      this.saved?.touch(cell)
    }
  }

  isInside(k: number, window: GroupPartialWindow | undefined): boolean {
    return window !== undefined && this.#around?.[k] === window
  }

  add(
    { hashHi, hashLo }: FrameBatch,
    indices: Uint32Array,
    count: number,
    fresh: Uint32Array,
  ): number {
    const { ofFrame } = this.#grouping.names
    const gathered = this.#at(undefined)
    let freshCount = 0
    for (let n = 0; n < count; n++) {
      const i = indices[n]!
      const cell = this.#cells.knownCellOf(ofFrame[i]!)
      const isNew = this.#add(gathered, cell, hashHi[i]!, hashLo[i]!)
      if (isNew || cell === this.#cells.others) fresh[freshCount++] = i // see GroupWindow
    }
    return freshCount
  }

  addLate({ hashHi, hashLo }: FrameBatch, i: number, dueMs: number): void {
    const gathered = this.#at(dueMs)
    const cell = this.#cells.cellOf(this.#grouping.names.ofFrame[i]!)
    gathered.frames.set(cell, (gathered.frames.get(cell) ?? 0) + 1)
    this.saved?.touch(cell)
    this.#around = nowhere // what is around may be over, and count him no more
    this.#add(gathered, cell, hashHi[i]!, hashLo[i]!)
  }

  /** What has come since the last pass, which is told of by that. */
  *take(): Generator<PartialPane> {
    const gathered = this.#gathered
    this.#gathered = []
    for (const { dueMs, frames, users } of gathered) {
      for (const [cell, count] of frames) {
        const pairs = Uint32Array.from(users.get(cell) ?? [])
        yield this.#pane(cell, dueMs, count, pairs.subarray(0, 2 * mostPaneUsers))
        for (let from = 2 * mostPaneUsers; from < pairs.length; from += 2 * mostPaneUsers) {
          yield this.#pane(cell, dueMs, 0, pairs.subarray(from, from + 2 * mostPaneUsers))
        }
      }
    }
  }

  /** The window is over: its groups are no longer held. */
  close(): void {
    this.#cells.release()
  }

  save(key: string, put: Put): void {
    const saved = this.saved ??= new SavedGroups()
    saved.saveUsers(key, this.#users, put)
    saved.saveCells(key, this.#cells.count, put, (cell, record) => {
      record.text(this.#cells.name(cell))
    })
    const head = new RecordWriter().count(this.#cells.count).count(this.#cells.others + 1)
    saved.writeTo(head)
    put(key, head.of(key))
  }

  /** From its records but the head; cells in the order of their places. */
  load(parts: readonly (readonly [what: string, place: number, RecordReader])[]): void {
    const saved = this.saved = new SavedGroups()
    for (const [what, place, record] of parts) {
      saved.stands(what, place)
      while (what === 'cells' && record.left > 0) {
        this.#cells.add(this.#grouping.names.number(record.text()))
      }
      if (what === 'users') readUsers(record, this.#users)
      if (what === 'sketch') readSketch(record, place, this.#users)
      record.end()
    }
  }

  /** `users`: how many records there were of these. */
  readFrom(head: RecordReader, users: number): void {
    if (head.count() !== this.#cells.count) throw head.refused('of other groups than there are')
    this.#cells.others = head.count() - 1
    this.saved!.readFrom(head, users)
    head.end()
    this.#around = nowhere // what it has counted is not known frame by frame
  }

  #add({ users }: Gathered, cell: number, hi: number, lo: number): boolean {
    if (!this.#users.add(cell, hi, lo)) return false
    this.saved?.add(cell, hi, lo)
    const ofCell = users.get(cell)
    if (ofCell === undefined) users.set(cell, [hi | 0, lo | 0])
    else ofCell.push(hi | 0, lo | 0)
    return true
  }

  #pane(
    cell: number,
    dueMs: number | undefined,
    frames: number,
    users: Uint32Array,
  ): PartialPane {
    const { source, kind: { name: kind }, startMs, place } = this
    const group = { place, name: this.#cells.name(cell) }
    const pane = { type: 'partial', source, kind, startMs, frames, users, group } as const
    return dueMs === undefined ? pane : { ...pane, dueMs }
  }

  /** What is shown then, or on time. */
  #at(dueMs: number | undefined): Gathered {
    const last = this.#gathered.at(-1)
    if (last?.dueMs === dueMs && last !== undefined) return last
    const next = { dueMs, frames: new Map<number, number>(), users: new Map<number, number[]>() }
    this.#gathered.push(next)
    return next
  }
}

const nowhere: undefined[] = []
