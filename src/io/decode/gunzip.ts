/**
 * gzip, member by member. What comes out is what `gzip -dc` writes, whatever is broken and however
 * the input is cut into chunks: all up to the end of input that is cut; all that was inflated where a
 * checksum is wrong; the whole windows of 32 KiB before the place where the format is violated.
 */
import { Buffer } from 'node:buffer'
import { type ByteQueue, ByteQueue as Queue, type Chunks } from './byte-queue.ts'
import { crc32 } from './crc32.ts'
import { cut, Damage } from './damage.ts'
import { takeGzipHeader } from './gzip-header.ts'
import { Bits, inflateAsGzip, windowBytes } from './inflate-as-gzip.ts'
import { MemberInflater } from './inflate-member.ts'
import { ignoredTail, type Warn } from './tail.ts'
import { turn } from '../pipe-chunks.ts'

const magic = [0x1f, 0x8b]

/** Handing over less takes longer; for members that are smaller it takes longer to allocate. */
const outBytes = { most: 2 * 2 ** 20, least: 64 * 1024 }

/** After so much of what is decoded in our own thread, whatever else waits has its turn. */
const bytesPerTurn = 2 ** 20

export async function* gunzip(chunks: Chunks, warn: Warn): AsyncGenerator<Uint8Array> {
  const bytes = new Queue(chunks)
  const members = new Members(bytes)
  try {
    do {
      await takeGzipHeader(bytes)
      yield* members.next()
    } while (
      !await ignoredTail({ bytes, magics: [magic], behind: 'gzip data', mayPad: true }, warn)
    )
  } finally {
    await bytes.close()
  }
}

class Members {
  readonly #bytes: ByteQueue
  /** As gzip's: a broken member may refer to what the one before left there. */
  readonly #window = new Uint8Array(windowBytes)
  #sizeBefore = Infinity
  #crc = 0
  #size = 0

  constructor(bytes: ByteQueue) {
    this.#bytes = bytes
  }

  async *next(): AsyncGenerator<Uint8Array> {
    this.#crc = this.#size = 0
    const windowBefore = this.#window.slice()
    const member = new MemberInflater()
    const isSmall = this.#sizeBefore < outBytes.least
    for await (
      const chunk of member.chunks(this.#bytes, isSmall ? outBytes.least : outBytes.most)
    ) {
      yield this.#checked(chunk)
    }
    if (member.end !== 'whole') yield* this.#again(member, windowBefore)
    this.#sizeBefore = this.#size
    await this.#takeTrailer()
  }

  /** Decodes again what zlib does not, as gzip does it, and gives what has not been given. */
  async *#again(member: MemberInflater, window: Uint8Array): AsyncGenerator<Uint8Array> {
    if (member.kept === undefined) {
      if (member.end === 'refused') throw new Damage('format violated')
      for (const chunk of member.held()) yield this.#checked(chunk)
      throw cut()
    }
    const bits = new Bits()
    bits.isLast = member.end === 'cut'
    bits.add(Buffer.concat(member.kept.splice(0)))
    let given = member.givenBytes
    let sinceTurn = 0
    for (const chunk of inflateAsGzip(bits, window)) {
      if (chunk === undefined) {
        const piece = await this.#bytes.piece()
        bits.isLast = piece.length === 0
        bits.add(piece)
        this.#bytes.skip(piece.length)
        continue
      }
      const fresh = chunk.subarray(Math.min(given, chunk.length))
      given = Math.max(0, given - chunk.length)
      if (fresh.length > 0) yield this.#checked(fresh)
      sinceTurn += chunk.length
      if (sinceTurn >= bytesPerTurn) sinceTurn = await turn()
    }
    this.#bytes.putBack(bits.rest())
  }

  #checked(chunk: Uint8Array): Uint8Array {
    const last = chunk.subarray(-windowBytes)
    const at = (this.#size + chunk.length - last.length) % windowBytes
    this.#window.set(last.subarray(0, windowBytes - at), at)
    this.#window.set(last.subarray(windowBytes - at))
    this.#crc = crc32(chunk, this.#crc)
    this.#size += chunk.length
    return chunk
  }

  async #takeTrailer(): Promise<void> {
    const trailer = await this.#bytes.take(8)
    if (trailer.length < 8) throw cut()
    const view = new DataView(trailer.buffer)
    const isRight = view.getUint32(0, true) === this.#crc >>> 0
    if (!isRight) throw new Damage('wrong checksum')
    if (view.getUint32(4, true) !== this.#size % 2 ** 32) throw new Damage('wrong length')
  }
}
