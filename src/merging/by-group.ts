/** By group: one value for all frames, and one for each group of each breakdown that is there. */
import { type Breakdown, Group, othersName } from '../group.ts'

export interface OfBreakdown<T> {
  readonly breakdown: Breakdown
  /** What the group is called that others are counted in. */
  readonly othersName: string
  /** By the names of the groups, in the order in which they came. */
  readonly groups: Map<string, T>
}

const none: readonly never[] = []

export class ByGroup<T> {
  total: T | undefined
  /** Most windows have none, and there may be a million windows. */
  #breakdowns: Map<string, OfBreakdown<T>> | undefined

  get(by: Group | undefined): T | undefined {
    if (by === undefined) return this.total
    return this.#breakdowns?.get(JSON.stringify(by.breakdown))?.groups.get(by.name)
  }

  set(by: Group | undefined, value: T): void {
    if (by === undefined) this.total = value
    else this.of(by.breakdown).groups.set(by.name, value)
  }

  of(breakdown: Breakdown): OfBreakdown<T> {
    const key = JSON.stringify(breakdown)
    const breakdowns = this.#breakdowns ??= new Map<string, OfBreakdown<T>>()
    let known = breakdowns.get(key)
    if (known === undefined) {
      known = { breakdown, othersName: othersName(breakdown), groups: new Map() }
      breakdowns.set(key, known)
    }
    return known
  }

  /** By the names of their keys, whichever came first. */
  get breakdowns(): readonly OfBreakdown<T>[] {
    if (this.#breakdowns === undefined) return none
    const sorted = [...this.#breakdowns].sort(([a], [b]) => a < b ? -1 : 1)
    return sorted.map(([, each]) => each)
  }
}
