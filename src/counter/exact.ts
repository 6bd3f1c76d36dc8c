/**
 * The users of one window, exactly: a set of 64-bit fingerprints by open addressing in a Uint32Array,
 * with both halves of one side by side: they come with one line of the cache, and fetching that is
 * what a look-up costs. The slot is given by the low bits of `lo`, which are mixed already (hash.ts).
 *
 * It doubles when four fifths are full, so that a user takes 10 to 20 bytes (30 while growing); a Set
 * of strings takes about a hundred. `npm run bench -- counter` measures 10.5 bytes at 100,000 users,
 * 16.6 at a million and 13.4 at ten million; by three quarters it was 21 at 100,000. At the worst, just
 * before it doubles, a new user is found missing in 13 steps (8.5 by three quarters).
 *
 * The first few stand in a list, which is looked through: a typed array takes 300 bytes beside what
 * it holds, which is most of what a window takes where a million of them have a user or two.
 */
import type { Reserve } from './counter.ts'
import { forEachSlot } from './slots.ts'

const mostInList = 6
const firstSlots = 16
/** A table that takes more is asked for. */
const smallBytes = 2 ** 20

export class ExactSet {
  #size = 0
  /** The fingerprint of two zeros marks an empty slot, so it cannot stand in the table. */
  #hasZero = false
  /** Of each of the first users `lo`, then `hi`, signed: V8 keeps such numbers without boxes. */
  #list: number[] = nobody
  /** Each slot holds `lo`, then `hi`. */
  #slots: Uint32Array | undefined
  readonly #reserve: Reserve | undefined

  /** `reserve` is asked before a large table is made. */
  constructor(reserve?: Reserve) {
    this.#reserve = reserve
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots?.byteLength ?? this.#list.length * 8
  }

  /** Whether the user is new. */
  add(hi: number, lo: number): boolean {
    const slots = this.#slots
    if (slots === undefined || (hi | lo) === 0) return this.#addSeldom(hi, lo)
    const at = findSlot(slots, hi >>> 0, lo >>> 0)
    if (slots[at] !== 0 || slots[at + 1] !== 0) return false
    slots[at] = lo
    slots[at + 1] = hi
    if (++this.#size * 5 > slots.length * 2) this.#grow(slots)
    return true
  }

  /** Apart from `add`, which is to stay short enough to be inlined. */
  #addSeldom(hi: number, lo: number): boolean {
    if (this.#slots === undefined) return this.#addToList(hi | 0, lo | 0)
    if (this.#hasZero) return false
    this.#hasZero = true
    this.#size++
    return true
  }

  has(hi: number, lo: number): boolean {
    const slots = this.#slots
    if (slots === undefined) return isListed(this.#list, hi | 0, lo | 0)
    if ((hi | lo) === 0) return this.#hasZero
    const at = findSlot(slots, hi >>> 0, lo >>> 0)
    return slots[at] !== 0 || slots[at + 1] !== 0
  }

  /** Each user once, in an order without meaning. The set must not change meanwhile. */
  forEach(visit: (hi: number, lo: number) => void): void {
    const slots = this.#slots
    const list = this.#list
    for (let i = 0; i < list.length; i += 2) visit(list[i + 1]! >>> 0, list[i]! >>> 0)
    if (this.#hasZero) visit(0, 0)
    if (slots === undefined) return
    forEachSlot(slots.length / 2, (slot) => {
      const lo = slots[2 * slot] ?? 0
      const hi = slots[2 * slot + 1] ?? 0
      if ((hi | lo) !== 0) visit(hi, lo)
    })
  }

  #addToList(hi: number, lo: number): boolean {
    const list = this.#list
    if (isListed(list, hi, lo)) return false
    if (list.length === 2 * mostInList) {
      this.#leaveList(list)
      return this.add(hi, lo)
    }
    if (list.length === 0) this.#list = [lo, hi] // no longer than that: pushing makes it 17
    else list.push(lo, hi)
    this.#size++
    return true
  }

  #leaveList(list: readonly number[]): void {
    this.#size = 0
    this.#list = nobody
    this.#slots = new Uint32Array(2 * firstSlots)
    for (let i = 0; i < list.length; i += 2) this.add(list[i + 1]!, list[i]!)
  }

  #grow(slots: Uint32Array): void {
    const largerBytes = slots.byteLength * 2
    if (largerBytes > smallBytes && this.#reserve?.(largerBytes) === false) {
      if (this.#size * 40 < slots.length * 19) return // slower, but there is room in it
    }
    const larger = new Uint32Array(slots.length * 2)
    // Slot order is harmless here: half the slots stay free wherever one looks.
    for (let from = 0; from < slots.length; from += 2) {
      const lo = slots[from] ?? 0
      const hi = slots[from + 1] ?? 0
      if ((hi | lo) === 0) continue
      const at = findSlot(larger, hi, lo)
      larger[at] = lo
      larger[at + 1] = hi
    }
    this.#slots = larger
  }
}

/** One for all sets, which nobody changes. */
const nobody: number[] = []

function isListed(list: readonly number[], hi: number, lo: number): boolean {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === lo && list[i + 1] === hi) return true
  }
  return false
}

/** Where the fingerprint stands, else the empty slot where it belongs. */
function findSlot(slots: Uint32Array, hi: number, lo: number): number {
  const mask = slots.length - 1
  let at = lo << 1 & mask
  while (
    (slots[at] !== lo || slots[at + 1] !== hi) && (slots[at] !== 0 || slots[at + 1] !== 0)
  ) at = at + 2 & mask
  return at
}
