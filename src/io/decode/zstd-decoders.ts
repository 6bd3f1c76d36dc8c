/** Which decoder a Zstandard frame gets, by the memory that it asks for. */
import { UcError } from '../../errors.ts'
import type { ZstdHead } from './zstd-frame.ts'
import { ReferenceDecoder, usualWindowBytes, type ZstdDecoder } from './zstd-reference.ts'

/** A frame wants more memory than it may have. */
export class WindowTooLarge extends UcError {}

/** No decoder takes more. */
export const largestWindowBytes: number = 2 * 2 ** 30

export class ZstdDecoders {
  readonly #mostWindowBytes: number
  /** One for all its frames; null where WebAssembly finds no memory. */
  #reference: ReferenceDecoder | null | undefined

  constructor(mostWindowBytes: number) {
    this.#mostWindowBytes = mostWindowBytes
  }

  release(): void {
    this.#reference?.release()
  }

  async of(head: ZstdHead): Promise<ZstdDecoder> {
    const { windowBytes } = head
    if (windowBytes > this.#mostWindowBytes) throw tooLarge(windowBytes, this.#mostWindowBytes)
    if (windowBytes <= usualWindowBytes) {
      this.#reference ??= await ReferenceDecoder.load().catch(() => null)
      if (this.#reference !== null) return this.#reference.begin()
    }
    const { PlainDecoder } = await import('./zstd-plain.ts')
    return await PlainDecoder.load(head)
  }
}

function tooLarge(windowBytes: number, mostBytes: number): WindowTooLarge {
  const what = `zstd data wants a window of ${sizeOf(windowBytes)} in memory, more than the ` +
    `${sizeOf(mostBytes)} of --zstd-window`
  if (windowBytes > largestWindowBytes) return new WindowTooLarge('failed', `${what} can be`)
  const exponent = Math.ceil(Math.log2(windowBytes))
  const remedy = `add --zstd-window ${
    sizeOf(2 ** exponent)
  }, or decode it by zstd -dc --long=${exponent}`
  return new WindowTooLarge('failed', `${what}; ${remedy}`)
}

function sizeOf(bytes: number): string {
  const gibibytes = bytes / 2 ** 30
  if (gibibytes >= 1) return `${Math.round(gibibytes * 10) / 10}GiB`
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)}KiB` : `${Math.ceil(bytes / 2 ** 20)}MiB`
}
