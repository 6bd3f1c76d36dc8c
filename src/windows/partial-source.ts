/**
 * What one source brings to the union of all: its windows, and the marks that say how far it has come.
 * A pass takes out what has come since the one before, in an order in which nothing is missed: users
 * before the watermark that closes their window, idleness behind both.
 */
import TinyQueue from 'tinyqueue'
import { exactly } from '../counter/counter.ts'
import type { PartialPane } from '../ndjson/partial.ts'
import type { Mark } from '../ndjson/control.ts'
import type { SourceMark } from '../records.ts'
import { nextRevisionMs } from '../sources/watermark.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { GroupingOptions } from './group-window.ts'
import { GroupPartialWindow } from './group-partial-window.ts'
import { PartialWindow, type PartialWindowOptions } from './partial-window.ts'
import type { SavedPartials } from './saved-partials.ts'
import { type SliceWindows, sliceWindows } from './slice-windows.ts'

export interface PartialSourceOptions
  extends Pick<PartialWindowOptions, 'newCounter' | 'isDisjoint'> {
  readonly kinds: readonly WindowKind[]
  /** Per kind of window. */
  readonly latenessMs: readonly number[]
  /** Of each breakdown. */
  readonly groupings: readonly GroupingOptions[]
  readonly saved: SavedPartials
}

type AnyWindow = PartialWindow | GroupPartialWindow

export class PartialSource {
  readonly source: number
  readonly #options: PartialSourceOptions
  /** Per kind, by start. */
  readonly #open: readonly Map<number, PartialWindow>[]
  /** The same of each breakdown. */
  readonly #groups: readonly (readonly Map<number, GroupPartialWindow>[])[]
  /** Per kind. */
  readonly #overlapping: readonly (SliceWindows | undefined)[]
  readonly #expiring = new TinyQueue<AnyWindow>([], inOrder)
  #watermarkMs = -Infinity
  /** Whether the last thing told of it is that it is idle. */
  #isToldIdle = false

  /** Windows that are over, and tell of their groups once more. */
  #over: GroupPartialWindow[] = []

  /** Since the last pass: */
  readonly #waiting = new Set<AnyWindow>()
  #mark: SourceMark | undefined
  #isAhead = false
  #isIdle = false
  /** Start of a window of the finest kind that a frame fell into, counted or not. */
  #heardMs: number | undefined

  /** Something must not wait for long. */
  #isDue = false
  /** From here on the watermark must not. */
  #nextDueMs = -Infinity
  /** When revisions of its late frames fall due. */
  readonly #lateDuesMs = new Set<number>()

  constructor(source: number, options: PartialSourceOptions) {
    this.source = source
    this.#options = options
    this.#overlapping = sliceWindows(options.kinds, options.latenessMs)
    this.#open = options.kinds.map(() => new Map<number, PartialWindow>())
    this.#groups = options.groupings.map(() => {
      return options.kinds.map(() => new Map<number, GroupPartialWindow>())
    })
  }

  get isDue(): boolean {
    return this.#isDue
  }

  /** Whether a pass would take something out. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0 || this.#mark !== undefined || this.#isAhead || this.#isIdle ||
      this.#heardMs !== undefined
  }

  *windows(): Generator<PartialWindow> {
    for (const each of this.#open) yield* each.values()
  }

  *groupWindows(): Generator<GroupPartialWindow> {
    for (const each of this.#groups.flat()) yield* each.values()
  }

  get openWindows(): number {
    return [...this.#open, ...this.#groups.flat()].reduce((sum, { size }) => sum + size, 0)
  }

  exists(mark: SourceMark): void {
    this.#mark = mark
    this.#isDue = true
  }

  heard(startMs: number): void {
    this.#heardMs = startMs
    this.#isIdle = false
    if (this.#isToldIdle) this.#isDue = true
  }

  /** The window of kind `k`, in which something is about to count. */
  windowAt(k: number, startMs: number): PartialWindow {
    const window = this.#open[k]!.get(startMs) ?? this.newWindow(k, startMs)
    this.#waiting.add(window)
    this.#options.saved.touch(window)
    return window
  }

  hasWindow(k: number, startMs: number): boolean {
    return this.#open[k]!.has(startMs)
  }

  newWindow(k: number, startMs: number): PartialWindow {
    const { kinds, latenessMs, newCounter, isDisjoint } = this.#options
    const window = new PartialWindow({
      source: this.source,
      kind: kinds[k]!,
      rank: k,
      startMs,
      latenessMs: latenessMs[k]!,
      newCounter,
      isDisjoint,
    })
    this.#open[k]!.set(startMs, window)
    this.#expiring.push(window)
    return window
  }

  /** The window of kind `k` for the groups of a breakdown, in which something is about to count. */
  groupWindowAt(place: number, k: number, startMs: number): GroupPartialWindow {
    const known = this.#groups[place]![k]!.get(startMs)
    const window = known ?? this.newGroupWindow(place, k, startMs)
    this.#waiting.add(window)
    this.#options.saved.touch(window)
    return window
  }

  newGroupWindow(place: number, k: number, startMs: number): GroupPartialWindow {
    const { kinds, latenessMs, groupings } = this.#options
    const [kind, ofKindMs, grouping] = [kinds[k]!, latenessMs[k]!, groupings[place]!]
    const { source } = this
    const window = new GroupPartialWindow({
      source,
      kind,
      rank: k,
      startMs,
      latenessMs: ofKindMs,
      grouping,
    })
    this.#groups[place]![k]!.set(startMs, window)
    this.#expiring.push(window)
    return window
  }

  /** Where windows overlap: whether one that holds this slice is over now. */
  isMissedBySome({ endMs, rank }: AnyWindow): boolean {
    const isOver = endMs + this.#options.latenessMs[rank]! <= this.#watermarkMs
    return isOver && this.#overlapping[rank] !== undefined
  }

  /** When a frame is shown that is late for the window now. */
  lateDueMs(window: AnyWindow): number {
    const { endMs, expiryMs, rank } = window
    const reachedMs = Math.max(this.#watermarkMs, endMs)
    const dueMs = this.#overlapping[rank]?.dueMs(window, reachedMs) ??
      Math.min(nextRevisionMs(reachedMs), expiryMs)
    this.#lateDuesMs.add(dueMs)
    if (dueMs < this.#nextDueMs) this.#nextDueMs = dueMs
    return dueMs
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
    this.#isAhead = true
    for (let next; (next = this.#expiring.peek()) !== undefined;) {
      if (next.expiryMs > watermarkMs) break
      this.#letGo(this.#expiring.pop()!)
    }
    if (watermarkMs < this.#nextDueMs) return
    this.#isDue = true
    for (const ms of this.#lateDuesMs) if (ms <= watermarkMs) this.#lateDuesMs.delete(ms)
    const ends = this.#options.kinds.map((kind) => kind.spanAt(watermarkMs).endMs)
    this.#nextDueMs = Math.min(...ends, ...this.#lateDuesMs)
  }

  idle(): void {
    this.#isIdle = true
    this.#isDue = true
  }

  /** No window waits for it any more; what has come is still to be taken. */
  end(): void {
    for (const window of this.windows()) this.#options.saved.over(window)
    for (const window of this.groupWindows()) this.#letGo(window)
  }

  /** What has come since the last pass. */
  *take(): Generator<PartialPane | Mark> {
    const { source } = this
    if (this.#mark !== undefined) yield this.#mark
    if (this.#isToldIdle && this.#heardMs !== undefined && this.#waiting.size === 0) {
      yield this.#sign(this.#heardMs)
    }
    for (const window of this.#waiting) yield* window.take()
    if (this.#isAhead) yield { type: 'watermark', source, watermarkMs: this.#watermarkMs }
    if (this.#heardMs !== undefined) this.#isToldIdle = false
    if (this.#isIdle) {
      yield { type: 'idle', source }
      this.#isToldIdle = true
    }
    this.#waiting.clear()
    for (const window of this.#over) window.close()
    this.#over = []
    this.#mark = this.#heardMs = undefined
    this.#isAhead = this.#isIdle = this.#isDue = false
  }

  writeTo(record: RecordWriter): void {
    record.number(this.#watermarkMs).flag(this.#isToldIdle)
  }

  readFrom(record: RecordReader): void {
    this.#watermarkMs = record.number()
    this.#isToldIdle = record.flag()
  }

  /** Frames have come that count nowhere, and yet it is waited for again. */
  #sign(startMs: number): PartialPane {
    const { kinds: [kind], isDisjoint } = this.#options
    const users = isDisjoint === true ? exactly(0) : nobody
    return { type: 'partial', source: this.source, kind: kind!.name, startMs, frames: 0, users }
  }

  #letGo(window: AnyWindow): void {
    if (window instanceof PartialWindow) {
      this.#open[window.rank]!.delete(window.startMs)
    } else {
      this.#groups[window.place]![window.rank]!.delete(window.startMs)
      this.#over.push(window)
    }
    this.#options.saved.over(window)
  }
}

const nobody = new Uint32Array(0)

function inOrder(a: AnyWindow, b: AnyWindow): number {
  return a.expiryMs - b.expiryMs
}
