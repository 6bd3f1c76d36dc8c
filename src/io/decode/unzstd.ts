/**
 * Zstandard, frame by frame. Every block that could be decoded comes out before the error, however
 * the input is cut into chunks: a decoder is given exactly what it needs for the next block.
 */
import { turn } from '../pipe-chunks.ts'
import { ByteQueue, type Chunks } from './byte-queue.ts'
import { cut } from './damage.ts'
import { ignoredTail, type Warn } from './tail.ts'
import { mostHeadBytes, skippableMagics, type ZstdHead, zstdHead, zstdMagic } from './zstd-frame.ts'
import { ZstdDecoders } from './zstd-decoders.ts'

/** After so much input and output whatever else waits has its turn. */
const bytesPerTurn = 2 ** 20
/** What a call takes, in bytes of output: very many small frames are work too. */
const callBytes = 256

export interface UnzstdOptions {
  /** Frames that want more memory than this are refused. */
  readonly mostWindowBytes: number
  readonly warn: Warn
}

export async function* unzstd(
  chunks: Chunks,
  { mostWindowBytes, warn }: UnzstdOptions,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteQueue(chunks)
  const decoders = new ZstdDecoders(mostWindowBytes)
  const magics = [zstdMagic, ...skippableMagics]
  let sinceTurn = 0
  try {
    do {
      const [first] = await bytes.peek(1)
      if (first !== zstdMagic[0]) {
        await skipFrame(bytes)
        sinceTurn += callBytes
      } else {
        const decoder = await decoders.of(await headOf(bytes))
        while (decoder.wantsBytes > 0) {
          const wanted = decoder.wantsBytes
          const given = await bytes.peek(wanted)
          for (const chunk of decoder.decode(given)) {
            sinceTurn += chunk.length
            yield chunk
          }
          if (given.length < wanted) throw cut()
          bytes.skip(given.length)
          sinceTurn += given.length + callBytes
          if (sinceTurn >= bytesPerTurn) sinceTurn = await turn()
        }
      }
      if (sinceTurn >= bytesPerTurn) sinceTurn = await turn()
    } while (!await ignoredTail({ bytes, magics, behind: 'zstd data', mayPad: false }, warn))
  } finally {
    decoders.release()
    await bytes.close()
  }
}

async function skipFrame(bytes: ByteQueue): Promise<void> {
  const head = await bytes.take(8)
  if (head.length < 8) throw cut()
  for (let left = new DataView(head.buffer).getUint32(4, true); left > 0;) {
    const { length } = await bytes.piece()
    if (length === 0) throw cut()
    bytes.skip(Math.min(length, left))
    left -= length
  }
}

async function headOf(bytes: ByteQueue): Promise<ZstdHead> {
  for (let count = 5; count <= mostHeadBytes; count++) {
    const head = zstdHead(await bytes.peek(count))
    if (head !== undefined) return head
  }
  throw cut()
}
