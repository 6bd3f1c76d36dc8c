/** Result lines to standard output or a file, in the format asked for. */
import { Buffer } from 'node:buffer'
import type { Transform, TransformCallback } from 'node:stream'
import { stringify } from 'ndjson'
import type { ResultLine } from '../records.ts'
import { shown } from '../shown.ts'
import { writeOut } from './runtime.ts'
import { hasNames, type Rows, type TableColumns, tableRows, tsvRows } from './result-format.ts'

export type ResultFormat = 'json' | 'tsv' | 'table'

/** Lines become bytes in blocks of about this size: a million lines may fall due at once. */
const blockCharacters = 64 * 1024

export class ResultSink {
  readonly #newTextOf: () => (line: ResultLine) => string
  #textOf: (line: ResultLine) => string
  #text = ''
  #blocks: Uint8Array[] = []
  #hasWritten = false
  readonly #write: (block: Uint8Array) => Promise<void>

  /** `write` resolves when the block is written. */
  constructor(
    format: ResultFormat,
    columns: TableColumns = {},
    write: (block: Uint8Array) => Promise<void> = writeOut,
  ) {
    this.#write = write
    this.#newTextOf = () => format === 'json' ? jsonText() : rowText(format, columns)
    this.#textOf = this.#newTextOf()
  }

  write(line: ResultLine): void {
    this.#text += this.#textOf(line)
    if (this.#text.length > blockCharacters) this.#closeBlock()
  }

  /**
   * Waits until every line is written, `mayWrite` before each block. Rejects when that does, or when
   * the reader left.
   */
  async flush(mayWrite: () => Promise<void> | undefined = () => undefined): Promise<void> {
    this.#closeBlock()
    for (let block; (block = this.#blocks[0]) !== undefined;) {
      await mayWrite()
      this.#blocks.shift()
      this.#hasWritten = true
      await this.#write(block)
    }
  }

  /** Forgets the lines that have not been written. */
  discard(): void {
    this.#text = ''
    this.#blocks = []
    if (!this.#hasWritten) this.#textOf = this.#newTextOf() // the head is to come again
  }

  end(): Promise<void> {
    return this.flush()
  }

  #closeBlock(): void {
    if (this.#text === '') return
    this.#blocks.push(Buffer.from(this.#text))
    this.#text = ''
  }
}

/**
 * What the stream of `ndjson` makes of each line, asked for at once. In the queues of the stream a
 * million lines that come together would lie as objects, five times as large as their text.
 */
function jsonText(): (line: ResultLine) => string {
  const encoder = stringify() as unknown as Transform
  let text = ''
  const take: TransformCallback = (_error, line: string) => text = line
  return (line) => {
    encoder._transform(line, 'utf8', take)
    return hasNames(line) ? `${shown(text.trimEnd())}\n` : text
  }
}

function rowText(format: 'tsv' | 'table', columns: TableColumns): (line: ResultLine) => string {
  let rows: Rows | undefined
  return (line) => {
    if (rows !== undefined) return rows.row(line)
    rows = format === 'tsv' ? tsvRows(line, columns) : tableRows
    return (columns.isBegun === true ? '' : rows.head) + rows.row(line)
  }
}
