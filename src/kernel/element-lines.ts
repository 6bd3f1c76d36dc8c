/**
 * Elements of an array that are a line each, `{"uid":"a","ts":1},` or with the comma in front, as the
 * lines that they would be without it: those the scanner takes many at a time.
 */
import { CLOSE_BRACE, COMMA, CR, LF, OPEN_BRACE, skipSpace } from './json-tokens.ts'

/** So much is taken at once, or less after a line that was refused: it is taken again. */
const mostBytes = 256 * 1024
const leastBytes = 2 * 1024

export class ElementLines {
  bytes: Uint8Array = new Uint8Array(0)
  length = 0
  /** Whether a comma stands behind the last one. */
  hasComma = false
  #most = leastBytes
  /** Where each line begins in the input. */
  readonly #starts: number[] = []

  /** Takes lines of [at, end) as long as they look like elements. Returns the place behind them. */
  take(bytes: Uint8Array, at: number, end: number, hasComma: boolean): number {
    this.length = this.#starts.length = 0
    this.hasComma = hasComma
    const to = Math.min(end, at + this.#most)
    let line = at
    while (line < to) {
      const lf = bytes.indexOf(LF, line)
      if (lf < 0 || lf >= end || !this.#takeLine(bytes, line, lf)) break
      line = lf + 1
    }
    if (line >= to) this.#most = Math.min(mostBytes, this.#most * 2)
    return line
  }

  /** Where line `i` of those taken begins in the input; it was refused. */
  startOf(i: number): number {
    this.#most = leastBytes
    return this.#starts[i]!
  }

  #takeLine(bytes: Uint8Array, line: number, lf: number): boolean {
    let isSeparate = this.hasComma
    let start = skipSpace(bytes, line)
    if (bytes[start] === COMMA) {
      isSeparate = true
      start = skipSpace(bytes, start + 1)
    }
    if (!isSeparate || bytes[start] !== OPEN_BRACE) return false
    let end = blanksBegin(bytes, lf)
    const hasComma = bytes[end - 1] === COMMA
    if (hasComma) end = blanksBegin(bytes, end - 1)
    if (bytes[end - 1] !== CLOSE_BRACE) return false
    this.hasComma = hasComma
    this.#starts.push(line)
    this.#copy(bytes, start, end)
    return true
  }

  #copy(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start + 1
    if (length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.bytes.length, 2 * leastBytes))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(bytes.subarray(start, end), this.length)
    this.bytes[length - 1] = LF
    this.length = length
  }
}

/** The place behind the last byte before `end` that is no blank. */
function blanksBegin(bytes: Uint8Array, end: number): number {
  while (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09 || bytes[end - 1] === CR) end--
  return end
}
