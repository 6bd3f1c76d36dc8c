/**
 * Zstandard: by the runtime where it has it (Deno, Node from 22.15 on). On Node 20 it is written by
 * WebAssembly and read by fzstd, at a third of the speed: the package of the former wants to know
 * how long the content is, which frames of the Java client do not tell, and writes to address 0
 * where it gets no memory, for which a damaged frame may ask.
 */
import { Buffer } from 'node:buffer'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** As Java's default. On frames of logs 1 is hardly larger, and a fifth faster. */
const level = 3

type Coder = (bytes: Uint8Array) => Promise<Uint8Array>

export interface Zstd {
  readonly compress: Coder
  readonly decompress: Coder
}

export function loadZstd(): Promise<Zstd> {
  return loading ??= load()
}

let loading: Promise<Zstd> | undefined

/** What Node 20 lacks, and its types with it. */
interface NativeZstd {
  readonly zstdCompress?: (bytes: Uint8Array, done: Done) => void
  readonly zstdDecompress?: (bytes: Uint8Array, done: Done) => void
}

type Done = (error: Error | null, bytes: Buffer) => void

async function load(): Promise<Zstd> {
  const { zstdCompress, zstdDecompress } = zlib as unknown as NativeZstd
  if (zstdCompress !== undefined && zstdDecompress !== undefined) {
    return { compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) }
  }
  return await loadPackages()
}

/** For the test as well, which compares them with the runtime's own. */
export function loadPackages(): Promise<Zstd> {
  return loadingPackages ??= preparePackages()
}

/** Once: after a second `init` the package compresses into garbage, without a word. */
let loadingPackages: Promise<Zstd> | undefined

async function preparePackages(): Promise<Zstd> {
  const [{ compress, init }, { decompress }] = await Promise.all([
    import('@bokuweb/zstd-wasm'),
    import('fzstd'),
  ])
  await init()
  return {
    compress: (bytes) => attempt(() => compress(Buffer.from(bytes), level)),
    decompress: (bytes) => attempt(() => decompress(bytes)),
  }
}

/** So that what these throw comes as it does from the runtime's own. */
function attempt<T>(code: () => T): Promise<T> {
  return Promise.resolve().then(code)
}
