/**
 * The groups of one window, each in a cell: cells are numbered as their groups come, and found by
 * the group's number (group-names.ts), by open addressing.
 */
const firstCells = 8

export class GroupCells {
  #index = new Uint32Array(2 * firstCells)
  /** Of each cell the number of its group. */
  #groups = new Uint32Array(firstCells)
  #frames = new Float64Array(firstCells)
  #count = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#index.byteLength + this.#groups.byteLength + this.#frames.byteLength
  }

  group(cell: number): number {
    return this.#groups[cell]!
  }

  frames(cell: number): number {
    return this.#frames[cell]!
  }

  addFrames(cell: number, frames: number): void {
    this.#frames[cell]! += frames
  }

  /** The cell of a group; -1: it has none. */
  find(group: number): number {
    const index = this.#index
    const groups = this.#groups
    const mask = index.length - 1
    for (let at = Math.imul(group, 0x9e3779b1) >>> 7 & mask;; at = at + 1 & mask) {
      const cell = index[at]! - 1
      if (cell < 0 || groups[cell] === group) return cell
    }
  }

  /** A new one, for a group that has none. */
  add(group: number): number {
    if (this.#count === this.#groups.length) this.#grow()
    const cell = this.#count++
    this.#groups[cell] = group
    this.#enter(cell)
    return cell
  }

  #enter(cell: number): void {
    const index = this.#index
    const mask = index.length - 1
    let at = Math.imul(this.#groups[cell]!, 0x9e3779b1) >>> 7 & mask
    while (index[at] !== 0) at = at + 1 & mask
    index[at] = cell + 1
  }

  #grow(): void {
    const groups = new Uint32Array(this.#count * 2)
    groups.set(this.#groups)
    this.#groups = groups
    const frames = new Float64Array(this.#count * 2)
    frames.set(this.#frames)
    this.#frames = frames
    this.#index = new Uint32Array(this.#count * 4)
    for (let cell = 0; cell < this.#count; cell++) this.#enter(cell)
  }
}
