/**
 * A sketch of a set of users: their coupons as long as they are few, registers beyond. When it turns
 * from the one into the other is the rule of Apache DataSketches (CouponHashSet.checkGrowOrPromote),
 * told by the number of distinct coupons alone. So equal sets of users give equal sketches, and
 * equal images (image.ts), in whatever order they came, in however many sketches that were merged.
 */
import { addressOf, couponOf, CouponSet, rankOf } from './coupons.ts'
import { estimateOfCoupons, estimateOfRegisters } from './estimate.ts'
import type { Estimate } from './counter.ts'
import { type HyperLogLog, hyperLogLog } from './hyperloglog.ts'

export class Sketch {
  #precision: number
  #coupons = new CouponSet()
  #registers: HyperLogLog | undefined

  /** It turns into 2^precision registers; precision from 4 to 21. */
  constructor(precision: number) {
    this.#precision = precision
  }

  get precision(): number {
    return this.#precision
  }

  /** The coupons, unless it has registers. */
  get coupons(): CouponSet | undefined {
    return this.#registers === undefined ? this.#coupons : undefined
  }

  /** The live registers, when it has them: the largest rank met in each slot, 0 for none. */
  get registers(): Uint8Array | undefined {
    return this.#registers?.registers
  }

  get bytes(): number {
    return this.registers?.length ?? this.#coupons.bytes
  }

  /** Adds a user by the fingerprint (hash.ts). Whether that changes anything. */
  add(hi: number, lo: number): boolean {
    const address = hi >>> 6
    const rank = leadingZeros(hi & 0x3f, lo) + 1
    if (this.#registers !== undefined) return this.#registers.raise(address, rank)
    return this.#keep(couponOf(address, rank))
  }

  /** Whether adding that user would change nothing. */
  has(hi: number, lo: number): boolean {
    const address = hi >>> 6
    const rank = leadingZeros(hi & 0x3f, lo) + 1
    if (this.#registers !== undefined) return this.#registers.rankAt(address) >= rank
    return this.#coupons.has(couponOf(address, rank))
  }

  addCoupon(coupon: number): void {
    if (this.#registers !== undefined) this.#registers.raise(addressOf(coupon), rankOf(coupon))
    else this.#keep(coupon)
  }

  /** Adds the users of another sketch. Of unequal precisions the smaller one remains. */
  merge({ precision, coupons, registers }: Sketch): void {
    this.foldTo(precision)
    coupons?.forEach((coupon) => this.addCoupon(coupon))
    if (registers !== undefined) this.addRegisters(registers)
  }

  /** Adds the users that 2^n registers have met, where n is no smaller than the precision. */
  addRegisters(registers: Uint8Array): void {
    this.#registers ??= this.#promoted()
    this.#registers.merge(registers)
  }

  /** Lowers the precision, where it is higher. */
  foldTo(precision: number): void {
    if (precision >= this.#precision) return
    this.#precision = precision
    if (this.#registers !== undefined) {
      const { registers } = this.#registers
      this.#registers = hyperLogLog(precision)
      this.#registers.merge(registers)
    } else if (this.#coupons.size > mostCoupons(precision)) {
      this.#registers = this.#promoted()
    }
  }

  estimate(): Estimate {
    if (this.#registers !== undefined) return estimateOfRegisters(this.#registers.registers)
    return estimateOfCoupons(this.#coupons.size, this.#precision)
  }

  #keep(coupon: number): boolean {
    if (!this.#coupons.add(coupon)) return false
    if (this.#coupons.size > mostCoupons(this.#precision)) this.#registers = this.#promoted()
    return true
  }

  #promoted(): HyperLogLog {
    const registers = hyperLogLog(this.#precision)
    this.#coupons.forEach((coupon) => registers.raise(addressOf(coupon), rankOf(coupon)))
    this.#coupons = new CouponSet() // lets go of the large one
    return registers
  }
}

/**
 * The most coupons that a sketch keeps: three quarters of a table of an eighth as many slots as it
 * has registers, so that they take half as much memory; 7 where that table would be too small.
 */
export function mostCoupons(precision: number): number {
  return precision < 8 ? 7 : 3 << precision - 5
}

/** Zeros before the first one of 38 bits: 6 of `upper`, 32 of `lower`, and a one behind. */
function leadingZeros(upper: number, lower: number): number {
  if (upper !== 0) return Math.clz32(upper) - 26
  return 6 + Math.clz32(lower)
}
