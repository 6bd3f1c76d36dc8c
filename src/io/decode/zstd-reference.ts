/**
 * Zstandard by the reference library itself, compiled to WebAssembly (the package zstddec), on every
 * runtime. Node has it only from 22.15 on, and Deno's (2.9) ends at the first of several frames and
 * takes a file that is cut short for a whole one.
 *
 * The package's own functions take errors for progress and leave memory behind, so that the calls
 * are made here, each decoder in a memory of its own, which goes with it. A context needs the window
 * of its frame and the next one is given the same memory: what a file takes follows its largest
 * window, however many frames there are.
 */
import { ZSTDDecoder } from 'zstddec/stream'
import { Damage } from './damage.ts'

/** How a frame is decoded. */
export interface ZstdDecoder {
  /** How many bytes are best given next; 0 where the frame is over. */
  readonly wantsBytes: number
  /** Decodes at most `wantsBytes`. What comes out is valid until the next call. */
  decode(bytes: Uint8Array): Iterable<Uint8Array>
}

/** What the library takes without being told otherwise. */
export const usualWindowBytes: number = 128 * 2 ** 20

interface Exports {
  readonly memory: WebAssembly.Memory
  malloc(size: number): number
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): void
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

/** In zstd_errors.h. */
const errors: Readonly<Record<number, string>> = {
  22: 'wrong checksum',
  64: 'no memory for its window',
}
const mostErrors = 120

/** To begin with: magic bytes and descriptor. */
const firstBytes = 5
/** Of a block. */
const mostInBytes = 128 * 1024
const blockHeadBytes = 3
const outBytes = 128 * 1024
/** Address, size and position, 4 bytes each: ZSTD_inBuffer, ZSTD_outBuffer. */
const bufferBytes = 12

/** Hands out the module, of which the package makes one instance for all. */
class Package extends ZSTDDecoder {
  static module: WebAssembly.Module | undefined

  override _init(source: WebAssembly.WebAssemblyInstantiatedSource): void {
    super._init(source)
    Package.module = source.module
  }
}

/** One is enough where files are read one after the other: to make one takes some milliseconds. */
let spare: ReferenceDecoder | undefined
const mostSpareBytes = 32 * 2 ** 20

/** The library names a block and the head of the next one, which may come much later. */
function wanted(hintBytes: number): number {
  const bytes = hintBytes > blockHeadBytes ? hintBytes - blockHeadBytes : hintBytes
  return Math.min(bytes, mostInBytes)
}

export class ReferenceDecoder implements ZstdDecoder {
  wantsBytes: number = firstBytes
  readonly #library: Exports
  #context: number
  readonly #in: number
  readonly #out: number
  readonly #inBuffer: number
  readonly #outBuffer: number

  static async load(): Promise<ReferenceDecoder> {
    const used = spare
    spare = undefined
    if (used !== undefined) return used
    await new Package().init()
    const env = { emscripten_notify_memory_growth() {} }
    const { exports } = new WebAssembly.Instance(Package.module!, { env })
    return new ReferenceDecoder(exports as unknown as Exports)
  }

  private constructor(library: Exports) {
    this.#library = library
    this.#context = library.ZSTD_createDCtx()
    this.#in = library.malloc(mostInBytes)
    this.#out = library.malloc(outBytes)
    this.#inBuffer = library.malloc(bufferBytes)
    this.#outBuffer = library.malloc(bufferBytes)
  }

  /** To be called at the end: what took little memory serves the next file. */
  release(): void {
    if (this.#library.memory.buffer.byteLength > mostSpareBytes) return
    this.#library.ZSTD_freeDCtx(this.#context) // perhaps in mid-frame
    this.#context = this.#library.ZSTD_createDCtx()
    spare = this
  }

  /** Before each frame. */
  begin(): this {
    this.wantsBytes = firstBytes
    return this
  }

  *decode(bytes: Uint8Array): Generator<Uint8Array> {
    this.#memory().set(bytes, this.#in)
    this.#set(this.#inBuffer, this.#in, bytes.length)
    for (;;) {
      this.#set(this.#outBuffer, this.#out, outBytes)
      const result = this.#library.ZSTD_decompressStream(
        this.#context,
        this.#outBuffer,
        this.#inBuffer,
      )
      if (result < 0 && result > -mostErrors) throw new Damage(errors[-result] ?? 'wrong block')
      this.wantsBytes = wanted(result)
      const decodedBytes = this.#position(this.#outBuffer)
      if (decodedBytes > 0) yield this.#memory().subarray(this.#out, this.#out + decodedBytes)
      if (decodedBytes < outBytes && this.#position(this.#inBuffer) === bytes.length) return
      if (result === 0) return
    }
  }

  /** Anew each time: when it grows it is another one. */
  #memory(): Uint8Array {
    return new Uint8Array(this.#library.memory.buffer)
  }

  #set(buffer: number, address: number, size: number): void {
    new Uint32Array(this.#library.memory.buffer, buffer, 3).set([address, size, 0])
  }

  #position(buffer: number): number {
    return new Uint32Array(this.#library.memory.buffer, buffer, 3)[2]!
  }
}
