/**
 * The records of a batch that Zstandard has compressed, by the decoder that files have: it believes
 * nothing that a frame says of its size, and verifies checksums. What comes out is bounded, as a few
 * bytes may stand for gibibytes; a producer fills no more than its `batch.size`, or one message.
 */
import { Buffer } from 'node:buffer'
import { UcError } from '../../errors.ts'
import { Damage } from '../../io/decode/damage.ts'
import { unzstd } from '../../io/decode/unzstd.ts'
import { skippableMagics, zstdMagic } from '../../io/decode/zstd-frame.ts'
import { WindowTooLarge } from '../../io/decode/zstd-decoders.ts'
import { usualWindowBytes } from '../../io/decode/zstd-reference.ts'

const magics = [zstdMagic, ...skippableMagics]

export const mostBatchBytes: number = 128 * 2 ** 20

/** Rejects where the frames are damaged, or want more memory than that. */
export async function unzstdBatch(bytes: Uint8Array): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    if (!magics.some((magic) => magic.every((byte, i) => bytes[i] === byte))) {
      throw new Damage('no frame')
    }
    for await (const chunk of unzstd(whole(bytes), { mostWindowBytes: usualWindowBytes, warn })) {
      length += chunk.length
      if (length > mostBatchBytes) throw tooLarge('records')
      chunks.push(chunk.slice())
    }
  } catch (error) {
    if (error instanceof WindowTooLarge) throw tooLarge('a window')
    if (!(error instanceof Damage)) throw error
    const what = error.isCut ? 'is cut short' : `is broken (${error.message})`
    throw new UcError('failed', `zstd data ${what}`, { cause: error })
  }
  return Buffer.concat(chunks, length)
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Behind the frames nothing may stand. */
function warn(what: string): never {
  throw new Damage(what)
}

function tooLarge(what: string): UcError {
  const most = `${mostBatchBytes / 2 ** 20}MiB`
  return new UcError('failed', `zstd data wants ${what} of more than ${most} in memory`)
}
