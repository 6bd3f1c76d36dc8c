/**
 * A batch whose records cannot be decompressed. kafkajs gives a codec nothing but the compressed
 * bytes; where they lie in the answer to a fetch, the head of their batch is before them:
 *
 *   -61 first offset (8 bytes) | -53 length of what follows (4) | … | -45 version 2 (1) | … |
 *   -38 last offset, from the first (4) | … | -4 count of records (4) | 0 compressed
 *
 * https://kafka.apache.org/documentation/#recordbatch
 */
import { UcError } from '../../errors.ts'

const headBytes = 61
/** Of first offset and length, which the length does not count. */
const uncountedBytes = 12
const version = 2

export interface OffsetRange {
  readonly first: number
  readonly last: number
}

export class UnreadableBatch extends UcError {
  /** For kafkajs. */
  readonly retriable = false
  /** Undefined where it is not known. */
  readonly offsets: OffsetRange | undefined
  readonly #why: string

  constructor(compressed: Uint8Array, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const offsets = offsetsOf(compressed)
    super('failed', wording(offsets, why)) // kafkajs would put a cause in its place
    this.offsets = offsets
    this.#why = why
  }

  /** `names`: the partitions that it may be of. */
  messageIn(names: readonly string[]): string {
    return wording(this.offsets, this.#why, names)
  }
}

/** kafkajs wraps it. */
export function unreadableIn(error: unknown): UnreadableBatch | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof UnreadableBatch) return each
  }
  return undefined
}

function wording(
  offsets: OffsetRange | undefined,
  why: string,
  names: readonly string[] = [],
): string {
  const of = names.length === 0 ? '' : ` of ${names.join(' or ')}`
  const at = offsets === undefined ? '' : ` at offsets ${offsets.first} to ${offsets.last}`
  return `messages${of}${at} cannot be read: ${why}`
}

function offsetsOf({ buffer, byteOffset, length }: Uint8Array): OffsetRange | undefined {
  if (byteOffset < headBytes) return undefined
  const head = new DataView(buffer, byteOffset - headBytes, headBytes)
  const isHead = head.getUint8(16) === version &&
    head.getInt32(8) === headBytes - uncountedBytes + length
  if (!isHead) return undefined
  const first = Number(head.getBigInt64(0))
  return { first, last: first + head.getInt32(23) }
}
