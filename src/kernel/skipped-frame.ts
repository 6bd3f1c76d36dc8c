/** A frame that is too long: its end is looked for, its bytes are not kept but for the first. */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import { isSpace } from './frame-begin.ts'
import { CR, LF } from './json-tokens.ts'
import { shownBytes } from './lines.ts'

export class SkippedFrame {
  /** Where it begins in its line, from 1; undefined: it is refused as a line. */
  readonly byte: number | undefined
  /** Whether it is JSON so far, and ends where that does. */
  isWalked: boolean
  /** How many line breaks it has had. */
  lines = 0
  readonly #head = new Uint8Array(shownBytes)
  #bytes = 0
  /** At the end of what was taken. */
  #blankBytes = 0
  #lastByte = 0

  constructor(byte: number | undefined, isWalked: boolean) {
    this.byte = byte
    this.isWalked = isWalked
  }

  /** Returns the place behind the last line break of the bytes; 0: they have none. */
  take(bytes: Uint8Array): number {
    const missing = shownBytes - this.#bytes
    if (missing > 0) this.#head.set(bytes.subarray(0, missing), this.#bytes)
    let lineStart = 0
    for (let lf = -1; (lf = bytes.indexOf(LF, lf + 1)) >= 0;) {
      this.lines++
      lineStart = lf + 1
    }
    this.#bytes += bytes.length
    this.#lastByte = bytes.at(-1) ?? this.#lastByte
    let blanks = 0
    while (blanks < bytes.length && isSpace(bytes[bytes.length - 1 - blanks]!)) blanks++
    this.#blankBytes = blanks === bytes.length ? this.#blankBytes + blanks : blanks
    return lineStart
  }

  /** Without what separates it from what follows. */
  get lineBytes(): number {
    const hasReturn = this.#lastByte === CR ? 1 : 0
    return this.#bytes - ((this.byte ?? 1) === 1 ? hasReturn : this.#blankBytes)
  }

  get head(): Uint8Array {
    return this.#head.subarray(0, Math.min(shownBytes, this.lineBytes))
  }

  writeTo(record: RecordWriter): void {
    record.bytes(this.#head).number(this.#bytes).number(this.#blankBytes).count(this.#lastByte)
    record.number(this.lines).number(this.byte ?? 0).flag(this.isWalked)
  }

  static from(record: RecordReader): SkippedFrame {
    const head = record.bytes()
    const [bytes, blankBytes, lastByte] = [record.number(), record.number(), record.count()]
    const lines = record.number()
    const skipped = new SkippedFrame(record.number() || undefined, record.flag())
    skipped.#head.set(head)
    skipped.#bytes = bytes
    skipped.#blankBytes = blankBytes
    skipped.#lastByte = lastByte
    skipped.lines = lines
    return skipped
  }
}
