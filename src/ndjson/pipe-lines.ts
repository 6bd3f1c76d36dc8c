/** What a command writes into a pipe: frames, and control lines between them. */
import type { FrameBatch, WindowedBatch } from '../records.ts'
import { ByteWriter } from './byte-writer.ts'
import { type Control, controlLine } from './control.ts'
import { framesWriter, type WindowedWriter, windowedWriter } from './frame-lines.ts'

export class PipeLines {
  readonly #writer = new ByteWriter()
  readonly #writeFrames = framesWriter()
  readonly #writeWindowed: WindowedWriter
  /** Frames carry no source: the last mark says it. */
  #source = 0

  /** `kinds`: names of the kinds of window, where windowed frames are written. */
  constructor(kinds: readonly string[] = []) {
    this.#writeWindowed = windowedWriter(kinds)
  }

  get length(): number {
    return this.#writer.length
  }

  control(control: Control): void {
    if (control.type === 'source') this.#source = control.source
    this.#writer.text(controlLine(control))
  }

  /** Whole lines, as they are. */
  raw(lines: Uint8Array): void {
    this.#writer.bytes(lines)
  }

  frames(batch: FrameBatch): void {
    this.#turnTo(batch)
    this.#writeFrames(batch, this.#writer)
  }

  windowed(batch: WindowedBatch): void {
    this.#turnTo(batch.frames)
    this.#writeWindowed(batch, this.#writer)
  }

  /** Valid until the next line. */
  take(): Uint8Array {
    return this.#writer.take()
  }

  /** Held frames may come out while another source is read. */
  #turnTo({ source, place }: FrameBatch): void {
    if (source !== this.#source) this.control({ type: 'source', source, name: place })
  }
}
