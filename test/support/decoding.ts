/** Decodes compressed bytes that come in chunks, as a file or a pipe gives them. */
import assert from 'node:assert/strict'
import { decoded, type DecodeOptions } from '../../src/io/inflate.ts'
import { latin1 } from './transcript.ts'

export interface Decoded {
  readonly text: string
  readonly error?: string
  readonly warnings?: readonly string[]
}

/** All that comes out, and what ends it. */
export async function decode(
  chunks: Iterable<Uint8Array>,
  options: DecodeOptions = {},
): Promise<Decoded> {
  let text = ''
  const warnings: string[] = []
  const warn = (what: string) => warnings.push(what)
  try {
    for await (const chunk of await decoded(reused(chunks), { ...options, warn })) {
      text += latin1(chunk)
    }
  } catch (error) {
    assert.equal((error as Error).name, 'UcError', (error as Error).stack)
    return { text, error: (error as Error).message }
  }
  return warnings.length === 0 ? { text } : { text, warnings }
}

/** The chunks in a buffer that is overwritten when the next one is asked for, as files do it. */
async function* reused(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    const copy = new Uint8Array(chunk) // of a Buffer slice() makes none
    yield copy
    copy.fill(0x23)
  }
}

export function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length)
}

/** As files and pipes give them. */
export const pieceLengths: readonly number[] = [1, 7, 4096, Infinity]
