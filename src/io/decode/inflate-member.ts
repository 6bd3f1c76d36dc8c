/**
 * Inflates one gzip member by zlib, in the thread pool, until it ends or breaks. What a failing call
 * had decoded the runtime drops; but then it can be decoded again, as the compressed bytes of the
 * member are kept, as many as are reasonable.
 */
import * as zlib from 'node:zlib'
import type { ByteQueue } from './byte-queue.ts'
import { windowBytes } from './inflate-as-gzip.ts'

/** Memory for what may have to be decoded again. */
const mostKeptBytes = 16 * 2 ** 20

/** Input that brings nothing for so long pauses, and then what is held back is wanted. */
const pauseMs = 50

export class MemberInflater {
  /** How it ended: with its last block, at the end of the input, or because zlib refused it. */
  end: 'whole' | 'cut' | 'refused' | undefined
  /** Decoded bytes that have been given. */
  givenBytes = 0
  /** The compressed bytes; undefined where they were too many. */
  kept: Uint8Array[] | undefined = []
  #keptBytes = 0
  #decodedBytes = 0
  /** gzip writes 32 KiB at once: what is behind the last such boundary it may not have written. */
  #held: Uint8Array[] = []

  /** `outBytes`: how much may be decoded into at once. */
  async *chunks(bytes: ByteQueue, outBytes: number): AsyncGenerator<Uint8Array> {
    const decoder = zlib.createInflateRaw({ chunkSize: outBytes })
    let ready: Uint8Array[] = []
    let isRefused = false
    let onFailure = () => {}
    decoder.on('data', (chunk: Uint8Array) => ready.push(chunk))
    decoder.on('error', () => {
      isRefused = true
      onFailure()
    })
    let written = 0
    try {
      while (this.end === undefined) {
        if (ready.length + this.#held.length > 0 && await bytes.pausesFor(pauseMs)) {
          for (const chunk of taken()) yield* this.#given(chunk)
          yield* this.held()
        }
        const piece = await bytes.piece()
        if (piece.length === 0) {
          this.end = 'cut'
          break
        }
        // No Promise.race: a promise that lives as long as the input would keep every reaction to it.
        const done = new Promise<void>((resolve) => {
          onFailure = resolve
          decoder.write(piece, () => resolve())
        })
        for (const chunk of taken()) yield* this.#given(chunk)
        await done
        written += piece.length
        const left = isRefused ? 0 : written - decoder.bytesWritten
        if (isRefused) this.end = 'refused'
        else if (left > 0) this.end = 'whole'
        if (this.end !== 'whole') this.#keep(piece)
        bytes.skip(piece.length - left)
      }
      for (const chunk of taken()) yield* this.#given(chunk)
      if (this.end === 'whole') yield* this.held()
    } finally {
      decoder.close()
    }

    function taken(): Uint8Array[] {
      const all = ready
      ready = []
      return all
    }
  }

  /** What is held back. */
  *held(): Generator<Uint8Array> {
    const held = this.#held
    this.#held = []
    for (const chunk of held) yield this.#count(chunk)
  }

  *#given(chunk: Uint8Array): Generator<Uint8Array> {
    this.#decodedBytes += chunk.length
    const behind = this.#decodedBytes % windowBytes
    if (behind < chunk.length) {
      yield* this.held()
      if (behind < chunk.length) yield this.#count(chunk.subarray(0, chunk.length - behind))
      if (behind > 0) this.#held = [chunk.subarray(chunk.length - behind)]
    } else {
      this.#held.push(chunk)
    }
  }

  #count(chunk: Uint8Array): Uint8Array {
    this.givenBytes += chunk.length
    return chunk
  }

  #keep(piece: Uint8Array): void {
    this.#keptBytes += piece.length
    if (this.#keptBytes > mostKeptBytes) this.kept = undefined
    this.kept?.push(piece.slice())
  }
}
