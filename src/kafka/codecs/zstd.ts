/**
 * Writes Zstandard: by the runtime where it has it (Deno, Node from 22.15 on), on Node 20 by
 * WebAssembly. unzstd-batch.ts reads it, as that package wants to know how long the content is, which
 * frames of the Java client do not tell.
 */
import { Buffer } from 'node:buffer'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** As Java's default. On frames of logs 1 is hardly larger, and a fifth faster. */
const level = 3

export type Compress = (bytes: Uint8Array) => Promise<Uint8Array>

export function loadZstd(): Promise<Compress> {
  return loading ??= load()
}

let loading: Promise<Compress> | undefined

/** What Node 20 lacks, and its types with it. */
interface NativeZstd {
  readonly zstdCompress?: (bytes: Uint8Array, done: Done) => void
}

type Done = (error: Error | null, bytes: Buffer) => void

async function load(): Promise<Compress> {
  const { zstdCompress } = zlib as unknown as NativeZstd
  return zstdCompress === undefined ? await loadPackage() : promisify(zstdCompress)
}

/** For the test as well, which compares it with the runtime's own. */
export function loadPackage(): Promise<Compress> {
  return loadingPackage ??= preparePackage()
}

/** Once: after a second `init` the package compresses into garbage, without a word. */
let loadingPackage: Promise<Compress> | undefined

async function preparePackage(): Promise<Compress> {
  const { compress, init } = await import('@bokuweb/zstd-wasm')
  await init()
  // What it throws comes as it does from the runtime's own
  return (bytes) => Promise.resolve().then(() => compress(Buffer.from(bytes), level))
}
