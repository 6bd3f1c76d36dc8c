/** Chunks to lines by split2, for `--parser json`. A line has no bound here but memory. */
import split2 from 'split2'
import type { InputMessage } from './input.ts'
import type { SourceMark } from '../records.ts'

export async function* splitLines(
  input: AsyncIterable<InputMessage>,
): AsyncGenerator<string | SourceMark> {
  let lines: string[] = []
  let splitter = newSplitter()

  function newSplitter() {
    return split2().on('data', (line: string) => lines.push(line))
  }

  async function* rest(): AsyncGenerator<string> {
    const ended = new Promise<void>((resolve) => splitter.once('end', resolve))
    splitter.end()
    await ended
    yield* lines
    lines = []
    splitter = newSplitter()
  }

  try {
    for await (const message of input) {
      if (message instanceof Uint8Array) {
        // A copy: split2 may not have read the chunk when the input uses its buffer again.
        await new Promise<void>((resolve) => splitter.write(message.slice(), () => resolve()))
        yield* lines
        lines = []
      } else {
        yield* rest()
        yield message
      }
    }
  } finally {
    yield* rest() // an input that broke off has a last line too
  }
}
