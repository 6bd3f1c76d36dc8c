/**
 * The registers of an image that holds them (image.ts), in the three widths that DataSketches writes:
 *
 *   HLL_8   a byte each
 *   HLL_6   four in three bytes, the first one in the lowest bits; one byte of padding
 *   HLL_4   two in a byte, the first one in the lower half: the register minus curMin, or 15 for those
 *           that are larger still. These stand behind, as coupons whose address is the slot: one
 *           after the other where the image is compact, else in a table of 2^lgArr slots.
 *
 * Worked through, HLL_6: the bytes 41 20 0c are the registers 1, 1, 2, 3: 000011 000010 000001 000001.
 */
import { addressOf, maxRank, rankOf } from './coupons.ts'
import { flags, headBytes, modes, widths } from './image.ts'

const start = headBytes[modes.hll]!
/** In 4 bits: see among the exceptions. */
const exception = 15

/** The registers, perhaps those bytes themselves, or what is wrong with them. */
export function registersIn(bytes: Uint8Array, view: DataView): Uint8Array | string {
  const [, , , precision = 0, , , , modeBits = 0] = bytes
  const width = modeBits >> 2
  const number = 2 ** precision
  if (width === widths.hll4) return fourBits(bytes, view, number)
  const exceptions = view.getUint32(36, true)
  if (exceptions !== 0) return `${exceptions} exceptions, which only 4-bit registers have`
  const expected = start + (width === widths.hll6 ? number * 3 / 4 + 1 : number)
  if (bytes.length !== expected) return `${bytes.length} bytes; expected ${expected}`
  if (width === widths.hll6) return sixBits(bytes, number)
  for (let i = 0; i < number; i++) {
    const rank = bytes[start + i]!
    if (rank > maxRank) return `register ${i} holds ${rank}, more than ${maxRank}`
  }
  return bytes.subarray(start)
}

function sixBits(bytes: Uint8Array, number: number): Uint8Array {
  const registers = new Uint8Array(number)
  for (let i = 0, at = start; i < number; i += 4, at += 3) {
    const four = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16
    registers[i] = four & 0x3f
    registers[i + 1] = four >> 6 & 0x3f
    registers[i + 2] = four >> 12 & 0x3f
    registers[i + 3] = four >> 18
  }
  return registers
}

function fourBits(bytes: Uint8Array, view: DataView, number: number): Uint8Array | string {
  const [, , , , lgSlots = 0, flagBits = 0, least = 0] = bytes
  if (least > maxRank) return `registers from ${least} on, more than ${maxRank}`
  const end = start + number / 2
  const exceptions = view.getUint32(36, true)
  const isCompact = (flagBits & flags.compact) !== 0
  // Without exceptions there may be an empty table, whose size the head does not say.
  const slots = isCompact
    ? exceptions
    : exceptions > 0
    ? 2 ** lgSlots
    : Math.max(0, bytes.length - end) / 4
  const expected = end + slots * 4
  const isTable = isCompact || (Number.isInteger(slots) && (slots & slots - 1) === 0)
  if (bytes.length !== expected || !isTable || exceptions > slots) {
    return `${bytes.length} bytes; expected ${expected}, for ${exceptions} exceptions`
  }
  const registers = new Uint8Array(number)
  let missing = 0
  for (let i = 0; i < number; i++) {
    const nibble = bytes[start + (i >> 1)]! >> (i & 1) * 4 & 0xf
    if (nibble === exception) missing++
    else registers[i] = nibble + least
    if (registers[i]! > maxRank) return `register ${i} holds ${registers[i]}, more than ${maxRank}`
  }
  if (missing !== exceptions) return `${missing} exceptions, where the head says ${exceptions}`
  for (let at = end; at < expected; at += 4) {
    const coupon = view.getUint32(at, true)
    if (coupon === 0 && !isCompact) continue
    const [slot, rank] = [addressOf(coupon), rankOf(coupon)]
    const isException = (bytes[start + (slot >> 1)]! >> (slot & 1) * 4 & 0xf) === exception
    if (slot >= number || !isException || rank < least + exception || registers[slot] !== 0) {
      return `byte ${at}: no exception belongs to register ${slot}`
    }
    registers[slot] = rank
    missing--
  }
  return missing === 0 ? registers : `${missing} exceptions are missing`
}
