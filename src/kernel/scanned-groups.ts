/**
 * The groups of frames that the scanner has found: it gives a fingerprint of the text of their values,
 * by which a group is known that was named before; only the names of new ones are read from the bytes.
 * Two texts with one fingerprint would be one group, with the chance that two users are one.
 *
 *   slot   fingerprint, lo | hi | number of the name + 1      0 in the third: empty
 */
import type { GroupIds } from './group-ids.ts'
import { groupText } from './group-value.ts'
import type { Scanner } from './module.ts'

const firstSlots = 1024
const noValue = 0xffffffff

export class ScannedGroups {
  readonly #groups: GroupIds
  readonly #keys: readonly number[]
  /** Per row: lo, hi. */
  readonly #hashes: Uint32Array
  readonly #starts: readonly Uint32Array[]
  readonly #ends: readonly Uint32Array[]
  #slots = new Uint32Array(3 * firstSlots)
  #size = 0
  #names: readonly string[]

  /** Of breakdown `place`, of these keys. */
  constructor(scanner: Scanner, groups: GroupIds, place: number, keys: readonly number[]) {
    const { memory: { buffer }, rowCapacity: { value: rows } } = scanner
    const column = (at: number, key: number) => new Uint32Array(buffer, at + key * rows * 4, rows)
    this.#groups = groups
    this.#names = groups.names
    this.#keys = keys
    this.#hashes = new Uint32Array(buffer, scanner.groupHashesAt.value + place * rows * 8, rows * 2)
    this.#starts = keys.map((key) => column(scanner.valueStartsAt.value, key))
    this.#ends = keys.map((key) => column(scanner.valueEndsAt.value, key))
  }

  /** Of the first `count` rows of the last scan, which become those from `firstRow` on. */
  take(bytes: Uint8Array, firstRow: number, count: number): void {
    const groups = this.#groups
    if (this.#names !== groups.names) this.#forget()
    const hashes = this.#hashes
    for (let row = 0; row < count; row++) {
      const lo = hashes[2 * row]!
      const hi = hashes[2 * row + 1]!
      const slots = this.#slots
      const at = findSlot(slots, lo, hi)
      const known = slots[at + 2]!
      groups.set(firstRow + row, known > 0 ? known - 1 : this.#learn(bytes, row, at))
    }
  }

  #learn(bytes: Uint8Array, row: number, at: number): number {
    const values = this.#keys.map((_, i) => {
      const start = this.#starts[i]![row]!
      return start === noValue ? 'null' : groupText(bytes, start, this.#ends[i]![row]!)
    })
    const id = this.#groups.idOf(values.join('\n'))
    this.#slots[at] = this.#hashes[2 * row]!
    this.#slots[at + 1] = this.#hashes[2 * row + 1]!
    this.#slots[at + 2] = id + 1
    if (++this.#size * 6 > this.#slots.length) this.#grow()
    return id
  }

  /** Names have other numbers. */
  #forget(): void {
    this.#names = this.#groups.names
    this.#slots = new Uint32Array(3 * firstSlots)
    this.#size = 0
  }

  #grow(): void {
    const slots = this.#slots
    const larger = new Uint32Array(slots.length * 2)
    for (let from = 0; from < slots.length; from += 3) {
      if (slots[from + 2] === 0) continue
      const at = findSlot(larger, slots[from]!, slots[from + 1]!)
      larger.set(slots.subarray(from, from + 3), at)
    }
    this.#slots = larger
  }
}

/** Where the fingerprint stands, else the empty slot where it belongs. */
function findSlot(slots: Uint32Array, lo: number, hi: number): number {
  const mask = slots.length / 3 - 1
  for (let slot = lo & mask;; slot = slot + 1 & mask) {
    const at = 3 * slot
    if (slots[at + 2] === 0 || (slots[at] === lo && slots[at + 1] === hi)) return at
  }
}
