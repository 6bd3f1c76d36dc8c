/**
 * Input is gzip, zstd or plain by its first bytes, whatever its name. The decoder works in the
 * thread pool on the next chunk while the last one is being scanned.
 *
 * A broken file ends in an error only after all that could be decoded has come out: an error that
 * overtook its data would make the result depend on timing. Hence no stream.pipeline here: the
 * decoder is in flowing mode, where it hands out every chunk before it can fail.
 */
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { UcError } from '../errors.ts'
import type { ReadyChunks } from './pipe-chunks.ts'

type Chunks = AsyncIterable<Uint8Array>

const magics = [
  { name: 'gzip', bytes: [0x1f, 0x8b], decode: (chunks: Chunks) => inflated(chunks, gunzip()) },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd], decode: unzstd },
] as const

/** So many bytes tell whether a file is compressed. */
export const magicBytes = 4

/** What is decoded at once: a small piece may become a thousand times as large. */
const pieceBytes = 128 * 1024

/** Copies: what is decoded is scanned in the memory that the chunks lie in. */
async function* pieces(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let copy = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (copy.length < chunk.length) copy = new Uint8Array(chunk.length)
    copy.set(chunk)
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      yield copy.subarray(start, Math.min(start + pieceBytes, chunk.length))
    }
  }
}

/**
 * What gives the decoded chunks of `chunks`: for plain ones they themselves, with nothing between,
 * and those that are `ready`. Throws UcError where compressed data is broken or cut short.
 */
export async function decoded(chunks: Chunks, ready?: ReadyChunks): Promise<Chunks> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < magicBytes) {
    const { value, done } = await iterator.next()
    if (done === true) break
    head = concatenated(head, value) // a copy: neither the next one nor the end of the last file touches it
  }
  const all = behind(head, iterator)
  const magic = magicOf(head)
  if (ready !== undefined) ready.isPlain = magic === undefined
  return magic === undefined ? all : unpacked(all, magic)
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

async function* unpacked(
  chunks: Chunks,
  { name, decode }: (typeof magics)[number],
): AsyncGenerator<Uint8Array> {
  let readFailure: unknown
  const watched = (async function* () {
    try {
      yield* chunks
    } catch (error) {
      readFailure = error
      throw error
    }
  })()
  try {
    yield* decode(pieces(watched))
  } catch (error) {
    if (error === readFailure || !(error instanceof Error)) throw error
    const isCut = /unexpected (end of file|eof)/i.test(error.message)
    const what = isCut ? 'is cut short' : `is broken (${error.message})`
    throw new UcError('failed', `${name} data ${what}; the lines before that were read`, {
      cause: error,
    })
  }
}

/** Whether a file that begins so has to be decoded. */
export function isCompressed(head: Uint8Array): boolean {
  return magicOf(head) !== undefined
}

function magicOf(head: Uint8Array): (typeof magics)[number] | undefined {
  return magics.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte))
}

function gunzip(): Transform {
  return zlib.createGunzip({ chunkSize: 2 * 1024 * 1024 })
}

async function* inflated(chunks: Chunks, decoder: Transform): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  let failure: Error | undefined
  let onFailure = () => {}
  decoder.on('data', (chunk: Uint8Array) => ready.push(chunk))
  decoder.on('error', (error) => {
    failure = error
    onFailure()
  })
  // From the beginning: a decoder may end before its input does, where zeros pad that.
  const ended = new Promise<void>((resolve) => decoder.once('end', resolve))
  const taken = () => {
    const taken = ready
    ready = []
    return taken
  }

  for await (const compressed of chunks) {
    // No Promise.race: a promise that lives as long as the input would keep every reaction to it.
    const written = new Promise<void>((resolve) => {
      onFailure = resolve
      decoder.write(compressed, () => resolve())
    })
    yield* taken()
    await written
    if (failure !== undefined) break
  }
  if (failure === undefined) {
    decoder.end()
    await new Promise<void>((resolve) => {
      onFailure = resolve
      ended.then(resolve)
    })
  }
  yield* taken()
  if (failure !== undefined) throw failure
}

/**
 * By a package on every runtime: Node has zstd only from 22.15 on, and Deno's (2.9) ends at the first
 * of several frames and takes a file that is cut short for a whole one.
 */
async function* unzstd(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let ready: Uint8Array[] = []
  const decoder = new Decompress((chunk) => ready.push(chunk))
  function* decodedBy(chunk: Uint8Array, isLast: boolean): Generator<Uint8Array> {
    try {
      decoder.push(chunk, isLast)
    } finally { // where it throws, it has decoded the blocks before
      yield* ready
      ready = []
    }
  }
  for await (const chunk of chunks) yield* decodedBy(chunk.slice(), false)
  yield* decodedBy(new Uint8Array(0), true)
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
