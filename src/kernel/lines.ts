/**
 * Turns chunks of bytes into whole lines. What follows the last line break is kept for the next
 * chunk; a line that grows beyond the limit is not, only its beginning and its length, so that no
 * input makes the buffer grow without bound.
 *
 * The lines are handed out of a room, in which the line that was begun lies right before the next
 * chunk. A chunk that was read into the room is not copied; any other is, piece by piece.
 *
 *   | free   {"uid":"a","t | s":1}LF{"uid":"b"}LF{"uid":"c" |
 *            begun line    chunk
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import { CR, LF } from './json-tokens.ts'

/** How much of a line that is too long is kept, to be shown. */
export const shownBytes = 1000

/** Of a room, what lies before the chunk. */
const headBytes = 64 * 1024
const chunkBytes = 256 * 1024
export const roomBytes: number = headBytes + chunkBytes

/** Memory for one chunk at a time, and for the line that the one before has left unfinished. */
export class Room {
  readonly memory: Uint8Array
  /** Where a file or a pipe is best read into, from its beginning. */
  readonly chunk: Uint8Array

  /** `memory` has roomBytes. */
  constructor(memory: Uint8Array = new Uint8Array(roomBytes)) {
    this.memory = memory
    this.chunk = memory.subarray(headBytes)
  }

  /** Whether the bytes lie in it, and so need no copy. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.memory.buffer
  }
}

export interface LineSink {
  /** Whole lines [from, to) of `bytes`, each ending in LF. Valid until it returns. */
  lines(bytes: Uint8Array, from: number, to: number): void
  /** A line beyond the limit: its first bytes and its length, without the line break. */
  overlong(head: Uint8Array, lineBytes: number): void
  /**
   * A line of which the end has not come, [from, to), or as much as is at hand of it: it is asked
   * behind each chunk. Returns whether it is taken, and not to be kept until its end has come.
   */
  begun?(bytes: Uint8Array, from: number, to: number, isTooLong: boolean): boolean
}

export class LineBuffer {
  readonly #maxLineBytes: number
  readonly #room: Room
  readonly #memory: Uint8Array
  /** The line that was begun, where it has outgrown the room or the room is another's for a while. */
  #apart: Uint8Array | undefined
  /** Bytes of the line that was begun, in the room or apart. */
  #length = 0
  /** Of a line that has become too long: bytes seen so far; else 0. */
  #overlongBytes = 0
  readonly #shown = new Uint8Array(shownBytes)
  #lastByte = 0

  constructor(maxLineBytes: number, room: Room = new Room()) {
    this.#maxLineBytes = maxLineBytes
    this.#room = room
    this.#memory = room.memory
  }

  push(chunk: Uint8Array, sink: LineSink): void {
    for (let rest = chunk; rest.length > 0;) rest = rest.subarray(this.#take(rest, sink))
  }

  /** The input ends: the last line may lack its line break. */
  end(sink: LineSink): void {
    if (this.#overlongBytes > 0) this.#endOverlong(sink)
    else if (this.#length > 0) this.push(Uint8Array.of(LF), sink)
  }

  /** Leaves the room to others but for the line that was begun. */
  trim(): void {
    if (this.#length > 0) this.#apart ??= this.#memory.slice(headBytes - this.#length, headBytes)
  }

  /** Bytes of the line that was begun; 0: the last one has ended. */
  get begunBytes(): number {
    return this.#overlongBytes > 0 ? this.#overlongBytes : this.#length
  }

  /** Forgets a line that was begun. */
  clear(): void {
    this.#apart = undefined
    this.#length = 0
    this.#overlongBytes = 0
  }

  /** The line that was begun, so that whoever goes on goes on behind the last chunk. */
  writeTo(record: RecordWriter): void {
    const begun = this.#apart?.subarray(0, this.#length) ??
      this.#memory.subarray(headBytes - this.#length, headBytes)
    record.bytes(begun).number(this.#overlongBytes)
    if (this.#overlongBytes === 0) return
    record.bytes(this.#shown.subarray(0, this.#overlongBytes)).count(this.#lastByte)
  }

  readFrom(record: RecordReader): void {
    const begun = record.bytes()
    this.#apart = begun.length > 0 ? begun : undefined
    this.#length = begun.length
    this.#overlongBytes = record.number()
    if (this.#overlongBytes === 0) return
    this.#shown.set(record.bytes())
    this.#lastByte = record.count()
  }

  /** Returns how many bytes of the chunk it has taken. */
  #take(chunk: Uint8Array, sink: LineSink): number {
    if (this.#overlongBytes > 0) return this.#skip(chunk, sink)
    if (this.#apart !== undefined) return this.#extend(this.#apart, chunk, sink)
    const memory = this.#memory
    if (this.#room.holds(chunk)) {
      const start = chunk.byteOffset - memory.byteOffset
      this.#split(start, start + chunk.length, sink)
      return chunk.length
    }
    const length = Math.min(chunk.length, chunkBytes)
    memory.set(chunk.subarray(0, length), headBytes)
    this.#split(headBytes, headBytes + length, sink)
    return length
  }

  /** Hands out the lines that end in [start, end) of the room, and keeps what is behind them. */
  #split(start: number, end: number, sink: LineSink): void {
    let begun = start - this.#length
    const lf = this.#memory.lastIndexOf(LF, end - 1)
    if (lf >= start) {
      sink.lines(this.#memory, begun, lf + 1)
      begun = lf + 1
    }
    this.#length = end - begun
    if (this.#length > 0 && sink.begun?.(this.#memory, begun, end, this.#isTooLong()) === true) {
      this.#length = 0
      return
    }
    if (this.#isTooLong()) this.#beginOverlong(this.#memory.subarray(begun, end))
    else if (this.#length > headBytes) this.#apart = this.#memory.slice(begun, end)
    else this.#memory.copyWithin(headBytes - this.#length, begun, end)
  }

  /** Adds to the line that lies apart, until it is whole. */
  #extend(apart: Uint8Array, chunk: Uint8Array, sink: LineSink): number {
    const lf = chunk.indexOf(LF)
    const added = lf === -1 ? chunk.length : lf + 1
    const length = this.#length + added
    if (length > apart.length) {
      const larger = new Uint8Array(Math.max(length, apart.length * 2))
      larger.set(apart)
      apart = larger
    }
    apart.set(chunk.subarray(0, added), this.#length)
    if (lf === -1) {
      this.#apart = apart
      this.#length = length
      if (!this.#isTooLong()) return added
      if (sink.begun?.(apart, 0, length, true) === true) this.clear()
      else this.#beginOverlong(apart.subarray(0, length))
    } else {
      this.clear()
      sink.lines(apart, 0, length)
    }
    return added
  }

  /** One byte more than allowed may be the CR of a line break that is still to come. */
  #isTooLong(): boolean {
    return this.#length > this.#maxLineBytes + 1
  }

  #beginOverlong(line: Uint8Array): void {
    this.clear()
    this.#addOverlong(line)
  }

  #skip(chunk: Uint8Array, sink: LineSink): number {
    const lf = chunk.indexOf(LF)
    if (lf === -1) {
      this.#addOverlong(chunk)
      return chunk.length
    }
    this.#addOverlong(chunk.subarray(0, lf))
    this.#endOverlong(sink)
    return lf + 1
  }

  #addOverlong(bytes: Uint8Array): void {
    const missing = shownBytes - this.#overlongBytes
    if (missing > 0) this.#shown.set(bytes.subarray(0, missing), this.#overlongBytes)
    this.#overlongBytes += bytes.length
    this.#lastByte = bytes.at(-1) ?? this.#lastByte
  }

  #endOverlong(sink: LineSink): void {
    const lineBytes = this.#lastByte === CR ? this.#overlongBytes - 1 : this.#overlongBytes
    this.#overlongBytes = 0
    sink.overlong(this.#shown.subarray(0, Math.min(shownBytes, lineBytes)), lineBytes)
  }
}
