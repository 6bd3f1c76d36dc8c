/**
 * Whether the tables of a LevelDB are whole. It has a checksum (CRC-32C) behind each block of a table,
 * but looks at none of them unless it is built to, and a flipped bit may then end the process by an
 * assertion. So they are looked at here, before it opens them.
 *
 *   table   data blocks | metaindex block | index block | footer of 48 bytes
 *   block   content | 1 byte how it is compressed | 4 bytes checksum of both, masked
 *   footer  place of the metaindex | place of the index | … | 8 bytes 57 fb 80 8b 24 75 47 db
 *
 * The place of a block is its offset and the length of its content, varints. The blocks fill the table
 * one behind the other, so the sum of both indexes' places, with 5 bytes each, is what is before the
 * footer. An index has entries and, behind them, restarts of 4 bytes and their number:
 *
 *   entry   shared | unshared | length, varints | unshared bytes of the key | value: a place
 *
 * https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
import { crcBy } from '../decode/crc32.ts'

const footerBytes = 48
const trailerBytes = 5
const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

interface Place {
  readonly at: number
  readonly length: number
}

const crc32c = crcBy(0x82f63b78)

/** As it is stored, since the bytes that it is of may hold checksums. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes, 0)
  return ((crc >>> 15 | crc << 17) + 0xa282ead8) >>> 0
}

export class Varints {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  get isOver(): boolean {
    return this.at >= this.#bytes.length
  }

  /** NaN behind the end. */
  next(): number {
    let value = 0
    for (let unit = 1;; unit *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) return NaN
      value += (byte & 0x7f) * unit
      if (byte < 0x80) return value
    }
  }

  skip(bytes: number): void {
    this.at += bytes
  }
}

export function isWholeTable(bytes: Uint8Array): boolean {
  const end = bytes.length - footerBytes
  if (end < 0 || !magic.every((byte, i) => bytes[bytes.length - magic.length + i] === byte)) {
    return false
  }
  const footer = new Varints(bytes, end)
  const indexes = [placeIn(footer), placeIn(footer)]
  let filled = 0
  for (const index of indexes) {
    const content = blockAt(bytes, index, end)
    if (content === undefined) return false
    filled += index.length + trailerBytes
    for (const place of placesIn(content)) {
      if (blockAt(bytes, place, end) === undefined) return false
      filled += place.length + trailerBytes
    }
  }
  return filled === end
}

function placeIn(varints: Varints): Place {
  return { at: varints.next(), length: varints.next() }
}

/** Its content, where that is what was written. */
function blockAt(bytes: Uint8Array, { at, length }: Place, end: number): Uint8Array | undefined {
  if (!(at + length + trailerBytes <= end)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + length + 1, 4)
  const isWhole = view.getUint32(0, true) === maskedCrc32c(bytes.subarray(at, at + length + 1))
  return isWhole ? bytes.subarray(at, at + length) : undefined
}

function* placesIn(index: Uint8Array): Generator<Place> {
  const view = new DataView(index.buffer, index.byteOffset, index.length)
  const restarts = view.getUint32(index.length - 4, true)
  const entries = index.subarray(0, index.length - 4 * (restarts + 1))
  const varints = new Varints(entries)
  while (!varints.isOver) {
    varints.next() // shared with the key before
    const unshared = varints.next()
    const length = varints.next()
    varints.skip(unshared)
    const next = varints.at + length
    yield placeIn(varints)
    varints.at = next
  }
}
