/**
 * The beginning of a line of uc-extract, up to its uid: `{"ts":1468244340.5,"uid":"`, unix seconds
 * with at most three decimals. It is changed in place, and only where the time is another than
 * that of the line before: most neighbouring frames are of the same second.
 */
import type { Piece } from './byte-writer.ts'

const open = new TextEncoder().encode('{"ts":')
const POINT = 0x2e
const ZERO = 0x30
// `,"uid":"` as two little-endian words.
const beforeUid = [0x6975222c, 0x223a2264] as const

export class ExtractedBegin implements Piece {
  readonly doubles: DataView = new DataView(new ArrayBuffer(32))
  length = 0
  #tsMs = NaN
  #second = NaN
  /** Behind the digits of the second. */
  #end = 0

  constructor() {
    open.forEach((byte, i) => this.doubles.setUint8(i, byte))
  }

  /** Of a time from 1970 on. */
  set(tsMs: number): void {
    if (tsMs === this.#tsMs) return
    this.#tsMs = tsMs
    const second = Math.floor(tsMs / 1000)
    if (second !== this.#second) this.#setSecond(second)
    const at = this.#setFraction(tsMs - second * 1000)
    this.doubles.setInt32(at, beforeUid[0], true)
    this.doubles.setInt32(at + 4, beforeUid[1], true)
    this.length = at + 8
  }

  #setSecond(second: number): void {
    this.#second = second
    let digits = 1
    for (let power = 10; power <= second; power *= 10) digits++
    this.#end = open.length + digits
    // In two parts, each of which is an integer of 32 bits.
    const upper = Math.floor(second / 1e6)
    let at = this.#end - 1
    for (let rest = second - upper * 1e6; at >= open.length && at > this.#end - 7; at--) {
      this.doubles.setUint8(at, ZERO + rest % 10)
      rest = rest / 10 | 0
    }
    for (let rest = upper; at >= open.length; at--) {
      this.doubles.setUint8(at, ZERO + rest % 10)
      rest = rest / 10 | 0
    }
  }

  /** A point and decimals, no zero at the end. Returns the place behind. */
  #setFraction(ms: number): number {
    if (ms === 0) return this.#end
    const ones = ms % 10
    const tens = (ms - ones) / 10 % 10
    const hundreds = ms / 100 | 0
    const decimals = (ZERO + hundreds) << 8 | (ZERO + tens) << 16 | (ZERO + ones) << 24
    this.doubles.setInt32(this.#end, POINT | decimals, true)
    return this.#end + (ones !== 0 ? 4 : tens !== 0 ? 3 : 2)
  }
}
