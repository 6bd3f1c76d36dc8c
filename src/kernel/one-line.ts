/** A frame that stands over several lines, or in a part of one, as the line that says the same. */
import { CR, LF } from './json-tokens.ts'

export class OneLine {
  #bytes: Uint8Array = new Uint8Array(1024)
  /** Of the line, with its break. */
  length = 0

  /** [from, to) with `filler` for each line break. The bytes are valid until the next call. */
  set(bytes: Uint8Array, from: number, to: number, filler: number): Uint8Array {
    if (to - from >= this.#bytes.length) this.#bytes = new Uint8Array(2 * (to - from + 1))
    const line = this.#bytes
    const frame = bytes.subarray(0, to)
    let length = 0
    for (let start = from; start < to;) {
      const lf = frame.indexOf(LF, start)
      const isBreak = lf >= 0
      const next = isBreak ? lf + 1 : to
      const end = !isBreak ? to : lf > start && bytes[lf - 1] === CR ? lf - 1 : lf
      line.set(frame.subarray(start, end), length)
      length += end - start
      if (isBreak) line[length++] = filler
      start = next
    }
    line[length++] = LF
    this.length = length
    return line
  }
}
