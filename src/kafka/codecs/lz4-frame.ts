/**
 * LZ4 frames as Kafka has them, https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md:
 *
 *     04 22 4d 18   magic
 *     60            version 1, blocks independent, no checksums, no size of the content
 *     40 50 60 70   blocks of at most 64 KiB, 256 KiB, 1 MiB, 4 MiB
 *     82 fb 51 73   second byte of the xxHash32 of the two bytes before, one for each
 *     nn nn nn nn   bytes of the block that follows, little-endian; the highest bit: not compressed
 *     …
 *     00 00 00 00   end
 *
 * "a" is 04224d18 60 40 82  01000080 61  00000000. Java refuses blocks that refer to the ones before.
 *
 * Blocks are written by one package and read by another. lz4js reads all of them, but in what it
 * writes a match may begin 10 or 11 bytes before the end of a block, which the reference decoder, and
 * so librdkafka, refuses; its frames say that blocks depend on each other, which Java refuses.
 * lz4-wasm-nodejs writes right ones, at twice the speed, but reads only where the length of the
 * content is known, which a frame does not tell.
 */
import { decompressBlock } from 'lz4js'

const magic = [0x04, 0x22, 0x4d, 0x18]
const independent = 0x60
const sizes = [
  { bytes: 64 * 1024, code: 0x40, check: 0x82 },
  { bytes: 256 * 1024, code: 0x50, check: 0xfb },
  { bytes: 1024 * 1024, code: 0x60, check: 0x51 },
  { bytes: 4096 * 1024, code: 0x70, check: 0x73 },
] as const
const stored = 0x80000000
/** The length of the content, which the package puts before a block. */
const prefixBytes = 4

/** On Deno the package, a file of WebAssembly, asks for permission to be read: only who writes pays. */
export async function lz4Frame(content: Uint8Array): Promise<Uint8Array> {
  const { compress } = await import('lz4-wasm-nodejs')
  const size = sizes.find(({ bytes }) => content.length <= bytes) ?? sizes[3]
  const blocks: { bytes: Uint8Array; mark: number }[] = []
  for (let from = 0; from < content.length; from += size.bytes) {
    const plain = content.subarray(from, from + size.bytes)
    const block = compress(plain).subarray(prefixBytes)
    blocks.push(
      block.length < plain.length
        ? { bytes: block, mark: block.length }
        : { bytes: plain, mark: plain.length + stored },
    )
  }
  const total = blocks.reduce((sum, { bytes }) => sum + 4 + bytes.length, 7 + 4)
  const frame = new Uint8Array(total)
  const view = new DataView(frame.buffer)
  frame.set([...magic, independent, size.code, size.check])
  let at = 7
  for (const { bytes, mark } of blocks) {
    view.setUint32(at, mark, true)
    frame.set(bytes, at + 4)
    at += 4 + bytes.length
  }
  return frame
}

/** Its own, grown to the largest frame so far: clearing a new one costs more than decoding. */
let scratch = new Uint8Array(64 * 1024)

export function unframeLz4(frame: Uint8Array): Uint8Array {
  const { blockBytes, checkBytes, from } = headerOf(frame)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  let length = 0
  for (let at = from;;) {
    if (at + 4 > frame.length) throw new Error('the lz4 frame is cut short')
    const mark = view.getUint32(at, true)
    at += 4
    if (mark === 0) return scratch.slice(0, length)
    const isStored = mark >= stored
    const size = isStored ? mark - stored : mark
    if (at + size > frame.length) throw new Error('the lz4 frame is cut short')
    const room = isStored ? size : Math.min(blockBytes, size * 255)
    reserve(length, room)
    if (isStored) {
      scratch.set(frame.subarray(at, at + size), length)
      length += size
    } else {
      const end = decompressBlock(frame, scratch, at, size, length)
      if (!(end - length <= room)) throw new Error('the lz4 frame is damaged')
      length = end
    }
    at += size + checkBytes
  }
}

function headerOf(
  frame: Uint8Array,
): { blockBytes: number; checkBytes: number; from: number } {
  if (magic.some((byte, i) => frame[i] !== byte)) throw new Error('not an lz4 frame')
  const [flags = 0, descriptor = 0] = frame.subarray(4, 6)
  const size = sizes.find(({ code }) => code === (descriptor & 0x70))
  const hasDictionary = (flags & 0x01) !== 0
  if (flags >> 6 !== 1 || size === undefined || hasDictionary) {
    throw new Error('an lz4 frame of a kind that Kafka does not have')
  }
  const hasContentSize = (flags & 0x08) !== 0
  const hasBlockChecks = (flags & 0x10) !== 0
  return {
    blockBytes: size.bytes,
    checkBytes: hasBlockChecks ? 4 : 0,
    from: hasContentSize ? 15 : 7,
  }
}

/** Makes room for `room` bytes behind the first `length`, which stay. */
function reserve(length: number, room: number): void {
  if (length + room <= scratch.length) return
  const larger = new Uint8Array(Math.max(length + room, 2 * scratch.length))
  larger.set(scratch.subarray(0, length))
  scratch = larger
}
