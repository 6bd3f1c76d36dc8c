/**
 * Coupons: what a small sketch keeps of each user, as in Apache DataSketches (HllUtil.coupon). All
 * that any number of registers up to 2^26 would learn from the user stands in it:
 *
 *   31    26 25                      0
 *  |  rank  |   address: low bits of h1 |      rank: leading zeros of h2, plus 1
 *
 * Worked through for the uid "12", whose fingerprint is hi = 6c94c7eb, lo = ebf792e8 (hash.ts):
 *   address = hi >>> 6 = 1b2531f
 *   rank    = 1, since the first rank bit, hi & 20, is set
 *   coupon  = 1 << 26 | 1b2531f = 5b2531f
 *
 * Two users share a coupon with P = 2^-26 / 3, so a set of c coupons stands for very nearly c users:
 * 0.006 are missed on average at 1,536 coupons, the most that a sketch of 2^14 registers keeps.
 */
import { forEachSlot } from './slots.ts'

const addressBits = 26
const addressMask = 2 ** addressBits - 1

/** The largest rank that a coupon of DataSketches has. */
export const maxRank = 63

export function addressOf(coupon: number): number {
  return coupon & addressMask
}

export function rankOf(coupon: number): number {
  return coupon >>> addressBits
}

export function couponOf(address: number, rank: number): number {
  return (rank << addressBits | address) >>> 0
}

/** Distinct coupons, by open addressing: no coupon is 0, as no rank is. */
export class CouponSet {
  #size = 0
  #slots = new Uint32Array(8)

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength
  }

  has(coupon: number): boolean {
    return this.#slots[findSlot(this.#slots, coupon)] !== 0
  }

  /** Whether the coupon is new. */
  add(coupon: number): boolean {
    const slot = findSlot(this.#slots, coupon)
    if (this.#slots[slot] !== 0) return false
    this.#slots[slot] = coupon
    this.#size++
    if (this.#size * 4 > this.#slots.length * 3) this.#grow()
    return true
  }

  /** Each coupon once, in an order without meaning. The set must not change meanwhile. */
  forEach(visit: (coupon: number) => void): void {
    const slots = this.#slots
    forEachSlot(slots.length, (slot) => {
      const coupon = slots[slot] ?? 0
      if (coupon !== 0) visit(coupon)
    })
  }

  /** In the one order that all equal sets have. */
  ascending(): Uint32Array {
    return this.#slots.filter((coupon) => coupon !== 0).sort()
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    for (const coupon of this.#slots) {
      if (coupon !== 0) slots[findSlot(slots, coupon)] = coupon
    }
    this.#slots = slots
  }
}

/** The slot that holds the coupon, else the empty one where it belongs. */
function findSlot(slots: Uint32Array, coupon: number): number {
  const mask = slots.length - 1
  let slot = coupon & mask
  while (slots[slot] !== coupon && slots[slot] !== 0) slot = slot + 1 & mask
  return slot
}
