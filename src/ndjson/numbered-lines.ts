/**
 * The lines of a stream one by one, numbered and without byte order marks and breaks, but for those that the reader
 * knows and counts itself. Blank ones are passed over, those that are too long refused. What `line`
 * and `refuse` are given is valid until they return.
 */
import { CR, isBlank, LF, skipMarks } from '../kernel/json-tokens.ts'
import { tooLong } from '../kernel/kernel.ts'
import { LineBuffer, type LineSink, type Room, shownBytes } from '../kernel/lines.ts'
import type { RejectContent } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import { rawContent } from './raw.ts'

export interface NumberedLinesOptions {
  readonly maxLineBytes: number
  /** Where the lines are to lie. */
  readonly room?: Room | undefined
  /** The line at [start, end). */
  line(bytes: Uint8Array, start: number, end: number): void
  /** Takes the lines of [from, to) up to the first that it does not know. Returns its place. */
  known?(bytes: Uint8Array, from: number, to: number): number
  /** The line is too long; `bytes` holds the lines before it. */
  refuse(detail: string, content: () => RejectContent, bytes: Uint8Array): void
  /** `bytes` are about to be used again. */
  release?(bytes: Uint8Array): void
}

export class NumberedLines {
  /** Number of the line that was begun last, from 1; of those that `known` takes, it counts. */
  lineNumber = 0
  readonly #options: NumberedLinesOptions
  readonly #buffer: LineBuffer
  readonly #sink: LineSink

  constructor(options: NumberedLinesOptions) {
    const { maxLineBytes, room, refuse } = options
    this.#options = options
    this.#buffer = new LineBuffer(maxLineBytes, room)
    this.#sink = {
      lines: (bytes, from, to) => this.#lines(bytes, from, to),
      overlong: (head, lineBytes) => {
        this.lineNumber++
        const content = () => rawContent(head, 0, head.length, lineBytes)
        refuse(tooLong(lineBytes, maxLineBytes), content, head)
      },
    }
  }

  push(chunk: Uint8Array): void {
    this.#buffer.push(chunk, this.#sink)
  }

  /** The last line may lack its break. */
  end(): void {
    this.#buffer.end(this.#sink)
  }

  /** As the whole of a stage, which is told by `begin` where to emit what it finds in them. */
  stage<Out>(begin: (emit: Emit<Out>) => void): Stage<Uint8Array, Out> {
    return {
      push: (chunk, emit) => {
        begin(emit)
        this.push(chunk)
      },
      end: (emit) => {
        begin(emit)
        this.end()
      },
      stop: () => this.#buffer.clear(), // a line that was begun has not been read
    }
  }

  #lines(bytes: Uint8Array, from: number, to: number): void {
    const { known, release } = this.#options
    for (let start = from; start < to;) {
      if (known !== undefined) start = known(bytes, start, to)
      if (start === to) break
      const lf = bytes.indexOf(LF, start)
      this.#line(bytes, start, lf > start && bytes[lf - 1] === CR ? lf - 1 : lf)
      start = lf + 1
    }
    release?.(bytes)
  }

  #line(bytes: Uint8Array, start: number, end: number): void {
    const { maxLineBytes, line, refuse } = this.#options
    const lineBytes = end - start
    this.lineNumber++
    if (lineBytes <= maxLineBytes) {
      const begin = skipMarks(bytes, start)
      if (!isBlank(bytes, begin, end)) line(bytes, begin, end)
      return
    }
    const keptEnd = start + Math.min(shownBytes, lineBytes)
    const content = () => rawContent(bytes, start, keptEnd, lineBytes)
    refuse(tooLong(lineBytes, maxLineBytes), content, bytes)
  }
}
