/**
 * The windows of a kind that overlap, of all frames, by their slices. Each slice keeps its users once,
 * however many windows hold it, and a window just the number of its own: of a user who is new in a
 * slice it is found out in which windows that is a new user (last-slices.ts), and those count one
 * more. So a day of a year that is told every day costs what a day costs, not 366 times that, and a
 * revision no more than the frames that it shows.
 *
 * Where users are too many to be told one by one, or lines carry them, a line unites what its slices
 * hold: their sketches, which are kept while a slice does not change, or the users.
 */
import { type Counted, type Counter, exactly, type Reserve } from '../counter/counter.ts'
import { ExactSet } from '../counter/exact.ts'
import { Sketch } from '../counter/sketch.ts'
import type { PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch } from '../records.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { Overlap } from '../time/overlap.ts'
import { LastSlices } from './last-slices.ts'
import { OpenWindow } from './open-window.ts'
import { SlidingWindow } from './sliding-window.ts'
import { SliceWindows } from './slice-windows.ts'
import type { FramesOf, IsDue, Joining, Slice } from './tally.ts'

/** Before the name of a kind in a state: its slices, and the record of its windows. */
export const slicePrefix = 'slice:'
export const slidingPrefix = 'sliding:'

export interface SlidingWindowsOptions {
  readonly kind: WindowKind & { readonly overlap: Overlap }
  readonly rank: number
  readonly latenessMs: number
  readonly newCounter: () => Counter
  readonly reserve?: Reserve | undefined
  /** A slice changes. */
  readonly touch: (slice: OpenWindow) => void
  /** Its last window is over. */
  readonly over: (slice: OpenWindow) => void
}

/** Users who are new in windows that hold neither of these slices. */
interface Between {
  readonly beforeMs: number
  readonly behindMs: number
}

export class SlidingWindows {
  readonly #options: SlidingWindowsOptions
  readonly #sliceWindows: SliceWindows
  readonly #windows = new Map<number, SlidingWindow>()
  readonly #slices = new Map<number, OpenWindow>()
  /** How many slices hold a sketch. */
  #sketched = new Set<OpenWindow>()
  readonly #sketches = new Map<OpenWindow, { readonly size: number; readonly sketch: Sketch }>()
  readonly #last: LastSlices
  readonly #sliceKind: WindowKind
  /** Of the users that are being added: how many by the slice before. */
  #fresh = new Map<number, number>()
  #between: Between[] = []
  #indices = new Uint32Array(1024)

  constructor(options: SlidingWindowsOptions) {
    const { kind, latenessMs, reserve } = options
    this.#options = options
    this.#sliceKind = { ...kind.overlap.slice, name: `${slicePrefix}${kind.name}` }
    this.#sliceWindows = new SliceWindows(kind.overlap, latenessMs)
    this.#last = new LastSlices(() => this.#oldestMs(), reserve)
  }

  get kindName(): string {
    return this.#options.kind.name
  }

  /** How a state calls its slices. */
  get sliceName(): string {
    return this.#sliceKind.name
  }

  get size(): number {
    return this.#windows.size
  }

  get exactBytes(): number {
    let bytes = this.#last.bytes
    for (const slice of this.#slices.values()) bytes += slice.exactBytes
    return bytes
  }

  get sketchBytes(): number {
    let bytes = 0
    for (const slice of this.#slices.values()) bytes += slice.sketchBytes
    return bytes
  }

  get(startMs: number): SlidingWindow | undefined {
    return this.#windows.get(startMs)
  }

  open(startMs: number): SlidingWindow {
    const { kind, rank, latenessMs } = this.#options
    const window = new SlidingWindow({
      kind,
      rank,
      span: kind.overlap.windowFrom(startMs),
      latenessMs,
      counted: (window) => this.#counted(window),
    })
    this.#windows.set(startMs, window)
    return window
  }

  /** Its first slice is in no later one, but an earlier one may be there, where this is left out. */
  close(startMs: number): void {
    this.#windows.delete(startMs)
    const isHeld = (start: number) =>
      this.#sliceWindows.windowsOf(start).some((span) => this.#windows.has(span.startMs))
    const over = this.#windows.size === 0 ? [...this.#slices.keys()] : [startMs]
    for (const start of over) if (!isHeld(start)) this.#release(start)
  }

  #release(startMs: number): void {
    const slice = this.#slices.get(startMs)
    if (slice === undefined) return
    this.#slices.delete(startMs)
    this.#sketched.delete(slice)
    this.#sketches.delete(slice)
    this.#options.over(slice)
  }

  /** The run is cut short: what waits in slices counts now. */
  clear(): void {
    for (const slice of this.#slices.values()) {
      for (const dueMs of [...slice.lateDuesMs]) this.#join(slice, dueMs)
    }
    this.#windows.clear()
  }

  windows(): Iterable<SlidingWindow> {
    return this.#windows.values()
  }

  slices(): Iterable<OpenWindow> {
    return this.#slices.values()
  }

  openSlice(startMs: number): OpenWindow {
    const { rank, newCounter, latenessMs } = this.#options
    const kind = this.#sliceKind
    const slice = new OpenWindow({ kind, rank, startMs, latenessMs, newCounter })
    this.#slices.set(startMs, slice)
    return slice
  }

  /** Frames [from, to). `isDue` is told what falls due at the slice's time. */
  count(
    { startMs, takers, dueMs }: Slice,
    { frames, from, to }: FramesOf,
    isDue: IsDue,
  ): void {
    const slice = this.#sliceAt(startMs)
    const count = to - from
    if (dueMs === -Infinity) this.#addOnTime(slice, frames, from, to)
    else {
      for (let i = from; i < to; i++) {
        if (slice.addLate(frames, i, dueMs)) isDue(this.joining(slice))
      }
    }
    for (const { window: { startMs }, isLate } of takers) {
      const window = this.#windows.get(startMs)!
      if (!isLate) window.count(count)
      else if (window.countLate(count, dueMs)) isDue(window)
    }
    this.#tellNew(slice)
  }

  /** What one source has counted. */
  unite(
    { startMs, takers, dueMs }: Slice,
    pane: PartialPane,
    isDue: IsDue,
  ): void {
    const slice = this.#sliceAt(startMs)
    if (dueMs !== -Infinity) {
      if (slice.addLateUsers(pane, dueMs)) isDue(this.joining(slice))
    } else {
      const { users } = pane
      if (users instanceof Uint32Array && slice.users.state instanceof ExactSet) {
        const fresh = new ExactSet()
        for (let i = 0; i < users.length; i += 2) fresh.add(users[i]!, users[i + 1]!)
        this.#noteAll(slice, fresh)
      }
      slice.addUsers(pane)
      this.#noteSketch(slice)
    }
    for (const { window, isLate } of takers) {
      if (!isLate) window.addUsers(pane)
      else if (window.addLateUsers(pane, dueMs)) isDue(window)
    }
    this.#tellNew(slice)
  }

  joining(slice: OpenWindow): Joining {
    return {
      endMs: -Infinity,
      rank: this.#options.rank,
      join: (dueMs) => this.#join(slice, dueMs),
    }
  }

  writeTo(record: RecordWriter): void {
    record.count(this.#windows.size)
    for (const window of this.#windows.values()) window.writeTo(record)
  }

  readFrom(record: RecordReader): void {
    for (let left = record.count(); left > 0; left--) this.open(record.number()).readFrom(record)
    record.end()
  }

  /** All slices are there. */
  loaded(): void {
    for (const slice of [...this.#slices.values()].sort((a, b) => a.startMs - b.startMs)) {
      this.#noteSketch(slice)
      const { state } = slice.users
      if (state instanceof ExactSet) {
        state.forEach((hi, lo) => this.#last.put(hi, lo, slice.startMs))
      }
    }
  }

  #sliceAt(startMs: number): OpenWindow {
    const slice = this.#slices.get(startMs) ?? this.openSlice(startMs)
    this.#options.touch(slice)
    return slice
  }

  #addOnTime(slice: OpenWindow, frames: FrameBatch, from: number, to: number): void {
    const count = to - from
    if (this.#indices.length < count) this.#indices = new Uint32Array(2 * count)
    const indices = this.#indices
    for (let i = from; i < to; i++) indices[i - from] = i
    slice.count(count, [])
    const { hashHi, hashLo } = frames
    const freshCount = slice.add(frames, indices, count, indices)
    if (slice.users.state instanceof Sketch) return this.#noteSketch(slice)
    for (let n = 0; n < freshCount; n++) {
      const i = indices[n]!
      this.#note(slice.startMs, hashHi[i]!, hashLo[i]!)
    }
  }

  #join(slice: OpenWindow, dueMs: number): void {
    this.#options.touch(slice)
    for (const [ms, { users }] of slice.late) {
      if (ms === dueMs && users?.state instanceof ExactSet) this.#noteAll(slice, users.state)
    }
    slice.reach(dueMs)
    this.#noteSketch(slice)
    this.#tellNew(slice)
  }

  /** Those whom the slice does not have so far. */
  #noteAll(slice: OpenWindow, users: ExactSet): void {
    if (!(slice.users.state instanceof ExactSet)) return
    users.forEach((hi, lo) => {
      if (!slice.users.has(hi, lo)) this.#note(slice.startMs, hi, lo)
    })
  }

  #note(startMs: number, hi: number, lo: number): void {
    const last = this.#last
    if (!last.put(hi, lo, startMs)) {
      this.#between.push(this.#nearest(startMs, hi, lo))
    } else if (last.behindMs !== Infinity) {
      this.#between.push({ beforeMs: last.beforeMs, behindMs: last.behindMs })
    } else {
      this.#fresh.set(last.beforeMs, (this.#fresh.get(last.beforeMs) ?? 0) + 1)
    }
  }

  /** By a look into every slice: for frames that are much out of order. */
  #nearest(atMs: number, hi: number, lo: number): Between {
    let [beforeMs, behindMs] = [-Infinity, Infinity]
    for (const { startMs, users } of this.#slices.values()) {
      const isNearer = startMs < atMs ? startMs > beforeMs : startMs > atMs && startMs < behindMs
      if (!isNearer || !(users.state instanceof ExactSet) || !users.has(hi, lo)) continue
      if (startMs < atMs) beforeMs = startMs
      else behindMs = startMs
    }
    return { beforeMs, behindMs }
  }

  #noteSketch(slice: OpenWindow): void {
    if (slice.users.state instanceof Sketch) this.#sketched.add(slice)
  }

  /** Tells the windows of that slice of the users who are new there. */
  #tellNew({ startMs }: OpenWindow): void {
    if (this.#fresh.size === 0 && this.#between.length === 0) return
    const fresh = [...this.#fresh].sort(([a], [b]) => a - b)
    let [next, users] = [0, 0]
    for (const span of this.#sliceWindows.windowsOf(startMs)) {
      for (; next < fresh.length && fresh[next]![0] < span.startMs; next++) users += fresh[next]![1]
      const window = this.#windows.get(span.startMs)
      if (window === undefined) continue
      window.users += users
      for (const { beforeMs, behindMs } of this.#between) {
        if (beforeMs < span.startMs && span.endMs <= behindMs) window.users++
      }
    }
    this.#fresh.clear()
    this.#between = []
  }

  #oldestMs(): number {
    let oldestMs = Infinity
    for (const startMs of this.#slices.keys()) if (startMs < oldestMs) oldestMs = startMs
    return oldestMs
  }

  #counted(window: SlidingWindow): Counted {
    const counter = this.#options.newCounter()
    const isExact = counter.holds(window.users) && !this.#hasSketch(window)
    if (isExact && counter.isPlain) return exactly(window.users)
    for (const slice of this.#slicesOf(window)) {
      counter.merge(isExact ? slice.users.state : this.#sketchOf(slice))
    }
    return counter.estimate()
  }

  #hasSketch({ startMs, endMs }: SlidingWindow): boolean {
    for (const slice of this.#sketched) {
      if (slice.startMs >= startMs && slice.startMs < endMs) return true
    }
    return false
  }

  *#slicesOf({ startMs, endMs }: SlidingWindow): Generator<OpenWindow> {
    for (const slice of this.#slices.values()) {
      if (slice.startMs >= startMs && slice.startMs < endMs) yield slice
    }
  }

  #sketchOf(slice: OpenWindow): Sketch {
    const { state } = slice.users
    if (state instanceof Sketch) return state
    const known = this.#sketches.get(slice)
    if (known?.size === state.size) return known.sketch
    const counter = this.#options.newCounter()
    counter.merge(state)
    const sketch = counter.sketch()
    this.#sketches.set(slice, { size: state.size, sketch })
    return sketch
  }
}
