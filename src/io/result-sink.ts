/** Result lines to standard output, in the format asked for. */
import { stringify } from 'ndjson'
import { Transform, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ResultLine } from '../records.ts'
import { writeOut } from './runtime.ts'
import { tableHead, tableRow, tsvHead, tsvRow } from './result-format.ts'

export type ResultFormat = 'json' | 'tsv' | 'table'

export class ResultSink {
  readonly #encoder: Transform
  readonly #done: Promise<void>
  #failure: unknown
  #onFailure: (error: unknown) => void = () => {}

  constructor(format: ResultFormat) {
    const output = new Writable({
      write(text: Uint8Array, _encoding, done) {
        writeOut(text).then(() => done(), done)
      },
    })
    this.#encoder = encoderOf(format)
    this.#encoder.pipe(output)
    this.#done = finished(output)
    this.#done.catch((error) => {
      this.#failure = error
      this.#onFailure(error)
    })
  }

  write(line: ResultLine): void {
    this.#encoder.write(line)
  }

  /** Waits while the reader is slower than we are. Rejects when the reader left. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#encoder.writableNeedDrain) return
    await new Promise<void>((resolve, reject) => {
      this.#encoder.once('drain', resolve)
      this.#onFailure = reject
    })
  }

  async end(): Promise<void> {
    this.#encoder.end()
    await this.#done
  }
}

function encoderOf(format: ResultFormat): Transform {
  if (format === 'json') return stringify() as unknown as Transform
  const [head, row] = format === 'tsv' ? [tsvHead, tsvRow] : [tableHead, tableRow]
  let isFirst = true
  return new Transform({
    writableObjectMode: true,
    transform(line: ResultLine, _encoding, done) {
      done(null, isFirst ? head() + row(line) : row(line))
      isFirst = false
    },
  })
}
