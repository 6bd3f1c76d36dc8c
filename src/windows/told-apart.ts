/**
 * The groups that one window tells apart, a cell each. Where there are --max-groups of them, further
 * ones are counted among the others, in one cell.
 */
import { type Breakdown, othersName } from '../group.ts'
import { GroupCells } from './group-cells.ts'
import type { GroupNames } from './group-names.ts'

export interface ToldApartOptions {
  readonly breakdown: Breakdown
  readonly names: GroupNames
  /** So many groups are told apart in a window. */
  readonly mostGroups: number
  /** A frame is counted among the others, as its group did not become one of them. */
  readonly folded: () => void
}

export class ToldApart extends GroupCells {
  readonly #options: ToldApartOptions
  /** The cell of the others; -1: there are none. */
  others = -1

  constructor(options: ToldApartOptions) {
    super()
    this.#options = options
  }

  name(cell: number): string {
    return this.#options.names.name(this.group(cell))
  }

  /** The cell in which the group counts, by its number. */
  cellOf(group: number): number {
    const cell = this.find(group)
    return cell < 0 ? this.#newCell(group) : cell
  }

  /** The same for one that has been asked for before. */
  knownCellOf(group: number): number {
    const cell = this.find(group)
    return cell < 0 ? this.others : cell
  }

  override add(group: number): number {
    this.#options.names.hold(group)
    return super.add(group)
  }

  /** The window is over. */
  release(): void {
    for (let cell = 0; cell < this.count; cell++) this.#options.names.release(this.group(cell))
  }

  #newCell(group: number): number {
    const { names, breakdown, mostGroups, folded } = this.#options
    const toldApart = this.others < 0 ? this.count : this.count - 1
    const others = othersName(breakdown)
    const isOther = names.name(group) === others
    if (toldApart < mostGroups && !isOther) return this.add(group)
    if (!isOther) folded()
    if (this.others < 0) this.others = this.add(names.number(others))
    return this.others
  }
}
