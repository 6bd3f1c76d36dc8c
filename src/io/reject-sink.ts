/**
 * Takes every reject: counts it by reason, keeps the first of each for the summary, writes it to
 * the file of --rejects, and ends the run at the first one under --strict.
 */
import { Buffer } from 'node:buffer'
import { UcError } from '../errors.ts'
import type { Reject, RejectContent } from '../records.ts'
import type { OutputFile } from './output-file.ts'

/** Written in blocks of about this size. */
const blockCharacters = 64 * 1024

export interface RejectTotal {
  readonly reason: Reject['reason']
  count: number
  readonly first: {
    readonly where: string
    readonly detail: string
    readonly content: RejectContent
  }
}

export class RejectSink {
  readonly totals: Map<Reject['reason'], RejectTotal> = new Map()
  readonly hasFile: boolean
  readonly #file: OutputFile | undefined
  readonly #isStrict: boolean
  #block = ''
  #hasRefused = false

  /** `file`: that of --rejects. */
  constructor({ file, isStrict }: { file: OutputFile | undefined; isStrict: boolean }) {
    this.#file = file
    this.#isStrict = isStrict
    this.hasFile = file !== undefined
  }

  add(reject: Reject): void {
    const { reason, detail, source, line, windows } = reject
    const total = this.totals.get(reason)
    if (total === undefined) {
      const first = { where: placeOf(source, line), detail, content: reject.content() }
      this.totals.set(reason, { reason, count: 1, first })
    } else {
      total.count++
    }
    if (this.#file !== undefined) {
      const record = { reason, detail, source, line, windows, ...reject.content() }
      this.#block += `${JSON.stringify(record)}\n`
      if (this.#block.length > blockCharacters) this.#writeBlock()
    }
    if (this.#isStrict && !this.#hasRefused) {
      this.#hasRefused = true // what was held until then is decided, and accounted for, behind it
      throw new UcError(
        'refused',
        `${placeOf(source, line)}: ${detail} (--strict stops at the first)`,
      )
    }
  }

  /** Waits until what was written has arrived. */
  async drain(): Promise<void> {
    await this.#file?.drain()
  }

  /** Nobody reads the file: what waits is dropped. Returns how many bytes. */
  abandon(): number {
    return this.#file?.abandon() ?? 0
  }

  async close(): Promise<void> {
    this.#writeBlock()
    await this.#file?.close()
  }

  #writeBlock(): void {
    if (this.#block === '') return
    this.#file?.write(Buffer.from(this.#block))
    this.#block = ''
  }
}

/** `stdin:41`; of a partition, whose lines are numbered by their offsets, `topic[3]@1207`. */
function placeOf(source: string, line: number): string {
  return /\[\d+\]$/.test(source) ? `${source}@${line}` : `${source}:${line}`
}
