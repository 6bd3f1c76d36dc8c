/**
 * How far the count stage has come, as records beside those of its windows:
 *
 *   run        the union's watermark, what was over before, how many sources there are, and per kind
 *              how many frames have counted
 *   source/3   the watermark of a source, whether it is idle, and up to which line a run before read it
 */
import { ChangedRecords } from '../state/changed-records.ts'
import { missingRecord, type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { Union } from '../sources/union.ts'

export interface CountProgress {
  readonly kinds: readonly WindowKind[]
  /** Per kind. */
  readonly counted: number[]
  readonly union: Union
  /** By source. */
  readonly readTo: Map<number, number>
}

export class SavedProgress {
  readonly #progress: CountProgress
  readonly #records = new ChangedRecords()

  constructor(progress: CountProgress) {
    this.#progress = progress
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
    isOver(this.#loadRun(run))
    run.end()
  }

  /** Returns what was over before. */
  #loadRun(record: RecordReader): number {
    const { union, kinds, counted } = this.#progress
    union.watermarkMs = record.number()
    const overMs = record.number()
    const count = record.count()
    if (count !== kinds.length) throw record.refused(`of ${count} kinds of window`)
    for (let k = 0; k < count; k++) {
      const name = record.text()
      counted[k] = record.number()
      if (name !== kinds[k]?.name) throw unknownRecord(name)
    }
    return overMs
  }

  #loadSource(source: number, record: RecordReader): void {
    const { union, readTo } = this.#progress
    const exists = record.flag()
    const watermarkMs = record.number()
    const isIdle = record.flag()
    const line = record.number()
    if (exists) union.restore(source, watermarkMs, isIdle)
    if (!Number.isNaN(line)) readTo.set(source, line)
  }

  *#fields(overMs: number): Generator<[string, RecordWriter]> {
    const { union, kinds, counted } = this.#progress
    const sources = [...this.#sources()]
    const run = new RecordWriter().count(sources.length)
    run.number(union.watermarkMs).number(overMs).count(kinds.length)
    kinds.forEach(({ name }, k) => run.text(name).number(counted[k]!))
    yield ['run', run]
    yield* sources
  }

  *#sources(): Generator<[string, RecordWriter]> {
    const { union, readTo } = this.#progress
    for (const [source, watermarkMs, isIdle] of union.sources()) {
      const record = new RecordWriter().flag(true).number(watermarkMs).flag(isIdle)
      yield [`source/${source}`, record.number(readTo.get(source) ?? NaN)]
    }
    for (const [source, line] of readTo) {
      if (union.has(source)) continue
      const record = new RecordWriter().flag(false).number(NaN).flag(false)
      yield [`source/${source}`, record.number(line)]
    }
  }
}
