/** The windows of one breakdown, with the groups that are there in any of them. */
import type { WindowedBatch } from '../records.ts'
import type { WindowKind } from '../time/calendar.ts'
import { GroupNames } from './group-names.ts'
import { type GroupingOptions, GroupWindow } from './group-window.ts'
import { Tally } from './tally.ts'

export interface GroupTallyOptions extends Omit<GroupingOptions, 'names'> {
  readonly kinds: readonly WindowKind[]
  /** Per kind of window. */
  readonly latenessMs: readonly number[]
}

export class GroupTally extends Tally<GroupWindow> {
  readonly #index: number
  readonly #names: GroupNames

  constructor(options: GroupTallyOptions) {
    const { kinds, latenessMs, index } = options
    const names = new GroupNames()
    const grouping = { ...options, names }
    super(kinds.length, (rank, startMs) => {
      const [kind, ofKindMs] = [kinds[rank]!, latenessMs[rank]!]
      return new GroupWindow({ kind, rank, startMs, latenessMs: ofKindMs, grouping })
    })
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
}
