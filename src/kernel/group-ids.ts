/**
 * The groups of the frames in columns, by one breakdown: a number for each name, and the names by
 * their numbers. Names are only added to a list that was handed out; where there are many it is begun
 * anew, so that memory does not follow all groups that ever were.
 */
import type { Breakdown } from '../group.ts'
import type { GroupColumn } from '../records.ts'

const mostNames = 2 ** 16
const mostLetters = 2 ** 24

export class GroupIds implements GroupColumn {
  readonly keys: Breakdown
  ids: Uint32Array
  names: readonly string[]
  readonly #known = new Map<string, number>()
  #letters = 0

  /** With `ids` and `names` it is a view of another one, to which nothing is added. */
  constructor(
    keys: Breakdown,
    ids: Uint32Array = new Uint32Array(64),
    names: readonly string[] = [],
  ) {
    this.keys = keys
    this.ids = ids
    this.names = names
  }

  /** The number of a name. */
  idOf(name: string): number {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const id = this.names.length
    const names = this.names as string[]
    names.push(name)
    this.#known.set(name, id)
    this.#letters += name.length
    return id
  }

  set(row: number, id: number): void {
    if (row >= this.ids.length) {
      const larger = new Uint32Array(2 * (row + 1))
      larger.set(this.ids)
      this.ids = larger
    }
    this.ids[row] = id
  }

  /** No row is left. Returns whether the numbers of names are others from now on. */
  clear(): boolean {
    if (this.names.length <= mostNames && this.#letters <= mostLetters) return false
    this.names = []
    this.#known.clear()
    this.#letters = 0
    return true
  }
}
