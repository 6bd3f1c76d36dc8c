/**
 * One of the windows of a kind that overlap, of all frames. Its users are those of its slices, which
 * know of each new one in which windows that is a new user: here they are a number.
 */
import type { Counted } from '../counter/counter.ts'
import type { PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, Pane, ResultLine } from '../records.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { Span, WindowKind } from '../time/calendar.ts'
import type { CountedWindow } from './counted-window.ts'
import type { ToLine } from './result-lines.ts'

export interface SlidingWindowOptions {
  readonly kind: WindowKind
  readonly rank: number
  readonly span: Span
  readonly latenessMs: number
  /** What its slices hold. */
  readonly counted: (window: SlidingWindow) => Counted
}

export class SlidingWindow implements CountedWindow {
  readonly kind: WindowKind
  readonly rank: number
  readonly place = 0
  readonly startMs: number
  readonly endMs: number
  readonly expiryMs: number
  readonly exactBytes = 0
  readonly sketchBytes = 0
  /** Where all slices tell them one by one. */
  users = 0
  readonly #options: SlidingWindowOptions
  #frames = 0
  #framesShown = 0
  #hasOnTime = false
  #isClosed = false
  #revision = 0
  /** Frames by the time at which a revision shows them. */
  #late: Map<number, number> | undefined

  constructor(options: SlidingWindowOptions) {
    const { kind, rank, span: { startMs, endMs }, latenessMs } = options
    this.#options = options
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = endMs
    this.expiryMs = endMs + latenessMs
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  count(frames: number): void {
    this.#frames += frames
    this.#hasOnTime = true
  }

  /** Whether they are the first that fall due at this time. */
  countLate(frames: number, dueMs: number): boolean {
    const late = this.#late ??= new Map<number, number>()
    const before = late.get(dueMs)
    late.set(dueMs, (before ?? 0) + frames)
    return before === undefined
  }

  addLate(_: FrameBatch, __: number, dueMs: number): boolean {
    return this.countLate(1, dueMs)
  }

  addUsers({ frames }: PartialPane): void {
    this.count(frames)
  }

  addLateUsers({ frames }: PartialPane, dueMs: number): boolean {
    return this.countLate(frames, dueMs)
  }

  reach(dueMs: number): Pane | undefined {
    if (dueMs === this.endMs) {
      this.#isClosed = true
      return this.#hasOnTime ? 'on-time' : undefined
    }
    const frames = this.#late?.get(dueMs)
    if (frames === undefined) return undefined
    this.#late!.delete(dueMs)
    if (this.#late!.size === 0) this.#late = undefined
    this.#frames += frames
    this.#revision++
    return 'late'
  }

  *lines(pane: Pane, toLine: ToLine): Generator<ResultLine> {
    const revision = pane === 'early' ? undefined : pane === 'late' ? this.#revision : 0
    const counted = this.#options.counted(this)
    yield toLine({ window: this, counted, frames: this.#frames, pane, revision })
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
    const isShown = isUntold
      ? !this.#hasOnTime && this.#revision === 0
      : this.#isClosed || !this.#hasOnTime
    if (this.#late === undefined && isShown) return
    for (const frames of this.#late?.values() ?? []) this.#frames += frames
    this.#late = undefined
    yield* this.lines('early', toLine)
  }

  isRevisedBy(dueMs: number): boolean {
    return this.#revision > 0 || this.#late?.get(dueMs) !== undefined
  }

  get lateDuesMs(): Iterable<number> {
    return this.#late?.keys() ?? []
  }

  writeTo(record: RecordWriter): void {
    record.number(this.startMs).number(this.users).number(this.#frames).number(this.#framesShown)
    record.count(this.#revision).flag(this.#hasOnTime).flag(this.#isClosed)
    record.count(this.#late?.size ?? 0)
    for (const [dueMs, frames] of this.#late ?? []) record.number(dueMs).number(frames)
  }

  /** All behind its start. */
  readFrom(record: RecordReader): void {
    this.users = record.number()
    this.#frames = record.number()
    this.#framesShown = record.number()
    this.#revision = record.count()
    this.#hasOnTime = record.flag()
    this.#isClosed = record.flag()
    for (let left = record.count(); left > 0; left--) {
      this.#late ??= new Map<number, number>()
      this.#late.set(record.number(), record.number())
    }
  }
}
