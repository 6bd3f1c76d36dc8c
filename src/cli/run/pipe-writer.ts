/**
 * Standard output of a command in mid-pipe: a header, lines of frames, an end line. Each write wakes
 * the reader, which costs both of them more than the lines of a few frames. So where input comes
 * fast, lines wait for others: until they fill half a pipe, until the input pauses, or until some
 * milliseconds have passed since the last write. A line that comes alone goes at once.
 */
import type { Delivery, Outcome } from '../../io/drive.ts'
import { writeOut } from '../../io/runtime.ts'
import { clearProgress } from '../../io/tell.ts'
import type { Ledger } from '../../ledger.ts'
import { pipeVersion } from '../../ndjson/control.ts'
import { PipeLines } from '../../ndjson/pipe-lines.ts'
import type { Header } from '../../records.ts'

/** A pipe of Linux holds twice as much, so that the write need not wait for the reader. */
const enoughBytes = 32 * 1024
/** The more, the fewer writes: at 100,000 frames/s so long brings 14 kB of them. */
const spacingMs = 3

export interface PipeWriterOptions<Out> {
  readonly ledger: Ledger
  /** Asked for the header when something is written, where `begin` is not called. */
  header?(): Omit<Header, 'type' | 'version'>
  /** Names of the kinds of window, where windowed frames are written. */
  readonly kinds?: readonly string[]
  /** Writes what a message comes to. */
  put(message: Out, lines: PipeLines): void
}

export class PipeWriter<Out extends { readonly type: string }> implements Delivery<Out> {
  readonly #lines: PipeLines
  readonly #options: PipeWriterOptions<Out>
  #wroteAtMs = -Infinity
  #isBegun = false

  constructor(options: PipeWriterOptions<Out>) {
    this.#options = options
    this.#lines = new PipeLines(options.kinds)
  }

  /** The header goes out before any input has come, so that readers know what they follow. */
  async begin(header: Omit<Header, 'type' | 'version'>): Promise<void> {
    this.#putHeader(header)
    await this.flushAll()
  }

  take(message: Out): void {
    if (message.type !== 'header') this.#ensureHeader()
    this.#options.put(message, this.#lines)
    this.#ensureHeader() // behind that of the input, which says what it is to hold
  }

  /** Writes what there is, if it is much or has waited long enough. */
  async flush(): Promise<void> {
    const isDue = this.#lines.length >= enoughBytes ||
      performance.now() - this.#wroteAtMs >= spacingMs
    if (isDue) await this.flushAll()
  }

  async flushAll(): Promise<void> {
    if (this.#lines.length === 0) return
    clearProgress()
    await writeOut(this.#lines.take())
    this.#wroteAtMs = performance.now()
  }

  discard(): void {
    this.#lines.take()
  }

  /** After a failure the end line is missing, and that tells the reader. */
  async close({ failure, signal }: Outcome): Promise<void> {
    this.#ensureHeader()
    if (failure !== undefined) return await this.flushAll()
    const stopped = signal === undefined ? {} : { signal }
    this.#lines.control({ type: 'end', counts: this.#options.ledger.counts(), ...stopped })
    await this.flushAll()
  }

  #ensureHeader(): void {
    const header = this.#isBegun ? undefined : this.#options.header?.()
    if (header !== undefined) this.#putHeader(header)
  }

  #putHeader(header: Omit<Header, 'type' | 'version'>): void {
    this.#isBegun = true
    this.#lines.control({ type: 'header', version: pipeVersion, ...header })
  }
}
