/**
 * Input is gzip, zstd or plain by its first bytes, whatever its name. The decoder of gzip works in the
 * thread pool on the next chunk while the last one is being scanned.
 *
 * A broken file ends in an error only after all that could be decoded has come out: an error that
 * overtook its data would make the result depend on timing.
 */
import { Buffer } from 'node:buffer'
import { UcError } from '../errors.ts'
import type { Chunks } from './decode/byte-queue.ts'
import { Damage } from './decode/damage.ts'
import type { Warn } from './decode/tail.ts'

export interface DecodeOptions {
  /** What zstd may take for its window. */
  readonly zstdWindowBytes?: number | undefined
  /** Told of what is left out. */
  readonly warn?: Warn | undefined
}

interface Format {
  readonly name: string
  readonly bytes: readonly number[]
  decode(chunks: Chunks, options: DecodeOptions): Promise<Chunks>
}

const zstdWindowBytes = 128 * 2 ** 20

const gzip: Format = {
  name: 'gzip',
  bytes: [0x1f, 0x8b],
  async decode(chunks, { warn = () => {} }) {
    const { gunzip } = await import('./decode/gunzip.ts')
    return gunzip(chunks, warn)
  },
}

const zstd = {
  name: 'zstd',
  async decode(chunks: Chunks, options: DecodeOptions): Promise<Chunks> {
    const { unzstd } = await import('./decode/unzstd.ts')
    const { zstdWindowBytes: mostWindowBytes = zstdWindowBytes, warn = () => {} } = options
    return unzstd(chunks, { mostWindowBytes, warn })
  },
}

/** A zstd file may begin with a skippable frame, whose magic bytes are one of sixteen. */
const formats: readonly Format[] = [
  gzip,
  { ...zstd, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  ...Array.from({ length: 16 }, (_, i) => ({ ...zstd, bytes: [0x50 + i, 0x2a, 0x4d, 0x18] })),
]

/** So many bytes tell whether a file is compressed. */
export const magicBytes = 4

/**
 * What gives the decoded chunks of `chunks`: for plain ones they themselves, with nothing between.
 * Throws UcError where compressed data is broken or cut short.
 */
export async function decoded(chunks: Chunks, options: DecodeOptions = {}): Promise<Chunks> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < magicBytes) {
    const { value, done } = await iterator.next()
    if (done === true) break
    head = Buffer.concat([head, value]) // a copy: neither the next one nor the end of the last file touches it
  }
  const all = behind(head, iterator)
  const format = formatOf(head)
  return format === undefined ? all : unpacked(await format.decode(all, options), format)
}

/** `head`, unless it is empty, and then all that the iterator still gives. */
function behind(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  let first = head.length > 0 ? head : undefined
  return {
    next() {
      if (first === undefined) return iterator.next()
      const value = first
      first = undefined
      return Promise.resolve({ value, done: false })
    },
    return: () => iterator.return?.() ?? Promise.resolve({ value: undefined, done: true }),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* unpacked(chunks: Chunks, { name }: Format): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    if (!(error instanceof Damage)) throw error
    const { isCut, message } = error
    const what = isCut ? 'is cut short' : `is broken (${message})`
    throw new UcError('failed', `${name} data ${what}`, { cause: error })
  }
}

/** Whether a file that begins so has to be decoded. */
export function isCompressed(head: Uint8Array): boolean {
  return formatOf(head) !== undefined
}

function formatOf(head: Uint8Array): Format | undefined {
  return formats.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte))
}
