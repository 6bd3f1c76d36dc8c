/** Looks at the first line of an input before it is read. */
import type { InputMessage } from './input.ts'

export interface Peeked {
  /** Without its line break; empty where there is no line. */
  readonly line: Uint8Array
  /** All of the input, the first line too. */
  readonly input: AsyncIterable<Uint8Array>
}

/** A first line longer than `maxBytes` is given in part. */
export async function peekLine(
  input: AsyncIterable<InputMessage>,
  maxBytes: number,
): Promise<Peeked> {
  const iterator = input[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  let lineBytes = -1
  while (lineBytes < 0 && length <= maxBytes) {
    const { value, done } = await iterator.next()
    if (done === true) break
    if (!(value instanceof Uint8Array)) continue
    const lf = value.indexOf(0x0a)
    if (lf >= 0) lineBytes = length + lf
    chunks.push(value.slice()) // the input uses its buffer again
    length += value.length
  }
  const head = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    head.set(chunk, at)
    at += chunk.length
  }

  async function* all(): AsyncGenerator<Uint8Array> {
    if (length > 0) yield head
    for (;;) {
      const { value, done } = await iterator.next()
      if (done === true) return
      if (value instanceof Uint8Array) yield value
    }
  }
  return { line: head.subarray(0, lineBytes < 0 ? length : lineBytes), input: all() }
}
