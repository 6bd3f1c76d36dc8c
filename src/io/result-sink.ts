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
  /** Lines handed over and not yet written. */
  #pending = 0
  #failure: unknown
  #wake: () => void = () => {}

  constructor(format: ResultFormat) {
    const output = new Writable({
      write: (text: Uint8Array, _encoding, done) => {
        writeOut(text).then(() => {
          this.#pending--
          this.#wake()
          done()
        }, done)
      },
    })
    this.#encoder = encoderOf(format)
    this.#encoder.pipe(output)
    this.#done = finished(output)
    this.#done.catch((error) => {
      this.#failure = error
      this.#wake()
    })
  }

  write(line: ResultLine): void {
    this.#pending++
    this.#encoder.write(line)
  }

  /** Waits until every line is written. Rejects when the reader left. */
  async flush(): Promise<void> {
    while (this.#pending > 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve)
    }
    if (this.#failure !== undefined) throw this.#failure
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
