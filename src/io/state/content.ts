/**
 * What a file holds, in short: whether a file is the one that was read, has grown since, or is
 * another one. Not all of it is read for that: up to 64 blocks of 4 KiB, spread evenly over its first
 * `size` bytes, the first and the last among them. A log that grows keeps them, as does one that was
 * renamed; the end of a gzip file holds the checksum of all.
 */
import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { fingerprint, newFingerprint } from '../../counter/hash.ts'
import { pathOf } from '../file-name.ts'
import { identityOf } from '../identity.ts'
import { isPlainFile } from '../input.ts'

const blockBytes = 4096
const mostBlocks = 64

/** Two are of equal contents when all of it is equal. */
export interface Content {
  /** So many bytes of the file, from its beginning. */
  readonly size: number
  /** The fingerprint (counter/hash.ts) of the blocks in them. */
  readonly hi: number
  readonly lo: number
}

/** An open regular file, as it is now. */
export class ContentReader {
  readonly #fd: number
  readonly size: number
  readonly identity: string
  /** Whether it is read as it stands, so that its decoded bytes are its own. */
  readonly isPlain: boolean

  /** Undefined for what is no regular file, or cannot be read: that is told by whoever reads it. */
  static of<Result>(name: string, use: (file: ContentReader) => Result): Result | undefined {
    if (name === '-') return undefined
    let fd: number
    try {
      fd = openSync(pathOf(name), 'r')
    } catch {
      return undefined
    }
    try {
      return fstatSync(fd).isFile() ? use(new ContentReader(fd)) : undefined
    } finally {
      closeSync(fd)
    }
  }

  private constructor(fd: number) {
    this.#fd = fd
    const stat = fstatSync(fd)
    this.size = stat.size
    this.identity = identityOf(stat)
    this.isPlain = isPlainFile(fd)
  }

  /** Of its first `size` bytes. */
  content(size: number): Content {
    const blocks = Math.min(mostBlocks, Math.ceil(size / blockBytes))
    const bytes = Buffer.alloc(blocks * blockBytes)
    let length = 0
    for (let n = 0; n < blocks; n++) {
      const last = Math.max(0, size - blockBytes)
      const at = blocks === 1 ? 0 : Math.round(n * last / (blocks - 1))
      length += readSync(this.#fd, bytes, length, Math.min(blockBytes, size - at), at)
    }
    const hash = newFingerprint()
    fingerprint(bytes, 0, length, hash)
    return { size, hi: hash.hi >>> 0, lo: hash.lo >>> 0 }
  }

  /** Whether it begins with that. */
  beginsWith(content: Content): boolean {
    if (content.size > this.size) return false
    const { hi, lo } = this.content(content.size)
    return hi === content.hi && lo === content.lo
  }
}
