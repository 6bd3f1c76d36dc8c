/** Going on in the middle of an input that can be decoded from its beginning only. */
import { UcError } from '../errors.ts'
import type { Chunks } from './decode/byte-queue.ts'

export const hasBecomeShorter = 'has become shorter than what was read of it'

/** What comes behind so many bytes. */
export function behind(bytes: number, chunks: Chunks): Chunks {
  return bytes === 0 ? chunks : skipped(bytes, chunks)
}

async function* skipped(bytes: number, chunks: Chunks): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
  if (left > 0) throw new UcError('failed', hasBecomeShorter)
}
