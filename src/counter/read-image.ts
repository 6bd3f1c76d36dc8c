/**
 * Reads an image of Apache DataSketches (drawn in image.ts) of any writer: LIST, SET and registers
 * of 4, 6 and 8 bits, compact or with the empty slots of their tables ("updatable").
 *
 * Nothing is believed that can be checked, as images come from strangers, and through files that may
 * be cut: the length has to be the one that follows from the head, to the byte; coupons have to be
 * distinct; registers have to give the sums and numbers that the head holds of them. So a damaged
 * image is refused, or it is another valid one.
 */
import { rankOf } from './coupons.ts'
import { rankCounts } from './ertl.ts'
import { family, flags, headBytes, lgListSlots, modes, powerSums, version } from './image.ts'
import { registersIn } from './packed-registers.ts'
import { mostCoupons, Sketch } from './sketch.ts'

const leastPrecision = 4
const mostPrecision = 21

/** The sketch, or what is wrong with the image. */
export function readImage(bytes: Uint8Array): Sketch | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) return cut(bytes.length, 8)
  const [words, serialVersion, familyId, precision, , flagBits, , modeBits] = bytes.subarray(0, 8)
  if (familyId !== family) return `family ${familyId}; expected 7, HLL`
  if (serialVersion !== version) return `version ${serialVersion}; expected 1`
  if (precision! < leastPrecision || precision! > mostPrecision) {
    return `2^${precision} registers; expected 2^${leastPrecision} to 2^${mostPrecision}`
  }
  const mode = modeBits! & 3
  if (modeBits! > 0xb || mode > modes.hll) return `mode ${modeBits} is unknown`
  const expectedWords = [2, 3, 10][mode]
  if (words !== expectedWords) return `a head of ${words} words; expected ${expectedWords}`
  const known = Object.values(flags).reduce((sum, flag) => sum + flag, 0)
  if ((flagBits! & ~known) !== 0) return `flags ${flagBits} are unknown`
  if (bytes.length < headBytes[mode]!) return cut(bytes.length, headBytes[mode]!)
  return mode === modes.hll ? ofRegisters(bytes, view) : ofCoupons(bytes, view)
}

function ofCoupons(bytes: Uint8Array, view: DataView): Sketch | string {
  const [, , , precision = 0, lgSlots = 0, flagBits = 0, listed = 0, modeBits = 0] = bytes
  const isList = (modeBits & 3) === modes.list
  const start = headBytes[modeBits & 3]!
  const number = isList ? listed : view.getUint32(8, true)
  if (number > (isList ? 7 : mostCoupons(precision)) || (!isList && precision < 8)) {
    return `${number} coupons, which are too many for 2^${precision} registers`
  }
  if ((flagBits & flags.empty) !== 0 && number > 0) return `marked as empty with ${number} coupons`
  const isCompact = (flagBits & flags.compact) !== 0
  const slots = isCompact ? number : 2 ** (isList ? lgListSlots : lgSlots)
  const expected = start + slots * 4
  if (bytes.length !== expected) return cut(bytes.length, expected)
  const sketch = new Sketch(precision)
  let read = 0
  for (let at = start; at < expected; at += 4) {
    const coupon = view.getUint32(at, true)
    if (coupon === 0 && !isCompact) continue
    if (rankOf(coupon) === 0) return `byte ${at}: no coupon, as its rank is 0`
    if (++read > number) return `more coupons than the ${number} of the head`
    sketch.addCoupon(coupon)
    if (sketch.coupons?.size !== read) return `byte ${at}: the coupon stands there twice`
  }
  return read === number ? sketch : `${read} coupons, where the head says ${number}`
}

function ofRegisters(bytes: Uint8Array, view: DataView): Sketch | string {
  const [, , , precision = 0, , flagBits = 0, least = 0] = bytes
  const registers = registersIn(bytes, view)
  if (typeof registers === 'string') return registers
  const counts = rankCounts(registers)
  // A union of theirs that is stored in mid-work says by a flag that the head lags behind.
  if ((flagBits & flags.unsettled) === 0) {
    const problem = headProblem(counts, least, view)
    if (problem !== undefined) return problem
  }
  const sketch = new Sketch(precision)
  if (counts[0]! < registers.length) sketch.addRegisters(registers)
  return sketch
}

/** How the head contradicts the registers, of which `counts` says how many have each rank. */
function headProblem(counts: Uint32Array, least: number, view: DataView): string | undefined {
  const atLeast = view.getUint32(32, true)
  if (counts.slice(0, least).some((count) => count > 0)) {
    return `registers below ${least}, the least`
  }
  if (atLeast !== (counts[least] ?? 0)) {
    return `${counts[least] ?? 0} registers hold ${least}, where the head says ${atLeast}`
  }
  // Writers divide the sum in two in their own ways. 2^-32 is less than what a rank of up to 30 can
  // change in it; larger ones are one in a billion users.
  const said = view.getFloat64(16, true) + view.getFloat64(24, true)
  const [below32, from32] = powerSums(counts)
  if (Math.abs(said - below32 - from32) < 2 ** -32) return undefined
  return `registers add up to ${below32 + from32}, where the head says ${said}`
}

function cut(length: number, expected: number): string {
  return `${length} bytes; expected ${expected}`
}
