/**
 * The users of all groups of one window, by the cell of each group. Those of small groups stand in
 * one table, by open addressing, so that a group of one user takes a slot and not a counter:
 *
 *   slot   lo | hi | cell + 1      0 in the third: empty
 *
 * It doubles when four fifths are full: 15 to 30 bytes a user and group. A group of more than
 * `mostListed` users gets a counter of its own when the table grows: what is counted depends on the
 * set of users alone, whichever of the two has them.
 */
import type { Counted, Counter, Reserve } from './counter.ts'
import { ExactSet } from './exact.ts'
import type { Sketch } from './sketch.ts'
import { forEachSlot } from './slots.ts'

export interface GroupedUsersOptions {
  readonly newCounter: () => Counter
  /** As many users of a group may be counted one by one. */
  readonly mostListed: number
  /** Whether of users counted one by one a line says how many there are, and nothing else. */
  readonly isPlain: boolean
  readonly reserve?: Reserve | undefined
}

const firstSlots = 16
/** More slots are not made before they are used. */
const mostExpected = 2 ** 16
const firstCells = 8
/** A table of fewer grows fast. */
const fewNumbers = 3 * 4096
/** In place of the number of users: they have a counter. */
const counted = 0xffffffff
/** A table that takes more is asked for. */
const smallBytes = 2 ** 20

export class GroupedUsers {
  readonly #options: GroupedUsersOptions
  #slots: Uint32Array<ArrayBuffer>
  #size = 0
  /** Per cell: how many users of it are in the table. */
  #listed = new Uint32Array(firstCells)
  /** Whether one of them has more than may be. */
  #isCrowded = false
  readonly #counters = new Map<number, Counter>()

  /** `expected`: about so many users in groups will come; what is wrong with it costs memory. */
  constructor(options: GroupedUsersOptions, expected = 0) {
    this.#options = options
    let slots = firstSlots
    while (slots < mostExpected && slots * 4 < expected * 5) slots *= 2
    this.#slots = new Uint32Array(3 * slots)
  }

  /** Users in groups, those of counters aside. */
  get size(): number {
    return this.#size
  }

  /** What those take who are counted one by one. */
  get exactBytes(): number {
    let bytes = this.#slots.byteLength + this.#listed.byteLength
    for (const { state } of this.#counters.values()) {
      if (state instanceof ExactSet) bytes += state.bytes
    }
    return bytes
  }

  get sketchBytes(): number {
    let bytes = 0
    for (const { state } of this.#counters.values()) {
      if (!(state instanceof ExactSet)) bytes += state.bytes
    }
    return bytes
  }

  /** Whether the user is new in that cell. */
  add(cell: number, hi: number, lo: number): boolean {
    if (cell >= this.#listed.length) this.#reserveCells(cell)
    if (this.#listed[cell] === counted) return this.#counters.get(cell)!.add(hi, lo)
    const slots = this.#slots
    const at = findSlot(slots, cell, hi >>> 0, lo >>> 0)
    if (slots[at + 2] !== 0) return false
    slots[at] = lo
    slots[at + 1] = hi
    slots[at + 2] = cell + 1
    if (++this.#listed[cell]! > this.#options.mostListed) this.#isCrowded = true
    if (++this.#size * 15 > slots.length * 4) this.#grow()
    return true
  }

  has(cell: number, hi: number, lo: number): boolean {
    if (this.#listed[cell] === counted) return this.#counters.get(cell)!.has(hi, lo)
    return this.#slots[findSlot(this.#slots, cell, hi >>> 0, lo >>> 0) + 2] !== 0
  }

  /** Adds the users that a counter of that cell holds. */
  addState(cell: number, state: ExactSet | Sketch): void {
    if (state instanceof ExactSet) {
      state.forEach((hi, lo) => this.add(cell, hi, lo))
      return
    }
    if (cell >= this.#listed.length) this.#reserveCells(cell)
    if (this.#listed[cell] !== counted) this.#giveCounters((each) => each === cell)
    this.#counters.get(cell)!.merge(state)
  }

  /** Adds what another one of the same window has, or of another whose cells are `cellOf` here. */
  merge(other: GroupedUsers, cellOf: (cell: number) => number = (cell) => cell): void {
    other.forEach((cell, hi, lo) => this.add(cellOf(cell), hi, lo))
    for (const [cell, { state }] of other.#counters) this.addState(cellOf(cell), state)
  }

  /** Each user of each cell without a counter, in an order without meaning. */
  forEach(visit: (cell: number, hi: number, lo: number) => void): void {
    const slots = this.#slots
    forEachSlot(slots.length / 3, (slot) => {
      const cell = slots[3 * slot + 2]!
      if (cell !== 0) visit(cell - 1, slots[3 * slot + 1]!, slots[3 * slot]!)
    })
  }

  /** How many users a cell has, where its line says nothing else; else undefined. */
  plainCount(cell: number): number | undefined {
    const { isPlain, mostListed } = this.#options
    const users = this.#listed[cell] ?? 0
    return isPlain && users <= mostListed ? users : undefined
  }

  /** What lines say of the others of these cells. */
  estimates(cells: readonly number[]): ReadonlyMap<number, Counted> {
    const estimates = new Map<number, Counted>()
    const others = cells.filter((cell) => this.plainCount(cell) === undefined)
    for (const [cell, counter] of this.#countersOf(others)) estimates.set(cell, counter.estimate())
    return estimates
  }

  /** One counter with the users of all cells for which it is so. */
  union(isIn: (cell: number) => boolean): Counter {
    const union = this.#options.newCounter()
    this.forEach((cell, hi, lo) => {
      if (isIn(cell)) union.add(hi, lo)
    })
    for (const [cell, { state }] of this.#counters) if (isIn(cell)) union.merge(state)
    return union
  }

  /** The cells with counters. */
  counters(): Iterable<readonly [cell: number, Counter]> {
    return this.#counters
  }

  /** Not to be changed. Those of the table are gathered cell by cell first. */
  *#countersOf(cells: readonly number[]): Generator<readonly [cell: number, Counter]> {
    const listed = cells.filter((cell) => this.#listed[cell] !== counted)
    for (const cell of cells) {
      const counter = this.#counters.get(cell)
      if (counter !== undefined) yield [cell, counter]
    }
    if (listed.length === 0) return
    /** Where the next user of a cell goes; 0: it is not asked for. */
    const next = new Uint32Array(this.#listed.length)
    let end = 1
    for (const cell of listed) {
      next[cell] = end
      end += this.#listed[cell] ?? 0
    }
    const pairs = new Uint32Array(2 * end)
    this.forEach((cell, hi, lo) => {
      const at = next[cell]!
      if (at === 0) return
      pairs[2 * at] = hi
      pairs[2 * at + 1] = lo
      next[cell] = at + 1
    })
    let at = 1
    for (const cell of listed) {
      const counter = this.#options.newCounter()
      for (const last = at + (this.#listed[cell] ?? 0); at < last; at++) {
        counter.add(pairs[2 * at]!, pairs[2 * at + 1]!)
      }
      yield [cell, counter]
    }
  }

  #grow(): void {
    if (this.#isCrowded) {
      const { mostListed } = this.#options
      this.#isCrowded = false
      this.#giveCounters((cell) => this.#listed[cell]! > mostListed)
      if (this.#size * 15 <= this.#slots.length * 4) return
    }
    const times = this.#slots.length < fewNumbers ? 4 : 2
    const largerBytes = this.#slots.byteLength * times
    if (largerBytes > smallBytes && this.#options.reserve?.(largerBytes) === false) {
      if (this.#size * 60 < this.#slots.length * 19) return // slower, but there is room in it
    }
    this.#move(new Uint32Array(this.#slots.length * times))
  }

  /** Slot order is harmless here: half the slots stay free wherever one looks. */
  #move(larger: Uint32Array<ArrayBuffer>): void {
    const slots = this.#slots
    for (let from = 0; from < slots.length; from += 3) {
      const name = slots[from + 2]!
      if (name === 0) continue
      const [lo, hi] = [slots[from]!, slots[from + 1]!]
      const at = findSlot(larger, name - 1, hi, lo)
      larger[at] = lo
      larger[at + 1] = hi
      larger[at + 2] = name
    }
    this.#slots = larger
  }

  /** Takes the users of these cells out of the table. */
  #giveCounters(isTheirs: (cell: number) => boolean): void {
    this.#rebuild(this.#slots.length, isTheirs)
    for (let cell = 0; cell < this.#listed.length; cell++) {
      if (this.#listed[cell] === counted || !isTheirs(cell)) continue
      if (!this.#counters.has(cell)) this.#counters.set(cell, this.#options.newCounter())
      this.#listed[cell] = counted
    }
  }

  #rebuild(length: number, isTaken: (cell: number) => boolean): void {
    const { newCounter } = this.#options
    const slots = new Uint32Array(length)
    let size = 0
    this.forEach((cell, hi, lo) => {
      if (isTaken(cell)) {
        let counter = this.#counters.get(cell)
        if (counter === undefined) this.#counters.set(cell, counter = newCounter())
        counter.add(hi, lo)
        return
      }
      const at = findSlot(slots, cell, hi, lo)
      slots[at] = lo
      slots[at + 1] = hi
      slots[at + 2] = cell + 1
      size++
    })
    this.#slots = slots
    this.#size = size
  }

  #reserveCells(cell: number): void {
    let length = this.#listed.length
    while (length <= cell) length *= 2
    const larger = new Uint32Array(length)
    larger.set(this.#listed)
    this.#listed = larger
  }
}

/** Where the user of the cell stands, else the empty slot where it belongs. */
function findSlot(slots: Uint32Array, cell: number, hi: number, lo: number): number {
  const last = slots.length - 3
  const mask = slots.length / 3 - 1
  const name = cell + 1
  let at = 3 * ((lo ^ Math.imul(name, 0x9e3779b1)) & mask)
  while (
    slots[at + 2] !== 0 && (slots[at] !== lo || slots[at + 1] !== hi || slots[at + 2] !== name)
  ) {
    at = at === last ? 0 : at + 3
  }
  return at
}
