/**
 * How far the count stage has come, as records beside those of its windows:
 *
 *   run        how many sources there are, and the union's watermark
 *   source/3   the watermark of a source, and whether it is idle
 *   empty      with --zero: which windows have lines, of each kind
 */
import { ChangedRecords } from '../state/changed-records.ts'
import { missingRecord, type Put, type StateRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import type { Union } from '../sources/union.ts'
import type { EmptyWindows } from './empty-windows.ts'

export class SavedProgress {
  readonly #union: Union
  readonly #empties: EmptyWindows | undefined
  readonly #records = new ChangedRecords()

  constructor(union: Union, empties?: EmptyWindows) {
    this.#union = union
    this.#empties = empties
  }

  save(put: Put): void {
    this.#records.save(put, this.#fields())
  }

  /** Gives back the records that are of windows. */
  *load(records: Iterable<StateRecord>): Generator<StateRecord> {
    let run: RecordReader | undefined
    let sources = 0
    let found = 0
    for (const [key, value] of records) {
      found++
      if (key === 'empty' && this.#empties !== undefined) {
        const record = new RecordReader(key, value)
        this.#records.stands(key, value)
        this.#empties.readFrom(record)
        record.end()
        continue
      }
      const [, source] = /^source\/(\d+)$/.exec(key) ?? []
      if (source === undefined && key !== 'run') {
        yield [key, value]
        continue
      }
      const record = new RecordReader(key, value)
      this.#records.stands(key, value)
      if (source === undefined) {
        run = record
        continue
      }
      this.#loadSource(Number(source), record)
      record.end()
      sources++
    }
    if (found === 0) return
    if (run === undefined) throw missingRecord('run')
    if (run.count() !== sources) throw run.refused(`of other sources than the ${sources} there are`)
    this.#union.watermarkMs = run.number()
    run.end()
  }

  #loadSource(source: number, record: RecordReader): void {
    const watermarkMs = record.number()
    this.#union.restore(source, watermarkMs, record.flag())
  }

  *#fields(): Generator<[string, RecordWriter]> {
    const sources = [...this.#sources()]
    const run = new RecordWriter().count(sources.length)
    yield ['run', run.number(this.#union.watermarkMs)]
    yield* sources
    if (this.#empties === undefined) return
    const empty = new RecordWriter()
    this.#empties.writeTo(empty)
    yield ['empty', empty]
  }

  *#sources(): Generator<[string, RecordWriter]> {
    for (const [source, watermarkMs, isIdle] of this.#union.sources()) {
      yield [`source/${source}`, new RecordWriter().number(watermarkMs).flag(isIdle)]
    }
  }
}
