/**
 * Takes every reject: counts it by reason, keeps the first of each for the summary, writes it to
 * the file of --rejects, and ends the run at the first one under --strict.
 */
import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import { UcError } from '../errors.ts'
import type { Reject, RejectContent } from '../records.ts'
import { writeAll } from './output-file.ts'

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
  readonly #fd: number | undefined
  readonly #isStrict: boolean
  #block = ''

  /** `fd`: the file of --rejects. */
  constructor({ fd, isStrict }: { fd: number | undefined; isStrict: boolean }) {
    this.#fd = fd
    this.#isStrict = isStrict
    this.hasFile = fd !== undefined
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
    if (this.#fd !== undefined) {
      const record = { reason, detail, source, line, windows, ...reject.content() }
      this.#block += `${JSON.stringify(record)}\n`
      if (this.#block.length > blockCharacters) this.flush()
    }
    if (this.#isStrict) {
      throw new UcError(
        'refused',
        `${placeOf(source, line)}: ${detail} (--strict stops at the first)`,
      )
    }
  }

  flush(): void {
    if (this.#fd === undefined || this.#block === '') return
    writeAll(this.#fd, Buffer.from(this.#block))
    this.#block = ''
  }

  close(): void {
    this.flush()
    if (this.#fd !== undefined) closeSync(this.#fd)
  }
}

/** `stdin:41`; of a partition, whose lines are numbered by their offsets, `topic[3]@1207`. */
function placeOf(source: string, line: number): string {
  return /\[\d+\]$/.test(source) ? `${source}@${line}` : `${source}:${line}`
}
