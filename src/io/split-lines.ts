/**
 * Chunks to lines by split2, for `--parser json`. What is too long for a line, or for a string of
 * V8, does not come to it. It decodes; where that has lost bytes, the line is given by these.
 */
import split2 from 'split2'
import { beginsFramed } from '../kernel/frame-begin.ts'
import { CR, LF } from '../kernel/json-tokens.ts'
import { LineBuffer, Room } from '../kernel/lines.ts'
import { isUtf8 } from '../kernel/utf8.ts'
import type { LinePart, OverlongLine, PlainLine, Reached } from '../stages/extract-plain.ts'
import type { InputMessage } from './input.ts'

/** A string has at most 512 MiB, and the lines of a chunk come with the one that was begun. */
const mostLineBytes = 500 * 2 ** 20

export interface SplitOptions {
  readonly maxLineBytes: number
  /** Whether marks turn to and fro between inputs, rather than end the one before. */
  readonly isInterleaved?: boolean
  /** Whether it is told how many bytes have become lines. */
  readonly isTracked?: boolean
  /** Whether a frame or an array is open behind what was given last. */
  readonly watch?: { readonly isOpen: boolean }
}

export async function* splitLines(
  input: AsyncIterable<InputMessage>,
  { maxLineBytes, isInterleaved = false, isTracked = false, watch }: SplitOptions,
): AsyncGenerator<PlainLine | Reached | Exclude<InputMessage, Uint8Array>> {
  const room = new Room()
  const newSplitter = () => new Splitter(Math.min(maxLineBytes, mostLineBytes), room, watch)
  const splitters = new Map<number, Splitter>()
  let splitter = newSplitter()
  try {
    for await (const message of input) {
      if (message instanceof Uint8Array) {
        const bytes = message.length + splitter.begunBytes
        yield* await splitter.write(message)
        if (isTracked) yield { type: 'reached', bytes: bytes - splitter.begunBytes }
        continue
      }
      const { source } = message
      if (message.type === 'source-end' || !isInterleaved) {
        const bytes = splitter.begunBytes
        yield* await splitter.end()
        if (isTracked && bytes > 0) yield { type: 'reached', bytes }
        splitters.delete(source)
        splitter = newSplitter()
      }
      if (message.type === 'source') {
        splitter.rest()
        splitter = splitters.get(source) ?? newSplitter()
        splitters.set(source, splitter)
      }
      yield message
    }
  } finally {
    const bytes = splitter.begunBytes
    yield* await splitter.end() // an input that broke off has a last line too
    if (isTracked && bytes > 0) yield { type: 'reached', bytes }
  }
}

class Splitter {
  readonly #buffer: LineBuffer
  #lines: string[] = []
  readonly #stream = split2().on('data', (line: string) => this.#lines.push(line))
  /** Whole lines, as many as came together. */
  #whole: (Uint8Array | OverlongLine | LinePart)[] = []
  /** A line is given in parts, as it holds many frames. */
  #isParted = false
  readonly #sink = {
    lines: (bytes: Uint8Array, from: number, to: number): void => {
      this.#isParted = false
      this.#whole.push(bytes.slice(from, to))
    },
    begun: (bytes: Uint8Array, from: number, to: number, isTooLong: boolean): boolean => {
      this.#isParted ||= isTooLong &&
        (this.#watch?.isOpen === true || beginsFramed(bytes, from, to, this.#maxLineBytes))
      if (this.#isParted) this.#whole.push({ type: 'part', bytes: bytes.slice(from, to) })
      return this.#isParted
    },
    overlong: (head: Uint8Array, lineBytes: number): void => {
      this.#whole.push({ type: 'overlong', head: head.slice(), lineBytes })
    },
  }

  readonly #maxLineBytes: number
  readonly #watch: SplitOptions['watch']

  constructor(maxLineBytes: number, room: Room, watch: SplitOptions['watch']) {
    this.#maxLineBytes = maxLineBytes
    this.#watch = watch
    this.#buffer = new LineBuffer(maxLineBytes, room)
  }

  get begunBytes(): number {
    return this.#buffer.begunBytes
  }

  write(chunk: Uint8Array): Promise<readonly PlainLine[]> {
    this.#buffer.push(chunk, this.#sink)
    return this.#split()
  }

  async end(): Promise<readonly PlainLine[]> {
    this.#buffer.end(this.#sink)
    const lines = await this.#split()
    const ended = new Promise<void>((resolve) => this.#stream.once('end', resolve))
    this.#stream.end()
    await ended
    return lines
  }

  /** Leaves the room to another one. */
  rest(): void {
    this.#buffer.trim()
  }

  async #split(): Promise<readonly PlainLine[]> {
    const found: PlainLine[] = []
    const whole = this.#whole
    this.#whole = []
    for (const bytes of whole) {
      if (bytes instanceof Uint8Array) {
        await new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()))
        const lines = this.#lines
        this.#lines = []
        found.push(...plainLines(lines, bytes))
      } else {
        found.push(bytes)
      }
    }
    return found
  }
}

/** The lines that are in `bytes`. */
export function plainLines(lines: readonly string[], bytes: Uint8Array): readonly PlainLine[] {
  if (!lines.some((line) => line.includes('\ufffd'))) return lines
  let next = 0
  return lines.map((line) => {
    const start = next
    const lf = bytes.indexOf(LF, start)
    next = lf + 1
    const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf
    return isUtf8(bytes, start, end) ? line : bytes.slice(start, end)
  })
}
