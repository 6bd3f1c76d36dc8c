/**
 * How far the count stage has come, as records beside those of its windows:
 *
 *   run        the union's watermark, what was over before, and how many sources there are
 *   source/3   the watermark of a source, whether it is idle, and up to which line a run before read it
 */
import { ChangedRecords } from '../state/changed-records.ts'
import { missingRecord, type Put, type StateRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import type { Union } from '../sources/union.ts'

export class SavedProgress {
  readonly #union: Union
  readonly #readTo: Map<number, number>
  readonly #records = new ChangedRecords()

  /** `readTo`: by source. */
  constructor(union: Union, readTo: Map<number, number>) {
    this.#union = union
    this.#readTo = readTo
  }

  save(overMs: number, put: Put): void {
    this.#records.save(put, this.#fields(overMs))
  }

  /** Gives back the records that are of windows. */
  *load(records: Iterable<StateRecord>, isOver: (ms: number) => void): Generator<StateRecord> {
    let run: RecordReader | undefined
    let sources = 0
    let found = 0
    for (const [key, value] of records) {
      found++
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
    isOver(run.number())
    run.end()
  }

  #loadSource(source: number, record: RecordReader): void {
    const exists = record.flag()
    const watermarkMs = record.number()
    const isIdle = record.flag()
    const line = record.number()
    if (exists) this.#union.restore(source, watermarkMs, isIdle)
    if (!Number.isNaN(line)) this.#readTo.set(source, line)
  }

  *#fields(overMs: number): Generator<[string, RecordWriter]> {
    const sources = [...this.#sources()]
    const run = new RecordWriter().count(sources.length)
    yield ['run', run.number(this.#union.watermarkMs).number(overMs)]
    yield* sources
  }

  *#sources(): Generator<[string, RecordWriter]> {
    for (const [source, watermarkMs, isIdle] of this.#union.sources()) {
      const record = new RecordWriter().flag(true).number(watermarkMs).flag(isIdle)
      yield [`source/${source}`, record.number(this.#readTo.get(source) ?? NaN)]
    }
    for (const [source, line] of this.#readTo) {
      if (this.#union.has(source)) continue
      const record = new RecordWriter().flag(false).number(NaN).flag(false)
      yield [`source/${source}`, record.number(line)]
    }
  }
}
