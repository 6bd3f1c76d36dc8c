/**
 * In which slices each user was last: the latest, and the one before. A user who is new in a slice is
 * new in those windows with it that hold neither the last slice before with that user nor the next
 * one behind. Frames come nearly in order, so that these two places nearly always tell both.
 *
 *   slot   lo | hi   latest | before      begins of slices; −∞: there is none
 *
 * By open addressing, half to three quarters full: 32 to 48 bytes a user, however many windows
 * overlap. As it fills up, those are dropped who were last in a slice that is over.
 */
import type { Reserve } from '../counter/counter.ts'
import { forEachSlot } from '../counter/slots.ts'

const firstSlots = 16

export class LastSlices {
  #users = new Uint32Array(2 * firstSlots)
  #starts = new Float64Array(2 * firstSlots)
  #size = 0
  readonly #oldestMs: () => number
  readonly #reserve: Reserve | undefined
  /** Found by `put`. −∞ and ∞: there is none. */
  beforeMs: number = -Infinity
  behindMs: number = Infinity

  /** `oldestMs`: begin of the first slice that is not over. */
  constructor(oldestMs: () => number, reserve?: Reserve) {
    this.#oldestMs = oldestMs
    this.#reserve = reserve
    this.#starts.fill(-Infinity)
  }

  get bytes(): number {
    return this.#users.byteLength + this.#starts.byteLength
  }

  /**
   * The user is new in the slice that begins then: sets the begins of the nearest slices with the
   * user. False: these two places do not tell.
   */
  put(hi: number, lo: number, startMs: number): boolean {
    const starts = this.#starts
    const at = this.#find(hi, lo)
    const latestMs = starts[at]!
    if (latestMs === -Infinity) this.#insert(at, hi, lo, startMs)
    else if (latestMs < startMs) {
      starts[at] = startMs
      starts[at + 1] = latestMs
    }
    this.beforeMs = latestMs
    this.behindMs = Infinity
    if (latestMs < startMs) return true
    const beforeMs = starts[at + 1]!
    if (beforeMs >= startMs) return false
    starts[at + 1] = startMs
    this.beforeMs = beforeMs
    this.behindMs = latestMs
    return true
  }

  /** Place of the user, or of an empty slot. */
  #find(hi: number, lo: number): number {
    const [users, starts] = [this.#users, this.#starts]
    const mask = users.length - 1
    let at = lo << 1 & mask
    while (starts[at] !== -Infinity && (users[at] !== lo >>> 0 || users[at + 1] !== hi >>> 0)) {
      at = at + 2 & mask
    }
    return at
  }

  #insert(at: number, hi: number, lo: number, startMs: number): void {
    this.#users[at] = lo
    this.#users[at + 1] = hi
    this.#starts[at] = startMs
    if (++this.#size * 8 > this.#users.length * 3) this.#rebuild()
  }

  #rebuild(): void {
    const [users, starts, oldestMs] = [this.#users, this.#starts, this.#oldestMs()]
    let left = 0
    for (let at = 0; at < starts.length; at += 2) if (starts[at]! >= oldestMs) left++
    let slots = firstSlots
    while (left * 2 > slots) slots *= 2
    this.#reserve?.(slots * 24)
    this.#users = new Uint32Array(2 * slots)
    this.#starts = new Float64Array(2 * slots).fill(-Infinity)
    this.#size = left
    forEachSlot(users.length / 2, (slot) => {
      const at = 2 * slot
      if (!(starts[at]! >= oldestMs)) return
      const [lo, hi] = [users[at]!, users[at + 1]!]
      const to = this.#find(hi, lo)
      this.#users[to] = lo
      this.#users[to + 1] = hi
      this.#starts[to] = starts[at]!
      this.#starts[to + 1] = starts[at + 1]!
    })
  }
}
