/**
 * The windows of one breakdown, with the groups that are there in any of them. In the state they
 * stand below `by/0`, `by/1` …, by the place of the breakdown (saved-groups.ts).
 */
import type { WindowedBatch } from '../records.ts'
import { missingRecord, type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import { GroupNames } from './group-names.ts'
import { type GroupingOptions, GroupWindow } from './group-window.ts'
import { Tally } from './tally.ts'

export interface GroupTallyOptions extends Omit<GroupingOptions, 'names'> {
  readonly kinds: readonly WindowKind[]
  /** Per kind of window. */
  readonly latenessMs: readonly number[]
}

const keyPattern = /^by\/(\d+)\/([^/]+(?:\/[^/\d][^/]*)?)\/(-?[\d.]+)(?:\/([a-z]+)\/(-?\d+))?$/

export class GroupTally extends Tally<GroupWindow> {
  readonly #kinds: readonly WindowKind[]
  readonly #index: number
  readonly #names: GroupNames
  #touched: Set<GroupWindow> | undefined
  #over = new Set<GroupWindow>()

  constructor(options: GroupTallyOptions) {
    const { kinds, latenessMs, index } = options
    const names = new GroupNames()
    const grouping = { ...options, names }
    super(kinds.length, (rank, startMs) => {
      const [kind, ofKindMs] = [kinds[rank]!, latenessMs[rank]!]
      return new GroupWindow({ kind, rank, startMs, latenessMs: ofKindMs, grouping })
    })
    this.#kinds = kinds
    this.#index = index
    this.#names = names
  }

  override begin(batch: WindowedBatch): void {
    super.begin(batch)
    this.#names.begin(batch.frames, this.#index, batch.from, batch.to)
  }

  /** A group that no window has taken is none. */
  override end(): void {
    this.#names.end()
  }

  override close(rank: number, startMs: number): void {
    this.get(rank, startMs)?.close()
    super.close(rank, startMs)
  }

  /** It is over; perhaps it was so already. */
  over(window: GroupWindow): void {
    this.#touched?.delete(window)
    if (window.saved !== undefined) this.#over.add(window)
  }

  /** It has changed, or will before the next save. */
  touch(window: GroupWindow): void {
    this.#touched?.add(window)
  }

  save(put: Put): void {
    for (const window of this.#over) {
      window.saved!.end(this.#keyOf(window), put)
      window.saved = undefined
    }
    for (const window of this.#touched ?? this.windows()) window.save(this.#keyOf(window), put)
    this.#over.clear()
    this.#touched = new Set()
  }

  /** Of its own records, by the keys of its windows; returns these. */
  load(records: ReadonlyMap<string, WindowRecords>): readonly GroupWindow[] {
    const windows = [...records].map(([key, { kindName, startMs, head, parts }]) => {
      const rank = this.#kinds.findIndex(({ name }) => name === kindName)
      if (this.#kinds[rank]?.spanAt(startMs).startMs !== startMs) throw unknownRecord(key)
      if (head === undefined) throw missingRecord(key)
      const window = this.open(rank, startMs)
      // In the order of their cells; users refer to these.
      parts.sort(([a, i], [b, j]) => a < b ? -1 : a > b ? 1 : i - j)
      window.load(parts)
      window.readFrom(head, parts.filter(([what]) => what === 'users').length)
      return window
    })
    this.#touched = new Set()
    return windows
  }

  #keyOf({ kind, startMs }: GroupWindow): string {
    return `by/${this.#index}/${kind.name}/${startMs / 1000}`
  }
}

/** The records of one window. */
export interface WindowRecords {
  readonly kindName: string
  readonly startMs: number
  head: RecordReader | undefined
  readonly parts: (readonly [what: string, place: number, RecordReader])[]
}

/** Takes the records of groups, a step each, and gives back the others. */
export class GroupRecords {
  readonly #byPlace = new Map<number, Map<string, WindowRecords>>()

  of(place: number): ReadonlyMap<string, WindowRecords> {
    const windows = this.#byPlace.get(place) ?? new Map()
    this.#byPlace.delete(place)
    return windows
  }

  *load(records: Iterable<StateRecord>): Generator<StateRecord> {
    for (const [key, value] of records) {
      const [, place, kindName = '', start, what, part] = keyPattern.exec(key) ?? []
      if (place === undefined) {
        yield [key, value]
        continue
      }
      const windows = this.#byPlace.get(Number(place)) ?? new Map<string, WindowRecords>()
      this.#byPlace.set(Number(place), windows)
      const windowKey = `by/${place}/${kindName}/${start}`
      const startMs = Math.round(Number(start) * 1000)
      const known = windows.get(windowKey) ?? { kindName, startMs, head: undefined, parts: [] }
      windows.set(windowKey, known)
      const record = new RecordReader(key, value)
      if (what === undefined) known.head = record
      else known.parts.push([what, Number(part), record])
    }
  }

  /** Throws where there are any of other breakdowns. */
  end(): void {
    for (const windows of this.#byPlace.values()) {
      for (const key of windows.keys()) throw unknownRecord(key)
    }
  }
}
