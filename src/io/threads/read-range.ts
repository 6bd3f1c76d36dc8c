/**
 * Reads the lines of a plain file that begin in a range of its bytes, so that ranges one behind the
 * other give each line once, wherever they were cut:
 *
 *   bytes     a a \n b b b \n c c c c c c \n d
 *   ranges   |           |         |          |
 *   lines     a a, b b b   c c c c   (none)    d      of the third none begins there
 *
 * The lines of a range stand behind the first line break at or after `from` - 1, and end with the
 * first one at or after `to` - 1.
 */
import { LF } from '../../kernel/json-tokens.ts'
import type { LineBuffer, LineSink } from '../../kernel/lines.ts'

/** How much is read to find one line break: more than most lines have. */
const tailBytes = 16 * 1024

/** Puts what stands at `at` into the buffer, as much as there is and fits. Returns how much. */
export type ReadAt = (buffer: Uint8Array, at: number) => number

export interface RangeReaderOptions {
  readonly lines: LineBuffer
  readonly sink: LineSink
  /** Where chunks are read into. */
  readonly memory: Uint8Array
}

export class RangeReader {
  readonly #options: RangeReaderOptions

  constructor(options: RangeReaderOptions) {
    this.#options = options
  }

  /**
   * Gives the lines of [from, to) to the sink, chunk by chunk: it stops behind each one and gives the
   * byte up to which they are. Returns whether the file has ended meanwhile.
   */
  *read(
    readAt: ReadAt,
    { from, to }: { readonly from: number; readonly to: number },
  ): Generator<number, boolean> {
    const { lines, sink, memory } = this.#options
    let at = this.#firstLine(readAt, from, to)
    if (at >= to) return at === Infinity
    for (;;) {
      const leftBytes = to - at // negative in a line that is longer than the range
      const chunk = this.#chunk(readAt, at, leftBytes > 0 ? leftBytes + tailBytes : memory.length)
      if (chunk.length === 0) {
        lines.end(sink)
        yield at
        return true
      }
      const last = chunk.indexOf(LF, Math.max(0, leftBytes - 1))
      if (last >= 0) {
        lines.push(chunk.subarray(0, last + 1), sink)
        yield at + last + 1
        return false
      }
      // A line that is begun is read again together with its end, rather than kept and joined.
      const whole = chunk.lastIndexOf(LF) + 1
      const taken = whole > 0 ? whole : chunk.length
      lines.push(chunk.subarray(0, taken), sink)
      at += taken
      yield at - lines.begunBytes
    }
  }

  /** Where the first line begins; `to` or behind it where none does, Infinity at the file's end. */
  #firstLine(readAt: ReadAt, from: number, to: number): number {
    if (from === 0) return 0
    for (let at = from - 1; at < to - 1;) {
      const chunk = this.#chunk(readAt, at, tailBytes)
      if (chunk.length === 0) return Infinity
      const lf = chunk.indexOf(LF)
      if (lf >= 0) return at + lf + 1
      at += chunk.length
    }
    return to
  }

  #chunk(readAt: ReadAt, at: number, mostBytes: number): Uint8Array {
    const buffer = this.#options.memory.subarray(0, mostBytes)
    return buffer.subarray(0, readAt(buffer, at))
  }
}
