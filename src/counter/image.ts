/**
 * Writes a sketch as an image of Apache DataSketches (PreambleUtil), which Java, Spark, C++ and Python
 * read. Numbers are little-endian. The first 8 bytes are those of every image:
 *
 *    0         1         2         3         4         5         6         7
 *   | words   | version | family  | lgK     | lgArr   | flags   | count   | mode    |
 *   | of head | 1       | 7, HLL  |         |         |         | /curMin |         |
 *
 *   LIST, up to 7 coupons            8 | coupon | coupon | …
 *   SET, up to 3/32 of 2^lgK         8 | number | 12 coupon | coupon | …
 *   HLL                              8 | HIP (double) | 16 KxQ0 (double) | 24 KxQ1 (double)
 *                                   32 | registers that are 0 | 36 exceptions | 40 registers …
 *
 *   lgArr   the table that DataSketches will make for the coupons has 2^lgArr slots
 *   flags   4 empty, 8 compact: no empty slots among the coupons, 16 out of order
 *   mode    bits 0-1: 0 LIST, 1 SET, 2 HLL; bits 2-3: width of registers, 0: 4, 1: 6, 2: 8 bits
 *   KxQ     sum of 2^-register over registers below 32 (KxQ0) and from 32 on (KxQ1)
 *
 * Worked through: the users "12" (rank 1, address 1b2531f) and "T" (rank 4, address 027a305) with 2^14
 * registers are a LIST of 2 coupons, 16 bytes:
 *
 *   02 01 07 0e   03 08 02 08   1f 53 b2 05   05 a3 27 10
 *
 * The order of coupons means nothing to a reader; ascending, equal sets have equal bytes. HIP is 0,
 * and registers are marked as out of order, so that readers estimate from the registers alone, as
 * they do for a union: HIP would depend on the order in which users came.
 */
import type { CouponSet } from './coupons.ts'
import { rankCounts } from './ertl.ts'
import type { Sketch } from './sketch.ts'

export const family = 7
export const version = 1
/** What `mode` holds: bits 0-1 and bits 2-3. */
export const modes = { list: 0, set: 1, hll: 2 } as const
export const widths = { hll4: 0, hll6: 1, hll8: 2 } as const
export const flags = { readOnly: 2, empty: 4, compact: 8, outOfOrder: 16, unsettled: 32 } as const
/** Bytes before the coupons or registers, by mode. */
export const headBytes: readonly number[] = [8, 12, 40]
/** A LIST has a table of 8 slots, a SET one of 32 or more. */
export const lgListSlots = 3
const lgLeastSetSlots = 5

export function imageOf({ precision, coupons, registers }: Sketch): Uint8Array {
  return registers === undefined
    ? couponImage(precision, coupons!)
    : registerImage(precision, registers)
}

/** How long its image is. */
export function imageBytes({ coupons, registers }: Sketch): number {
  if (registers !== undefined) return headBytes[modes.hll]! + registers.length
  const mode = coupons!.size < 2 ** lgListSlots ? modes.list : modes.set
  return headBytes[mode]! + coupons!.size * 4
}

function couponImage(precision: number, set: CouponSet): Uint8Array {
  const coupons = set.ascending()
  const isList = coupons.length < 2 ** lgListSlots
  const mode = isList ? modes.list : modes.set
  const [bytes, view] = newImage(precision, mode, coupons.length * 4)
  bytes[4] = isList ? lgListSlots : lgSetSlots(coupons.length)
  bytes[5] = flags.compact | (coupons.length === 0 ? flags.empty : 0)
  if (isList) bytes[6] = coupons.length
  else view.setUint32(8, coupons.length, true)
  coupons.forEach((coupon, i) => view.setUint32(headBytes[mode]! + i * 4, coupon, true))
  return bytes
}

/** A set doubles when more than three quarters are full. */
function lgSetSlots(coupons: number): number {
  let lg = lgLeastSetSlots
  while (coupons * 4 > 3 * 2 ** lg) lg++
  return lg
}

function registerImage(precision: number, registers: Uint8Array): Uint8Array {
  const [bytes, view] = newImage(precision, modes.hll, registers.length)
  bytes[5] = flags.compact | flags.outOfOrder
  const counts = rankCounts(registers)
  const [below32, from32] = powerSums(counts)
  view.setFloat64(16, below32, true)
  view.setFloat64(24, from32, true)
  view.setUint32(32, counts[0]!, true)
  bytes.set(registers, headBytes[modes.hll]!)
  return bytes
}

/** KxQ0 and KxQ1. No digit is lost: from the largest to the smallest power are less than 53 bits. */
export function powerSums(counts: Uint32Array): readonly [below32: number, from32: number] {
  const sum = (from: number) => {
    let sum = 0
    for (let rank = from + 31; rank > from; rank--) sum = (sum + (counts[rank] ?? 0)) / 2
    return sum + (counts[from] ?? 0)
  }
  return [sum(0), sum(32) / 2 ** 32]
}

function newImage(precision: number, mode: number, bodyBytes: number): [Uint8Array, DataView] {
  const bytes = new Uint8Array(headBytes[mode]! + bodyBytes)
  bytes.set([mode === modes.hll ? 10 : mode + 2, version, family, precision, 0, 0, 0])
  bytes[7] = widths.hll8 << 2 | mode
  return [bytes, new DataView(bytes.buffer)]
}
