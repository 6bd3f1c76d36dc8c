/**
 * One window that is open, or closed and still revisable. Late frames are kept apart until their
 * revision falls due: with several sources the on-time line may still be held back by another one,
 * and what it shows must not depend on how the sources interleave.
 */
import type { Counter } from '../counter/counter.ts'
import type { FrameBatch, Pane, ResultLine } from '../records.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import { ExactSet } from '../counter/exact.ts'
import { Sketch } from '../counter/sketch.ts'
import type { PartialPane } from '../ndjson/partial.ts'
import { DisjointUsers } from './disjoint-users.ts'
import { type Addition, LateFrames } from './late-frames.ts'
import type { TalliedWindow } from './counted-window.ts'
import { type Around, stillAround } from './on-time.ts'
import type { ToLine } from './result-lines.ts'
import type { SavedWindow } from './saved-window.ts'

export interface OpenWindowOptions {
  readonly kind: WindowKind
  /** Place of the kind among the kinds, fine to coarse. */
  readonly rank: number
  readonly startMs: number
  readonly latenessMs: number
  readonly newCounter: () => Counter
  /** Whether no user is in two sources, of which each tells how many it has. */
  readonly isDisjoint?: boolean | undefined
}

/** What one source has counted. */
type Brought = Pick<PartialPane, 'source' | 'of' | 'users' | 'frames'>

/** By a revision. */
interface Shown {
  readonly dueMs: number
  readonly addition: Addition
}

export class OpenWindow implements TalliedWindow<OpenWindow> {
  readonly kind: WindowKind
  readonly rank: number
  readonly place = 0
  readonly startMs: number
  readonly endMs: number
  /** From here on nothing counts any more. */
  readonly expiryMs: number
  readonly #newCounter: () => Counter
  readonly #users: Counter
  /** Where they are counted in place of users. */
  readonly #disjoint: DisjointUsers | undefined
  #frames = 0
  /** How many of them the last early line has shown. */
  #framesShown = 0
  #hasOnTime = false
  #isClosed = false
  #revision = 0
  /** Most windows never have any, and there may be a million windows. */
  #late: LateFrames | undefined
  #around: Around<OpenWindow>
  /** What stands of it in the state. Undefined: nothing yet. */
  saved: SavedWindow | undefined

  constructor(options: OpenWindowOptions) {
    const { kind, rank, startMs, latenessMs, newCounter } = options
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = windowFrom(kind, startMs).endMs
    this.expiryMs = this.endMs + latenessMs
    this.#newCounter = newCounter
    this.#users = newCounter()
    this.#disjoint = options.isDisjoint === true ? new DisjointUsers() : undefined
  }

  /** Of its users, without those of late frames. */
  get users(): Counter {
    return this.#users
  }

  get exactBytes(): number {
    return this.#users.state instanceof ExactSet ? this.#users.bytes : 0
  }

  get sketchBytes(): number {
    return this.#users.state instanceof ExactSet ? 0 : this.#users.bytes
  }

  count(frames: number, windows: readonly (OpenWindow | undefined)[]): void {
    this.#frames += frames
    this.#hasOnTime = true
    this.#around = stillAround(this.#around, windows, this.rank)
  }

  isInside(k: number, window: OpenWindow | undefined): boolean {
    return window !== undefined && this.#around?.[k] === window
  }

  add(frames: FrameBatch, indices: Uint32Array, count: number, fresh: Uint32Array): number {
    const { hashHi, hashLo } = frames
    const users = this.#users
    let freshCount = 0
    for (let n = 0; n < count; n++) {
      const i = indices[n]!
      if (users.add(hashHi[i]!, hashLo[i]!)) fresh[freshCount++] = i
    }
    this.saved?.users.addFresh(frames, fresh, { count: freshCount, counter: users })
    return freshCount
  }

  addLate({ hashHi, hashLo }: FrameBatch, i: number, dueMs: number): boolean {
    const late = this.#late ??= new LateFrames()
    const addition = late.add(1, dueMs)
    this.#addLateUser(hashHi[i]!, hashLo[i]!, { dueMs, addition })
    return addition.frames === 1
  }

  /** To how many partitions its frames are keyed, where that has to stay; 0: it has none. */
  get of(): number {
    return this.#disjoint?.of ?? 0
  }

  /** No line of it comes out any more. Whether one could, before. */
  refuse(): boolean {
    return this.#disjoint?.refuse() === true
  }

  /** What one source has counted on time. */
  addUsers({ source, of = 0, users, frames }: Brought): void {
    this.#around = [] // these have been counted elsewhere, kind by kind
    this.#frames += frames
    this.#hasOnTime = true
    if (users instanceof Sketch) {
      this.saved?.users.merge(users)
      this.#users.merge(users)
      return
    }
    if (!(users instanceof Uint32Array)) return this.#disjoint!.tell(source, users, { of })
    for (let i = 0; i < users.length; i += 2) {
      const [hi, lo] = [users[i]!, users[i + 1]!]
      if (this.#users.add(hi, lo)) this.saved?.users.add(hi, lo)
    }
  }

  /** The same of late frames. Whether they are the first that fall due at this time. */
  addLateUsers({ source, of = 0, users, frames }: Brought, dueMs: number): boolean {
    const late = this.#late ??= new LateFrames()
    const isFirst = late.get(dueMs) === undefined
    const addition = late.add(frames, dueMs)
    if (users instanceof Sketch) {
      this.saved?.late.get(dueMs)?.merge(users)
      addition.users ??= this.#newCounter()
      addition.users.merge(users)
      return isFirst
    }
    if (!(users instanceof Uint32Array)) {
      this.#disjoint!.tell(source, users, { of, dueMs })
      return isFirst
    }
    const shown = { dueMs, addition }
    for (let i = 0; i < users.length; i += 2) this.#addLateUser(users[i]!, users[i + 1]!, shown)
    return isFirst
  }

  reach(dueMs: number): Pane | undefined {
    if (dueMs === this.endMs) {
      this.#isClosed = true
      return this.#hasOnTime ? 'on-time' : undefined
    }
    const addition = this.#late?.take(dueMs)
    if (addition === undefined) return undefined
    this.saved?.lateOver(dueMs)
    if (this.#late?.size === 0) this.#late = undefined
    this.#merge(addition)
    this.#disjoint?.show(dueMs)
    this.#revision++
    return 'late'
  }

  *lines(pane: Pane, toLine: ToLine): Generator<ResultLine> {
    const line = this.#line(pane, toLine)
    if (line !== undefined) yield line
  }

  get lastPane(): Pane | undefined {
    return this.#revision > 0 ? 'late' : this.#hasOnTime ? 'on-time' : undefined
  }

  *finalLines(toLine: ToLine): Generator<ResultLine> {
    const pane = this.lastPane
    if (pane !== undefined) yield* this.lines(pane, toLine)
  }

  *earlyLines(toLine: ToLine): Generator<ResultLine> {
    if (this.#isClosed || this.#frames === this.#framesShown) return
    this.#framesShown = this.#frames
    yield* this.lines('early', toLine)
  }

  *lastLines(toLine: ToLine, isUntold: boolean): Generator<ResultLine> {
    const late = this.#late?.all()
    const isShown = isUntold
      ? !this.#hasOnTime && this.#revision === 0
      : this.#isClosed || !this.#hasOnTime
    if (late === undefined && isShown) return
    for (const addition of late ?? []) this.#merge(addition)
    this.#disjoint?.show(Infinity)
    this.#late = undefined
    yield* this.lines('early', toLine)
  }

  /** Whether a revision has been shown, or is when all that falls due at that time is. */
  isRevisedBy(dueMs: number): boolean {
    return this.#revision > 0 || this.#late?.get(dueMs) !== undefined
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** What revisions are to add, by the time at which they fall due. */
  get late(): Iterable<readonly [dueMs: number, Addition]> {
    return this.#late?.entries() ?? []
  }

  get lateDuesMs(): Iterable<number> {
    return this.#late?.duesMs() ?? []
  }

  /** All but the users. */
  writeTo(head: RecordWriter, saved: SavedWindow): void {
    head.number(this.#frames).number(this.#framesShown).count(this.#revision)
    head.flag(this.#hasOnTime).flag(this.#isClosed)
    saved.users.writeTo(head)
    head.count(this.#late?.size ?? 0)
    for (const [dueMs, { frames, users }] of this.late) {
      head.number(dueMs).number(frames).flag(users !== undefined)
      if (users !== undefined) saved.lateOf(dueMs).writeTo(head)
    }
    this.#disjoint?.writeTo(head)
  }

  /** Users of a record, on time or late; the head comes when all are there. */
  loadUsers(
    record: RecordReader,
    { place, dueMs }: { readonly place: number; readonly dueMs: number | undefined },
  ): void {
    const saved = this.saved!
    if (dueMs === undefined) {
      saved.users.load(place, record, this.#users)
      return
    }
    const late = this.#late ??= new LateFrames()
    const users = late.get(dueMs)?.users ?? this.#newCounter()
    late.restore(dueMs, { frames: 0, users })
    saved.lateOf(dueMs).load(place, record, users)
  }

  readFrom(head: RecordReader): void {
    const saved = this.saved!
    this.#frames = head.number()
    this.#framesShown = head.number()
    this.#revision = head.count()
    this.#hasOnTime = head.flag()
    this.#isClosed = head.flag()
    saved.users.readFrom(head, this.#users)
    const found = this.#late
    let used = 0
    this.#late = undefined
    for (let left = head.count(); left > 0; left--) {
      const dueMs = head.number()
      const frames = head.number()
      const users = head.flag() ? found?.get(dueMs)?.users ?? this.#newCounter() : undefined
      if (users !== undefined) {
        saved.lateOf(dueMs).readFrom(head, users)
        used++
      }
      this.#late ??= new LateFrames()
      this.#late.restore(dueMs, { frames, users })
    }
    if ((found?.size ?? 0) !== used) throw head.refused('of other late frames')
    this.#disjoint?.readFrom(head)
    this.#around = [] // what it has counted is not known frame by frame
  }

  #addLateUser(hashHi: number, hashLo: number, { dueMs, addition }: Shown): void {
    if (this.#users.has(hashHi, hashLo)) return
    if (this.#late!.isShownBefore(dueMs, hashHi, hashLo)) return
    addition.users ??= this.#newCounter()
    if (addition.users.add(hashHi, hashLo)) this.saved?.late.get(dueMs)?.add(hashHi, hashLo)
  }

  #merge({ users, frames }: Addition): void {
    this.#around = [] // late elsewhere too, perhaps
    if (users !== undefined) {
      this.saved?.users.merge(users.state)
      this.#users.merge(users.state)
    }
    this.#frames += frames
  }

  /** What is counted. Undefined: users cannot be added up. */
  #line(pane: Pane, toLine: ToLine): ResultLine | undefined {
    if (this.#disjoint?.isRefused === true) return undefined
    const revision = pane === 'early' ? undefined : pane === 'late' ? this.#revision : 0
    const counted = this.#disjoint?.estimate() ?? this.#users.estimate()
    return toLine({ window: this, counted, frames: this.#frames, pane, revision })
  }
}
