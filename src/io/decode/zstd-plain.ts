/**
 * Zstandard in plain JavaScript (the package fzstd), for windows larger than WebAssembly can hold,
 * and where it finds no memory. It moves its whole window at each block, so that the larger that is
 * the slower it becomes. It is given block by block, as it believes all that a file says and knows
 * no checksums (XXH64, the package xxhash-wasm).
 */
import { Decompress } from 'fzstd'
import xxhash, { type XXHash } from 'xxhash-wasm'
import { Damage } from './damage.ts'
import { type ZstdHead, zstdMagic } from './zstd-frame.ts'
import type { ZstdDecoder } from './zstd-reference.ts'

const blockHeadBytes = 3
const checksumBytes = 4
const mostBlockBytes = 128 * 1024

/** With all eighths, 1.9 GiB. */
const mostExponent = 20

type Step = 'head' | 'block head' | 'block' | 'checksum'

const types = { stored: 0, repeated: 1, reserved: 3 }

export class PlainDecoder implements ZstdDecoder {
  wantsBytes: number
  readonly #head: ZstdHead
  #blockHead: Uint8Array = new Uint8Array(0)
  readonly #hash: XXHash<bigint> | undefined
  readonly #decoder: Decompress
  #step: Step = 'head'
  #isLast = false
  #ready: Uint8Array[] = []

  /** A decoder of the frame whose head this is. */
  static async load(head: ZstdHead): Promise<PlainDecoder> {
    const { create64 } = await xxhash()
    return new PlainDecoder(head, head.hasChecksum ? create64() : undefined)
  }

  private constructor(head: ZstdHead, hash: XXHash<bigint> | undefined) {
    this.#head = head
    this.#hash = hash
    this.#decoder = new Decompress((chunk) => {
      if (chunk.length > 0) this.#ready.push(chunk)
    })
    this.wantsBytes = head.headBytes
    this.#push(headOf(head))
  }

  *decode(bytes: Uint8Array): Generator<Uint8Array> {
    switch (this.#step) {
      case 'head':
        return this.#expect('block head', blockHeadBytes)
      case 'block head':
        this.#blockHead = bytes.slice()
        this.#expect('block', this.#blockBytes(bytes))
        if (this.wantsBytes > 0) return
        this.#push(this.#blockHead)
        break
      case 'block':
        if (bytes.length < this.wantsBytes) return // cut
        this.#push(joined(this.#blockHead, bytes))
        break
      case 'checksum': {
        const low = Number(this.#hash!.digest() & 0xffffffffn)
        if (new DataView(bytes.slice().buffer).getUint32(0, true) !== low) {
          throw new Damage('wrong checksum')
        }
        this.wantsBytes = 0
        return
      }
    }
    const ready = this.#ready
    this.#ready = []
    for (const chunk of ready) {
      this.#hash?.update(chunk)
      yield chunk
    }
    if (!this.#isLast) this.#expect('block head', blockHeadBytes)
    else this.#expect('checksum', this.#head.hasChecksum ? checksumBytes : 0)
  }

  #expect(step: Step, bytes: number): void {
    this.#step = step
    this.wantsBytes = bytes
  }

  /** How many bytes follow this head of a block. */
  #blockBytes([low = 0, middle = 0, high = 0]: Uint8Array): number {
    const head = low | middle << 8 | high << 16
    const type = head >> 1 & 3
    const size = head >> 3
    this.#isLast = (head & 1) === 1
    if (type === types.reserved || size > Math.min(mostBlockBytes, this.#head.windowBytes)) {
      throw new Damage('wrong block')
    }
    return type === types.repeated ? 1 : size
  }

  #push(bytes: Uint8Array): void {
    try {
      this.#decoder.push(bytes)
    } catch {
      throw new Damage('wrong block')
    }
  }
}

/**
 * The head by which the package makes its window: without checksum, no smaller than a block, and no
 * larger than it can be; and four empty blocks, as it begins with 18 bytes.
 */
function headOf({ windowBytes, contentBytes = Infinity }: ZstdHead): Uint8Array {
  const wanted = Math.max(Math.min(windowBytes, contentBytes), 2 * mostBlockBytes)
  let exponent = 0
  while (exponent < mostExponent && 2 ** (10 + exponent) < wanted) exponent++
  const mantissa = exponent === mostExponent ? 7 : 0
  return joined(Uint8Array.of(...zstdMagic, 0, exponent << 3 | mantissa), new Uint8Array(12))
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
