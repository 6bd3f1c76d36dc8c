/** Reads and scans a piece of a file: what a thread does. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { UcError } from '../../errors.ts'
import { newKernel } from '../../kernel/choose.ts'
import { LF } from '../../kernel/json-tokens.ts'
import { LineBuffer } from '../../kernel/lines.ts'
import { LineScanner } from '../../kernel/scanned-lines.ts'
import { pathOf } from '../file-name.ts'
import { FileExtent } from '../file-extent.ts'
import { identityOf } from '../identity.ts'
import { reasonOf } from '../reason.ts'
import type { LineRange, PieceEnd, Reply, ScannedPiece, ScanSettings } from './messages.ts'
import { RangeReader } from './read-range.ts'

/** So much of a compressed file is scanned for one reply. */
const replyBytes = 2 * 2 ** 20
/** After so much of a chunk it is asked whether a reply is due: about what a room takes at once. */
const pushBytes = 256 * 1024

export class PieceScanner {
  readonly #memory: Uint8Array
  readonly #lines: LineBuffer
  readonly #scanner: LineScanner
  readonly #ranges: RangeReader
  #opened: { readonly fd: number; readonly identity: string } | undefined
  readonly #zstdWindowBytes: number | undefined
  #readBytes = 0
  /** Up to which decoded byte of its file the lines of the piece were scanned; 0: none. */
  #toByte = 0
  #warnings: string[] = []
  /** Whether anything of the piece has come. */
  #isBegun = false

  constructor({ kernel: options, keepsFrames, zstdWindowBytes }: ScanSettings) {
    this.#zstdWindowBytes = zstdWindowBytes
    const { maxLineBytes } = options
    const kernel = newKernel(options)
    const room = kernel.room()
    this.#memory = room.chunk
    this.#lines = new LineBuffer(maxLineBytes, room)
    const isLazy = options.parser === 'lazy'
    this.#scanner = new LineScanner({ kernel, maxLineBytes, keepsFrames, isLazy })
    this.#ranges = new RangeReader({ lines: this.#lines, sink: this.#scanner, memory: room.chunk })
  }

  /** An error comes with the last reply, behind all that could be read before it. */
  async *scan({ name, range }: ScannedPiece): AsyncGenerator<Reply> {
    this.#isBegun = false
    this.#toByte = 0
    this.#scanner.begin((range?.from ?? 0) === 0)
    try {
      if (range === undefined) yield* this.#scanAll(name)
      const isFileOver = range === undefined || (yield* this.#scanRange(name, range))
      yield this.#reply(this.#leave() ?? { isFileOver })
    } catch (error) {
      // As everywhere: a line that was begun when its input broke off counts.
      if (this.#isBegun) this.#lines.push(Uint8Array.of(LF), this.#scanner)
      yield this.#reply({ ...this.#leave(), isFileOver: true, failure: reasonOf(error) })
    }
  }

  /** The memory of a reply's bytes may be used again. */
  reuse(memory: ArrayBuffer): void {
    this.#scanner.reuse(memory)
  }

  /** Returns whether the file has ended. */
  *#scanRange(name: string, range: LineRange): Generator<Reply, boolean> {
    const fd = this.#open(name, range.identity)
    this.#readBytes = range.to - range.from
    const extent = new FileExtent(range.fileBytes)
    let end = 0
    let count = 0
    let begunBytes = 0
    const chunks = this.#ranges.read((buffer, at) => {
      count = readSync(fd, buffer, 0, buffer.length, at)
      begunBytes = this.#lines.begunBytes
      this.#isBegun = true
      end = at + count
      return count
    }, range)
    for (;;) {
      const { value, done } = chunks.next()
      if (done === true) {
        if (value) extent.end(fd, end)
        else extent.look(fd, end)
        return value
      }
      this.#toByte = value
      if (this.#isLeft(count === 0 && begunBytes > 0)) {
        if (count === 0) extent.end(fd, end)
        return false
      }
      if (this.#scanner.isFull) yield this.#reply()
    }
  }

  async *#scanAll(name: string): AsyncGenerator<Reply> {
    const { openInput } = await import('../input.ts') // with all that decodes, for those who need it
    let scannedBytes = 0
    let decodedBytes = 0
    const options = {
      memory: this.#memory,
      onBytes: (count: number) => this.#readBytes += count,
      onWarning: (text: string) => this.#warnings.push(text),
      zstdWindowBytes: this.#zstdWindowBytes,
    }
    for await (const chunk of openInput(name, options)) {
      this.#isBegun = true
      for (let start = 0; start < chunk.length; start += pushBytes) {
        const part = chunk.subarray(start, start + pushBytes)
        this.#lines.push(part, this.#scanner)
        scannedBytes += part.length
        decodedBytes += part.length
        this.#toByte = decodedBytes - this.#lines.begunBytes
        if (this.#isLeft(false)) return
        if (scannedBytes < replyBytes && !this.#scanner.isFull) continue
        yield this.#reply()
        scannedBytes = 0
      }
    }
    const isBegun = this.#lines.begunBytes > 0
    this.#lines.end(this.#scanner)
    this.#toByte = decodedBytes
    this.#isLeft(isBegun)
  }

  /** Whether what follows is no thread's; `hasEnded`: the last line was given a line break. */
  #isLeft(hasEnded: boolean): boolean {
    const { leftBytes } = this.#scanner
    if (leftBytes === undefined) return false
    this.#toByte -= hasEnded ? leftBytes - 1 : leftBytes
    this.#lines.clear()
    return true
  }

  #leave(): PieceEnd | undefined {
    if (this.#scanner.leftBytes === undefined) return undefined
    return { isFileOver: false, leftAt: this.#toByte }
  }

  #reply(end?: PieceEnd): Reply {
    const readBytes = this.#readBytes
    this.#readBytes = 0
    const warnings = this.#warnings.splice(0)
    return {
      lines: this.#scanner.take(this.#toByte),
      readBytes,
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(end === undefined ? {} : { end }),
    }
  }

  /** The file of the last piece stays open, as the next one is mostly of it too. */
  #open(name: string, identity: string): number {
    if (this.#opened?.identity === identity) return this.#opened.fd
    if (this.#opened !== undefined) closeSync(this.#opened.fd)
    this.#opened = undefined
    const fd = openSync(pathOf(name), 'r')
    this.#opened = { fd, identity: identityOf(fstatSync(fd)) }
    if (this.#opened.identity === identity) return fd
    throw new UcError('failed', 'has become another file while it was read')
  }
}
