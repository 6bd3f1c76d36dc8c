/**
 * One window split by the keys of one breakdown: what OpenWindow is for all frames, it is for each of
 * its groups, under the same watermark. A group's lines are those that its frames alone would have.
 *
 * With --top a window shows the groups with most users, and one line of the rest. A group that has
 * been shown stays so when others overtake it in a revision, so that the last lines of a window always
 * make up all of it.
 */
import { type Counted, exactly } from '../counter/counter.ts'
import { GroupedUsers, type GroupedUsersOptions } from '../counter/grouped-users.ts'
import { Group, othersName } from '../group.ts'
import type { PaneUsers, PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, Pane, ResultLine } from '../records.ts'
import type { Put } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import type { TalliedWindow } from './counted-window.ts'
import { type Around, stillAround } from './on-time.ts'
import type { Finding, ToLine } from './result-lines.ts'
import { readSketch, readSketches, readUsers, SavedGroups, writeUsers } from './saved-groups.ts'
import { ToldApart, type ToldApartOptions } from './told-apart.ts'

/** What the windows of a breakdown have in common. */
export interface GroupingOptions extends GroupedUsersOptions, ToldApartOptions {
  /** Place of the breakdown among all. */
  readonly index: number
  /** So many groups of a window have a line; undefined: all. */
  readonly top?: number | undefined
}

export interface GroupWindowOptions {
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly latenessMs: number
  readonly grouping: GroupingOptions
  /** As many users in groups as a window like it had. */
  readonly expectedUsers?: number
  /** Told how many it has when it closes: counted one by one, each in every group that he is in. */
  readonly closed?: (users: number) => void
}

/** What a revision adds. */
interface Addition {
  /** By cell. */
  readonly frames: Map<number, number>
  /** Only those who are new by then. */
  users: GroupedUsers | undefined
}

/** All groups without a line of their own. */
interface Rest {
  readonly cells: readonly number[]
  readonly counted: Counted
  readonly frames: number
}

/** Cells in the order of their lines. */
interface Ranked {
  readonly cells: readonly number[]
  counted(cell: number): Counted
}

export class GroupWindow implements TalliedWindow<GroupWindow> {
  readonly kind: WindowKind
  readonly rank: number
  readonly place: number
  readonly startMs: number
  readonly endMs: number
  readonly expiryMs: number
  readonly #grouping: GroupingOptions
  readonly #closed: ((users: number) => void) | undefined
  readonly #cells: ToldApart
  readonly #users: GroupedUsers
  #isClosed = false
  /** Of the cells that have any. */
  readonly #revisions = new Map<number, number>()
  #late: Map<number, Addition> | undefined
  /** The cells of the revision that was reached last. */
  #revised: readonly number[] = []
  /** Per cell, how many frames the last early line has shown. */
  #framesShown: Float64Array | undefined
  /** With --top: cells that have had a line, and how often that of the rest was revised. */
  #shown: Set<number> | undefined
  #restRevision = -1
  #around: Around<GroupWindow>
  /** What stands of it in the state. Undefined: nothing yet. */
  saved: SavedGroups | undefined

  constructor(options: GroupWindowOptions) {
    const { kind, rank, startMs, latenessMs, grouping, expectedUsers, closed } = options
    this.#closed = closed
    this.kind = kind
    this.rank = rank
    this.place = grouping.index + 1
    this.startMs = startMs
    this.endMs = windowFrom(kind, startMs).endMs
    this.expiryMs = this.endMs + latenessMs
    this.#grouping = grouping
    this.#cells = new ToldApart(grouping)
    this.#users = new GroupedUsers(grouping, expectedUsers)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get exactBytes(): number {
    return this.#users.exactBytes + this.#cells.bytes
  }

  get sketchBytes(): number {
    return this.#users.sketchBytes
  }

  count(
    frames: number,
    windows: readonly (GroupWindow | undefined)[],
    indices: Uint32Array,
  ): void {
    this.#around = stillAround(this.#around, windows, this.rank)
    const { ofFrame } = this.#grouping.names
    const cells = this.#cells
    for (let n = 0; n < frames; n++) {
      const cell = cells.cellOf(ofFrame[indices[n]!]!)
      cells.addFrames(cell, 1)
      this.saved?.touch(cell)
    }
  }

  isInside(k: number, window: GroupWindow | undefined): boolean {
    return window !== undefined && this.#around?.[k] === window
  }

  add(
    { hashHi, hashLo }: FrameBatch,
    indices: Uint32Array,
    count: number,
    fresh: Uint32Array,
  ): number {
    const { ofFrame } = this.#grouping.names
    const [cells, users] = [this.#cells, this.#users]
    let freshCount = 0
    for (let n = 0; n < count; n++) {
      const i = indices[n]!
      const cell = cells.knownCellOf(ofFrame[i]!)
      const isNew = users.add(cell, hashHi[i]!, hashLo[i]!)
      // One among the others may be new in the group that a coarser window tells apart.
      if (isNew || cell === cells.others) fresh[freshCount++] = i
      if (isNew) this.saved?.add(cell, hashHi[i]!, hashLo[i]!)
    }
    return freshCount
  }

  addLate({ hashHi, hashLo }: FrameBatch, i: number, dueMs: number): boolean {
    const isFirst = this.#late?.get(dueMs) === undefined
    const addition = this.#lateAt(dueMs)
    const cell = this.#cells.cellOf(this.#grouping.names.ofFrame[i]!)
    this.saved?.touch(cell)
    addition.frames.set(cell, (addition.frames.get(cell) ?? 0) + 1)
    this.#addLateUser(cell, hashHi[i]!, hashLo[i]!, { dueMs, addition })
    return isFirst
  }

  addUsers({ users, frames, group }: PartialPane): void {
    const cell = this.#cells.cellOf(this.#grouping.names.number(group!.name))
    this.#around = [] // these have been counted elsewhere, kind by kind
    this.#cells.addFrames(cell, frames)
    this.saved?.touch(cell)
    for (const [hi, lo] of pairsOf(users)) {
      if (this.#users.add(cell, hi, lo)) this.saved?.add(cell, hi, lo)
    }
  }

  addLateUsers({ users, frames, group }: PartialPane, dueMs: number): boolean {
    const cell = this.#cells.cellOf(this.#grouping.names.number(group!.name))
    this.saved?.touch(cell)
    const isFirst = this.#late?.get(dueMs) === undefined
    const addition = this.#lateAt(dueMs)
    addition.frames.set(cell, (addition.frames.get(cell) ?? 0) + frames)
    for (const [hi, lo] of pairsOf(users)) this.#addLateUser(cell, hi, lo, { dueMs, addition })
    return isFirst
  }

  reach(dueMs: number): Pane | undefined {
    if (dueMs === this.endMs) {
      this.#isClosed = true
      this.#closed?.(this.#users.size)
      return this.#cells.count > 0 ? 'on-time' : undefined
    }
    const addition = this.#late?.get(dueMs)
    if (addition === undefined) return undefined
    this.#late!.delete(dueMs)
    if (this.#late!.size === 0) this.#late = undefined
    this.#merge(addition)
    this.#revised = [...addition.frames.keys()]
    for (const cell of this.#revised) {
      this.#revisions.set(cell, (this.#revisions.get(cell) ?? 0) + 1)
      this.saved?.touch(cell)
    }
    return 'late'
  }

  /** Of the groups that have frames on time, or those that the revision changes. */
  *lines(pane: Pane, toLine: ToLine): Generator<ResultLine> {
    const changed = pane === 'late' ? this.#revised : this.#counted()
    this.#revised = []
    const { top } = this.#grouping
    if (top !== undefined) return yield* this.#topLines(changed, { pane, top, toLine })
    const ranked = this.#ranked(changed)
    for (const cell of ranked.cells) yield this.#line(cell, ranked.counted(cell), pane, toLine)
  }

  *#topLines(
    changed: readonly number[],
    { pane, top, toLine }: { readonly pane: Pane; readonly top: number; readonly toLine: ToLine },
  ): Generator<ResultLine> {
    const shown = this.#shown ??= new Set()
    const isChanged = this.#marked(changed)
    const ranked = this.#ranked(this.#counted())
    let isOtherRest = changed.some((cell) => !shown.has(cell))
    for (const cell of this.#first(ranked, top)) {
      if (shown.has(cell)) continue
      shown.add(cell)
      this.saved?.touch(cell)
      isChanged[cell] = 1
      isOtherRest = true
    }
    for (const cell of ranked.cells) {
      if (shown.has(cell) && isChanged[cell] !== 0) {
        yield this.#line(cell, ranked.counted(cell), pane, toLine)
      }
    }
    if (!isOtherRest) return
    // All who were in the rest may have come to the top: then it is told that nobody is left.
    const rest = this.#rest(shown) ?? (this.#restRevision < 0 ? undefined : this.#nobody())
    if (rest === undefined) return
    this.#restRevision = pane === 'on-time' ? 0 : Math.max(1, this.#restRevision + 1)
    yield toLine(this.#ofRest(rest, { pane, revision: this.#restRevision }))
  }

  get lastPane(): Pane | undefined {
    if (this.#revisions.size > 0) return 'late'
    return this.#cells.count > 0 ? 'on-time' : undefined
  }

  *finalLines(toLine: ToLine): Generator<ResultLine> {
    const { top = Infinity } = this.#grouping
    const ranked = this.#ranked(this.#counted())
    const shown = top === Infinity ? ranked.cells : this.#first(ranked, top)
    for (const cell of shown) yield this.#line(cell, ranked.counted(cell), 'late', toLine)
    const rest = top === Infinity ? undefined : this.#rest(new Set(shown))
    if (rest === undefined) return
    const isRevised = rest.cells.some((cell) => this.#revisions.has(cell))
    yield toLine(
      this.#ofRest(
        rest,
        isRevised ? { pane: 'late', revision: 1 } : { pane: 'on-time', revision: 0 },
      ),
    )
  }

  *earlyLines(toLine: ToLine): Generator<ResultLine> {
    if (this.#isClosed) return
    const shown = this.#framesShown
    const changed = this.#counted().filter((cell) => this.#cells.frames(cell) !== shown?.[cell])
    if (changed.length === 0) return
    this.#framesShown = Float64Array.from(
      { length: this.#cells.count },
      (_, cell) => this.#cells.frames(cell),
    )
    this.saved?.touchAll()
    yield* this.#earlyOf(changed, toLine)
  }

  *lastLines(toLine: ToLine, isUntold: boolean): Generator<ResultLine> {
    const changed = new Set(isUntold || !this.#isClosed ? this.#counted() : [])
    for (const addition of this.#late?.values() ?? []) {
      this.#merge(addition)
      for (const cell of addition.frames.keys()) changed.add(cell)
    }
    this.#late = undefined
    yield* this.#earlyOf([...changed], toLine)
  }

  get lateDuesMs(): Iterable<number> {
    return this.#late?.keys() ?? []
  }

  save(key: string, put: Put): void {
    const saved = this.saved ??= new SavedGroups()
    saved.saveUsers(key, this.#users, put)
    saved.saveCells(key, this.#cells.count, put, (cell, record) => this.#writeCell(cell, record))
    saved.saveLate(key, this.lateDuesMs, put, (dueMs, record) => this.#writeLate(dueMs, record))
    const head = new RecordWriter().flag(this.#isClosed).count(this.#cells.count)
    head.count(this.#cells.others + 1).number(this.#restRevision).flag(this.#shown !== undefined)
    saved.writeTo(head)
    put(key, head.of(key))
  }

  #writeCell(cell: number, record: RecordWriter): void {
    record.text(this.#cells.name(cell)).number(this.#cells.frames(cell))
    record.count(this.#revisions.get(cell) ?? 0).number(this.#framesShown?.[cell] ?? 0)
    record.flag(this.#shown?.has(cell) === true)
  }

  #writeLate(dueMs: number, record: RecordWriter): void {
    const { frames, users } = this.#late!.get(dueMs)!
    record.count(frames.size).flag(users !== undefined)
    for (const [cell, count] of frames) record.count(cell).number(count)
    if (users !== undefined) writeUsers(users, record)
  }

  /** From its records but the head, by their names below it; cells in the order of their places. */
  load(parts: readonly (readonly [what: string, place: number, RecordReader])[]): void {
    const saved = this.saved = new SavedGroups()
    for (const [what, place, record] of parts) {
      saved.stands(what, place)
      if (what === 'cells') { while (record.left > 0) this.#readCell(record) }
      if (what === 'users') readUsers(record, this.#users)
      if (what === 'sketch') readSketch(record, place, this.#users)
      if (what === 'late') this.#readLate(place, record)
      record.end()
    }
  }

  #readCell(record: RecordReader): void {
    const cell = this.#cells.add(this.#grouping.names.number(record.text()))
    this.#cells.addFrames(cell, record.number())
    const [revision, framesShown] = [record.count(), record.number()]
    if (revision > 0) this.#revisions.set(cell, revision)
    if (framesShown > 0) {
      const shown = this.#framesShown
      if (shown === undefined || shown.length <= cell) {
        this.#framesShown = new Float64Array(2 * (cell + 1))
        this.#framesShown.set(shown ?? [])
      }
      this.#framesShown![cell] = framesShown
    }
    if (record.flag()) (this.#shown ??= new Set()).add(cell)
  }

  #readLate(dueMs: number, record: RecordReader): void {
    const late = this.#late ??= new Map<number, Addition>()
    const addition: Addition = { frames: new Map(), users: undefined }
    const [cells, hasUsers] = [record.count(), record.flag()]
    for (let left = cells; left > 0; left--) addition.frames.set(record.count(), record.number())
    if (hasUsers) {
      addition.users = new GroupedUsers(this.#grouping)
      readUsers(record, addition.users)
      readSketches(record, addition.users)
    }
    late.set(dueMs, addition)
  }

  /** The last of its records; `users`: how many there were of these. */
  readFrom(head: RecordReader, users: number): void {
    this.#isClosed = head.flag()
    if (head.count() !== this.#cells.count) throw head.refused('of other groups than there are')
    this.#cells.others = head.count() - 1
    this.#restRevision = head.number()
    if (head.flag()) this.#shown ??= new Set()
    this.saved!.readFrom(head, users)
    head.end()
    this.#around = [] // what it has counted is not known frame by frame
  }

  /** The window is over: its groups are no longer held. */
  close(): void {
    this.#cells.release()
  }

  *#earlyOf(changed: readonly number[], toLine: ToLine): Generator<ResultLine> {
    if (changed.length === 0) return
    const { top = Infinity } = this.#grouping
    const isChanged = this.#marked(changed)
    const ranked = this.#ranked(top === Infinity ? changed : this.#counted())
    const shown = top === Infinity ? ranked.cells : this.#first(ranked, top)
    for (const cell of shown) {
      if (isChanged[cell] !== 0) yield this.#line(cell, ranked.counted(cell), 'early', toLine)
    }
    const rest = top === Infinity ? undefined : this.#rest(new Set(shown))
    if (rest !== undefined) yield toLine(this.#ofRest(rest, { pane: 'early' }))
  }

  #marked(cells: readonly number[]): Uint8Array {
    const marks = new Uint8Array(this.#cells.count)
    for (const cell of cells) marks[cell] = 1
    return marks
  }

  #lateAt(dueMs: number): Addition {
    const late = this.#late ??= new Map<number, Addition>()
    let addition = late.get(dueMs)
    if (addition === undefined) late.set(dueMs, addition = { frames: new Map(), users: undefined })
    this.saved?.touchLate(dueMs)
    return addition
  }

  #addLateUser(
    cell: number,
    hi: number,
    lo: number,
    { dueMs, addition }: { readonly dueMs: number; readonly addition: Addition },
  ): void {
    if (this.#users.has(cell, hi, lo) || this.#isShownBefore(dueMs, cell, hi, lo)) return
    addition.users ??= new GroupedUsers(this.#grouping)
    addition.users.add(cell, hi, lo)
  }

  #isShownBefore(dueMs: number, cell: number, hi: number, lo: number): boolean {
    if (this.#late!.size === 1) return false
    for (const [earlierMs, { users }] of this.#late!) {
      if (earlierMs < dueMs && users?.has(cell, hi, lo) === true) return true
    }
    return false
  }

  #merge({ frames, users }: Addition): void {
    this.#around = [] // late elsewhere too, perhaps
    for (const [cell, count] of frames) {
      this.#cells.addFrames(cell, count)
      this.saved?.touch(cell)
    }
    if (users === undefined) return
    this.saved?.merge(users)
    this.#users.merge(users)
  }

  /** The cells that have frames which are no longer to come. */
  #counted(): number[] {
    const counted: number[] = []
    for (let cell = 0; cell < this.#cells.count; cell++) {
      if (this.#cells.frames(cell) > 0) counted.push(cell)
    }
    return counted
  }

  /** Those with most users first, then by name; the others behind all. */
  #ranked(cells: readonly number[]): Ranked {
    const users = this.#users
    const estimates = users.estimates(cells)
    const usersOf = (cell: number) => users.plainCount(cell) ?? estimates.get(cell)!.users
    const sorted = [...cells].sort((a, b) => {
      return Number(a === this.#cells.others) - Number(b === this.#cells.others) ||
        usersOf(b) - usersOf(a) || (this.#cells.name(a) < this.#cells.name(b) ? -1 : 1)
    })
    return {
      cells: sorted,
      counted: (cell) => estimates.get(cell) ?? exactly(users.plainCount(cell)!),
    }
  }

  #first({ cells }: Ranked, top: number): readonly number[] {
    return cells.filter((cell) => cell !== this.#cells.others).slice(0, top)
  }

  /** All groups but these, as one. Undefined: there are no others. */
  #rest(shown: ReadonlySet<number>): Rest | undefined {
    const cells = this.#counted().filter((cell) => !shown.has(cell))
    if (cells.length === 0) return undefined
    const isIn = this.#marked(cells)
    const counted = this.#users.union((cell) => isIn[cell] === 1).estimate()
    const frames = cells.reduce((sum, cell) => sum + this.#cells.frames(cell), 0)
    return { cells, counted, frames }
  }

  #nobody(): Rest {
    return { cells: [], counted: this.#users.union(() => false).estimate(), frames: 0 }
  }

  /** `late`: where the group itself was revised, else on time. */
  #line(cell: number, counted: Counted, pane: Pane, toLine: ToLine): ResultLine {
    const by = new Group(this.#grouping.breakdown, this.#cells.name(cell))
    const revisions = this.#revisions.get(cell) ?? 0
    const frames = this.#cells.frames(cell)
    const ownPane = pane === 'late' && revisions === 0 ? 'on-time' : pane
    const revision = pane === 'early' ? undefined : revisions
    return toLine({ window: this, counted, frames, pane: ownPane, revision, by })
  }

  #ofRest(
    { counted, frames }: Rest,
    { pane, revision }: { readonly pane: Pane; readonly revision?: number },
  ): Finding {
    const { breakdown } = this.#grouping
    const by = new Group(breakdown, othersName(breakdown))
    return { window: this, counted, frames, pane, revision, by }
  }
}

/** A group's users come one by one. */
function* pairsOf(users: PaneUsers): Generator<readonly [hi: number, lo: number]> {
  if (!(users instanceof Uint32Array)) return
  for (let i = 0; i < users.length; i += 2) yield [users[i]!, users[i + 1]!]
}
