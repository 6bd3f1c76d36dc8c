/**
 * The head of a Zstandard frame (RFC 8878, 3.1.1 and 3.1.2), to know what it claims before memory is
 * given to it:
 *
 *   28 B5 2F FD | descriptor | window | dictionary id | content size
 *                  1 byte      0, 1      0, 1, 2, 4      0, 1, 2, 4, 8
 *
 *   descriptor: content size flag (2 bits), single segment, -, reserved, checksum, dictionary flag (2)
 *   window:     exponent (5 bits), mantissa (3): 2^(10 + exponent), and so many eighths of it
 *
 * `B9` of a frame that gives its window: 2^(10 + 23) = 8 GiB, and one eighth: 9 GiB.
 */
import { Damage } from './damage.ts'

export const zstdMagic: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd]

/** A skippable frame begins with one of these, which say nothing, and its size in 4 bytes. */
export const skippableMagics: readonly (readonly number[])[] = Array.from(
  { length: 16 },
  (_, i) => {
    return [0x50 + i, 0x2a, 0x4d, 0x18]
  },
)

/** The longest head; fewer bytes may stand at the end of a file. */
export const mostHeadBytes = 18

export interface ZstdHead {
  /** How far back a block may reach: memory for as much is needed. */
  readonly windowBytes: number
  /** How much comes out, where it is said. */
  readonly contentBytes: number | undefined
  /** Where the first block begins. */
  readonly headBytes: number
  readonly hasChecksum: boolean
}

/** Undefined where more bytes are needed. */
export function zstdHead(bytes: Uint8Array): ZstdHead | undefined {
  const descriptor = bytes[4]
  if (descriptor === undefined) return undefined
  if ((descriptor & 8) !== 0) throw new Damage('a reserved bit is set')
  const isSingle = (descriptor & 0x20) !== 0
  const idBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeFlag = descriptor >> 6
  const sizeBytes = sizeFlag > 0 ? 1 << sizeFlag : isSingle ? 1 : 0
  const sizeAt = (isSingle ? 5 : 6) + idBytes
  const headBytes = sizeAt + sizeBytes
  if (bytes.length < headBytes) return undefined
  const id = numberOf(bytes.subarray(sizeAt - idBytes, sizeAt))
  if (id !== 0) throw new Damage(`it needs the dictionary ${id}`)
  const size = numberOf(bytes.subarray(sizeAt, headBytes)) + (sizeFlag === 1 ? 256 : 0)
  const hasChecksum = (descriptor & 4) !== 0
  return {
    windowBytes: isSingle ? size : windowOf(bytes[5]!),
    contentBytes: sizeBytes > 0 ? size : undefined,
    headBytes,
    hasChecksum,
  }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + base / 8 * (descriptor & 7)
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0)
}
