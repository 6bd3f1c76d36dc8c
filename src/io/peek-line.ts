/** Looks at the first line of an input that is not blank, before it is read. */
import { Buffer } from 'node:buffer'
import { isBlank, LF, skipMarks } from '../kernel/json-tokens.ts'
import type { InputMessage } from './input.ts'

export interface Peeked {
  /** Without byte order marks and line break; empty where there is no line. */
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
  let head = new Uint8Array(0)
  let line = firstLine(head)
  while (line === undefined && head.length <= maxBytes) {
    const { value, done } = await iterator.next()
    if (done === true) break
    if (!(value instanceof Uint8Array)) continue
    head = Buffer.concat([head, value])
    line = firstLine(head)
  }

  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head
    for (;;) {
      const { value, done } = await iterator.next()
      if (done === true) return
      if (value instanceof Uint8Array) yield value
    }
  }
  return { line: line ?? head.subarray(skipMarks(head, 0)), input: all() }
}

function firstLine(bytes: Uint8Array): Uint8Array | undefined {
  let start = 0
  for (let lf; (lf = bytes.indexOf(LF, start)) >= 0; start = lf + 1) {
    const begin = skipMarks(bytes, start)
    if (!isBlank(bytes, begin, lf)) return bytes.subarray(begin, lf)
  }
  return undefined
}
