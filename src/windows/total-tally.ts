/** The windows of all frames: of each kind by themselves, or by slices where they overlap. */
import type { PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, WindowedBatch } from '../records.ts'
import { type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import type { OpenWindow } from './open-window.ts'
import type { SlidingWindow } from './sliding-window.ts'
import { slidingPrefix, type SlidingWindows } from './sliding-windows.ts'
import { type AnyTally, type FramesOf, type IsDue, type Slice, Tally } from './tally.ts'

export class TotalTally implements AnyTally {
  readonly #plain: Tally<OpenWindow>
  /** By rank; undefined where windows do not overlap. */
  readonly #sliding: readonly (SlidingWindows | undefined)[]
  readonly #records = new ChangedRecords()

  constructor(plain: Tally<OpenWindow>, sliding: readonly (SlidingWindows | undefined)[]) {
    this.#plain = plain
    this.#sliding = sliding
  }

  get size(): number {
    return this.sliding.reduce((sum, { size }) => sum + size, this.#plain.size)
  }

  get sliding(): SlidingWindows[] {
    return this.#sliding.filter((each) => each !== undefined)
  }

  get(rank: number, startMs: number): OpenWindow | SlidingWindow | undefined {
    return (this.#sliding[rank] ?? this.#ofRank(rank)).get(startMs)
  }

  open(rank: number, startMs: number): OpenWindow | SlidingWindow {
    return this.#sliding[rank]?.open(startMs) ?? this.#plain.open(rank, startMs)
  }

  close(rank: number, startMs: number): void {
    if (this.#sliding[rank] !== undefined) this.#sliding[rank].close(startMs)
    else this.#plain.close(rank, startMs)
  }

  begin(batch: WindowedBatch): void {
    this.#plain.begin(batch)
  }

  end(): void {}

  current(rank: number, startMs: number): OpenWindow | undefined {
    return this.#plain.current(rank, startMs)
  }

  turnTo(rank: number, startMs: number): OpenWindow | SlidingWindow | undefined {
    return this.#sliding[rank] === undefined
      ? this.#plain.turnTo(rank, startMs)
      : this.#sliding[rank].get(startMs)
  }

  expect(rank: number, isOnTime: boolean): void {
    this.#plain.expect(rank, isOnTime)
  }

  count(frames: FrameBatch, from: number, to: number): void {
    this.#plain.count(frames, from, to)
  }

  countSlice(rank: number, slice: Slice, frames: FramesOf, isDue: IsDue): void {
    this.#sliding[rank]!.count(slice, frames, isDue)
  }

  uniteSlice(rank: number, slice: Slice, pane: PartialPane, isDue: IsDue): void {
    this.#sliding[rank]!.unite(slice, pane, isDue)
  }

  /** Those that hold their users themselves, slices among them. */
  *holders(): Generator<OpenWindow> {
    yield* this.#plain.windows()
    for (const each of this.sliding) yield* each.slices()
  }

  *windows(): Generator<OpenWindow | SlidingWindow> {
    yield* this.#plain.windows()
    for (const each of this.sliding) yield* each.windows()
  }

  plainWindows(): Iterable<OpenWindow> {
    return this.#plain.windows()
  }

  clear(): void {
    this.#plain.clear()
    for (const each of this.sliding) each.clear()
  }

  /** Windows that are numbers; slices are kept as windows are. */
  save(put: Put): void {
    const records = this.sliding.map((each) => {
      const record = new RecordWriter()
      each.writeTo(record)
      return [`${slidingPrefix}${each.kindName}`, record] as const
    })
    this.#records.save(put, records)
  }

  /** Takes its own, and gives back the others. */
  *load(records: Iterable<StateRecord>): Generator<StateRecord> {
    for (const [key, value] of records) {
      if (!key.startsWith(slidingPrefix)) {
        yield [key, value]
        continue
      }
      const own = this.sliding.find(({ kindName }) => `${slidingPrefix}${kindName}` === key)
      if (own === undefined) throw unknownRecord(key)
      own.readFrom(new RecordReader(key, value))
      this.#records.stands(key, value)
    }
  }

  #ofRank(rank: number) {
    return { get: (startMs: number) => this.#plain.get(rank, startMs) }
  }
}
