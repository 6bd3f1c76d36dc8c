/** Result lines to standard output or a file, in the format asked for. */
import { Buffer } from 'node:buffer'
import type { Transform, TransformCallback } from 'node:stream'
import { stringify } from 'ndjson'
import { resultJson } from '../ndjson/result-json.ts'
import type { ResultLine } from '../records.ts'
import { shown } from '../shown.ts'
import { hasNames, type Rows, type TableColumns, tsvRows } from './result-format.ts'
import { plainTable, type Table } from './result-table.ts'
import { writeOut } from './runtime.ts'

export type ResultFormat = 'json' | 'tsv' | 'table'

/** Lines as they wait to be written. */
export interface LineBlocks {
  write(line: ResultLine): void
  readonly isEmpty: boolean
  /** The next block, which is written at once. */
  take(): Uint8Array
  /** Forgets what was not taken. */
  discard(): void
}

export interface ResultSinkOptions {
  readonly columns?: TableColumns
  /** Resolves when the block is written. */
  readonly write?: (block: Uint8Array) => Promise<void>
  /** In place of text in the format: a table that knows what is on the screen. */
  readonly live?: LineBlocks | undefined
}

export class ResultSink {
  readonly #lines: LineBlocks
  readonly #write: (block: Uint8Array) => Promise<void>

  constructor(
    format: ResultFormat,
    { columns = {}, write = writeOut, live }: ResultSinkOptions = {},
  ) {
    this.#lines = live ?? new TextBlocks(format, columns)
    this.#write = write
  }

  write(line: ResultLine): void {
    this.#lines.write(line)
  }

  /**
   * Waits until every line is written, `mayWrite` before each block. Rejects when that does, or when
   * the reader left.
   */
  async flush(mayWrite: () => Promise<void> | undefined = () => undefined): Promise<void> {
    while (!this.#lines.isEmpty) {
      await mayWrite()
      await this.#write(this.#lines.take())
    }
  }

  /** Forgets the lines that have not been written. */
  discard(): void {
    this.#lines.discard()
  }

  end(): Promise<void> {
    return this.flush()
  }
}

/** Lines become bytes in blocks of about this size: a million lines may fall due at once. */
const blockCharacters = 64 * 1024

/** Lines one after the other, the head before the first of them. */
class TextBlocks implements LineBlocks {
  readonly #newTextOf: () => (line: ResultLine) => string
  #textOf: (line: ResultLine) => string
  #text = ''
  #blocks: Uint8Array[] = []
  #isBegun = false

  constructor(format: ResultFormat, columns: TableColumns) {
    this.#newTextOf = () => format === 'json' ? jsonText() : rowText(format, columns)
    this.#textOf = this.#newTextOf()
  }

  write(line: ResultLine): void {
    this.#text += this.#textOf(line)
    if (this.#text.length > blockCharacters) this.#closeBlock()
  }

  get isEmpty(): boolean {
    return this.#text === '' && this.#blocks.length === 0
  }

  take(): Uint8Array {
    this.#closeBlock()
    this.#isBegun = true
    return this.#blocks.shift() ?? new Uint8Array()
  }

  discard(): void {
    this.#text = ''
    this.#blocks = []
    if (!this.#isBegun) this.#textOf = this.#newTextOf() // the head is to come again
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
  const encode = (line: ResultLine) => {
    encoder._transform(line, 'utf8', take)
    return text
  }
  return (line) => {
    const json = resultJson(line, encode)
    return hasNames(line) ? `${shown(json.trimEnd())}\n` : json
  }
}

function rowText(format: 'tsv' | 'table', columns: TableColumns): (line: ResultLine) => string {
  let rows: Rows | undefined
  let { hasGroups = false } = columns
  return (line) => {
    // The first lines of a window may be of all frames, and groups come behind them
    const isWider = format === 'table' && line.by !== undefined && !hasGroups
    if (rows !== undefined && !isWider) return rows.row(line)
    hasGroups ||= line.by !== undefined
    rows = format === 'tsv' ? tsvRows(line, columns) : plainRows(plainTable(hasGroups))
    return (columns.isBegun === true && !isWider ? '' : rows.head) + rows.row(line)
  }
}

function plainRows(table: Table): Rows {
  return { head: `${table.head}\n`, row: (line) => `${table.row(line)}\n` }
}
