/** Chunks to lines by split2, for `--parser json`. A line has no bound here but memory. */
import split2 from 'split2'
import type { InputMessage } from './input.ts'

class Splitter {
  #lines: string[] = []
  readonly #stream = split2().on('data', (line: string) => this.#lines.push(line))

  async write(chunk: Uint8Array): Promise<readonly string[]> {
    // A copy: split2 may not have read the chunk when the input uses its buffer again.
    await new Promise<void>((resolve) => this.#stream.write(chunk.slice(), () => resolve()))
    return this.#take()
  }

  async end(): Promise<readonly string[]> {
    const ended = new Promise<void>((resolve) => this.#stream.once('end', resolve))
    this.#stream.end()
    await ended
    return this.#take()
  }

  #take(): readonly string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }
}

/** `isInterleaved`: marks turn to and fro between inputs, rather than end the one before. */
export async function* splitLines(
  input: AsyncIterable<InputMessage>,
  isInterleaved = false,
): AsyncGenerator<string | Exclude<InputMessage, Uint8Array>> {
  const splitters = new Map<number, Splitter>()
  let splitter = new Splitter()
  try {
    for await (const message of input) {
      if (message instanceof Uint8Array) {
        yield* await splitter.write(message)
        continue
      }
      const { source } = message
      if (message.type === 'source-end' || !isInterleaved) {
        yield* await splitter.end()
        splitters.delete(source)
        splitter = new Splitter()
      }
      if (message.type === 'source') {
        splitter = splitters.get(source) ?? new Splitter()
        splitters.set(source, splitter)
      }
      yield message
    }
  } finally {
    yield* await splitter.end() // an input that broke off has a last line too
  }
}
