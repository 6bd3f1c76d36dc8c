/** Result lines to standard output, in the format asked for. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Transform } from 'node:stream'
import { stringify } from 'ndjson'
import type { ResultLine } from '../records.ts'
import { shown } from '../shown.ts'
import { writeOut } from './runtime.ts'
import { type Columns, hasNames, type Rows, tableRows, tsvRows } from './result-format.ts'

export type ResultFormat = 'json' | 'tsv' | 'table'

/** Lines become bytes in blocks of about this size: a million lines may fall due at once. */
const blockCharacters = 64 * 1024

export class ResultSink {
  readonly #encoder: Transform
  readonly #ended: Promise<unknown>
  /** Lines that the encoder has not given back yet. */
  #pending = 0
  #isNamed = false
  #wake: () => void = () => {}
  #text = ''
  #blocks: Uint8Array[] = []

  constructor(format: ResultFormat, columns: Columns = {}) {
    this.#encoder = encoderOf(format, columns)
    this.#encoder.on('data', (text: string | Uint8Array) => {
      this.#text += format === 'json' && this.#isNamed ? `${shown(`${text}`.trimEnd())}\n` : text
      if (this.#text.length > blockCharacters) this.#closeBlock()
      if (--this.#pending === 0) this.#wake()
    })
    this.#ended = once(this.#encoder, 'end')
  }

  write(line: ResultLine): void {
    this.#pending++
    this.#isNamed ||= hasNames(line)
    this.#encoder.write(line)
  }

  /** Waits until every line is written. Rejects when the reader left. */
  async flush(): Promise<void> {
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#wake = resolve)
    this.#closeBlock()
    const blocks = this.#blocks
    this.#blocks = []
    for (const block of blocks) await writeOut(block)
  }

  /** What is not written yet never will be. */
  discard(): void {
    this.#closeBlock()
    this.#blocks = []
  }

  async end(): Promise<void> {
    this.#encoder.end()
    await this.#ended
    await this.flush()
  }

  #closeBlock(): void {
    if (this.#text === '') return
    this.#blocks.push(Buffer.from(this.#text))
    this.#text = ''
  }
}

function encoderOf(format: ResultFormat, columns: Columns): Transform {
  if (format === 'json') return stringify() as unknown as Transform
  let rows: Rows | undefined
  return new Transform({
    writableObjectMode: true,
    transform(line: ResultLine, _encoding, done) {
      if (rows !== undefined) return done(null, rows.row(line))
      rows = format === 'tsv' ? tsvRows(line, columns) : tableRows
      done(null, rows.head + rows.row(line))
    },
  })
}
