/**
 * Turns chunks of bytes into whole lines. What follows the last line break is kept for the next
 * chunk; a line that grows beyond the limit is not, only its beginning and its length, so that no
 * input makes the buffer grow without bound.
 */
import { CR, LF } from './json-tokens.ts'

/** How much of a line that is too long is kept, to be shown. */
export const headBytes = 1000
const firstCapacity = 128 * 1024

export interface LineSink {
  /** Whole lines [from, to) of `bytes`, each ending in LF. Valid until it returns. */
  lines(bytes: Uint8Array, from: number, to: number): void
  /** A line beyond the limit: its first bytes and its length, without the line break. */
  overlong(head: Uint8Array, lineBytes: number): void
}

export class LineBuffer {
  readonly #maxLineBytes: number
  #buffer = new Uint8Array(firstCapacity)
  #length = 0
  /** Of a line that has become too long: bytes seen so far; else 0. Its head is in the buffer. */
  #overlongBytes = 0
  #lastByte = 0

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes
  }

  push(chunk: Uint8Array, sink: LineSink): void {
    if (this.#overlongBytes > 0) {
      const lf = chunk.indexOf(LF)
      this.#skip(chunk, lf === -1 ? chunk.length : lf)
      if (lf === -1) return
      this.#endOverlong(sink)
      chunk = chunk.subarray(lf + 1)
    }
    if (this.#length === 0 && chunk.at(-1) === LF) {
      sink.lines(chunk, 0, chunk.length)
      return
    }
    this.#reserve(chunk.length)
    this.#buffer.set(chunk, this.#length)
    const behindLast = chunk.lastIndexOf(LF) + 1
    if (behindLast > 0) {
      const to = this.#length + behindLast
      sink.lines(this.#buffer, 0, to)
      this.#buffer.copyWithin(0, to, this.#length + chunk.length)
      this.#length = chunk.length - behindLast
    } else {
      this.#length += chunk.length
    }
    // One byte more than allowed may be the CR of a line break that is still to come.
    if (this.#length > this.#maxLineBytes + 1) {
      this.#overlongBytes = this.#length
      this.#lastByte = this.#buffer[this.#length - 1]!
    }
  }

  /** The input ends: the last line may lack its line break. */
  end(sink: LineSink): void {
    if (this.#overlongBytes > 0) {
      this.#endOverlong(sink)
    } else if (this.#length > 0) {
      this.#reserve(1)
      this.#buffer[this.#length] = LF
      sink.lines(this.#buffer, 0, this.#length + 1)
      this.#length = 0
    }
  }

  /** Gives back memory but for the line that was begun, while other inputs are read. */
  trim(): void {
    this.#buffer = this.#buffer.slice(0, this.#length)
  }

  /** Forgets a line that was begun. */
  clear(): void {
    this.#length = 0
    this.#overlongBytes = 0
  }

  #skip(chunk: Uint8Array, bytes: number): void {
    if (bytes === 0) return
    const missing = Math.min(bytes, Math.max(0, headBytes - this.#length))
    this.#reserve(missing)
    this.#buffer.set(chunk.subarray(0, missing), this.#length)
    this.#length += missing
    this.#overlongBytes += bytes
    this.#lastByte = chunk[bytes - 1]!
  }

  #endOverlong(sink: LineSink): void {
    const lineBytes = this.#lastByte === CR ? this.#overlongBytes - 1 : this.#overlongBytes
    this.#overlongBytes = 0
    this.#length = 0
    sink.overlong(this.#buffer.subarray(0, Math.min(headBytes, lineBytes)), lineBytes)
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
