/**
 * The windows of one breakdown, with the groups that are there in any of them. In the state they
 * stand below `by/0`, `by/1` …, by the place of the breakdown (saved-groups.ts).
 */
import type { WindowedBatch } from '../records.ts'
import type { Put } from '../state/kept.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { WindowRecords } from './group-records.ts'
import { GroupNames } from './group-names.ts'
import { type GroupingOptions, GroupWindow } from './group-window.ts'
import { Tally } from './tally.ts'

export interface GroupTallyOptions extends Omit<GroupingOptions, 'names'> {
  readonly kinds: readonly WindowKind[]
  /** Per kind of window. */
  readonly latenessMs: readonly number[]
}

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
    /** Of each kind: the users of the window that has closed last. */
    const expected = kinds.map(() => 0)
    const closed = kinds.map((_, rank) => (users: number) => expected[rank] = users)
    super(kinds.length, (rank, startMs) => {
      const [kind, ofKindMs] = [kinds[rank]!, latenessMs[rank]!]
      const options = { kind, rank, startMs, latenessMs: ofKindMs, grouping }
      return new GroupWindow({ ...options, expectedUsers: expected[rank]!, closed: closed[rank]! })
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

  /** From its own records. Undefined: there is no such window. */
  load(records: WindowRecords): GroupWindow | undefined {
    const { kindName, startMs } = records
    const rank = this.#kinds.findIndex(({ name }) => name === kindName)
    if (this.#kinds[rank]?.spanAt(startMs).startMs !== startMs) return undefined
    const window = this.open(rank, startMs)
    records.loadInto(window)
    return window
  }

  /** All are loaded. */
  loaded(): void {
    this.#touched = new Set()
  }

  #keyOf({ kind, startMs }: GroupWindow): string {
    return `by/${this.#index}/${kind.name}/${startMs / 1000}`
  }
}
