/**
 * The sources of the window stage as records, two of each at most:
 *
 *   source/3        which one it is in the order in which they came, how many frames are held, its
 *                   clock, the ballot on these frames, silence, whether it is cold
 *   source/3/held   the frames that are held, with their lines; only while there are any
 */
import { ChangedRecords } from '../state/changed-records.ts'
import { type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import type { SourceGuard } from './source-guard.ts'

interface Ordered {
  readonly order: number
}

function inOrder(a: Ordered, b: Ordered): number {
  return a.order - b.order
}

interface Found {
  record: RecordReader | undefined
  held: RecordReader | undefined
}

export class SavedSources {
  readonly #guards: ReadonlyMap<number, SourceGuard>
  readonly #guardOf: (source: number) => SourceGuard
  readonly #records = new ChangedRecords()

  /** `guardOf` makes one for a source that has none. */
  constructor(
    guards: ReadonlyMap<number, SourceGuard>,
    guardOf: (source: number) => SourceGuard,
  ) {
    this.#guards = guards
    this.#guardOf = guardOf
  }

  save(put: Put): void {
    this.#records.save(put, this.#fields())
  }

  load(records: Iterable<StateRecord>): void {
    const sources: { readonly order: number; readonly source: number; readonly found: Found }[] = []
    for (const [source, found] of this.#read(records)) {
      if (found.record === undefined) throw found.held!.refused('of a source that is missing')
      sources.push({ order: found.record.count(), source, found })
    }
    for (const [n, { order, source, found }] of sources.sort(inOrder).entries()) {
      if (order !== n) throw found.record!.refused(`incomplete: number ${order}, where ${n} is due`)
      this.#loadSource(this.#guardOf(source), found)
    }
  }

  #read(records: Iterable<StateRecord>): ReadonlyMap<number, Found> {
    const bySource = new Map<number, Found>()
    for (const [key, value] of records) {
      const [, source = '', held] = /^source\/(\d+)(\/held)?$/.exec(key) ?? []
      if (source === '') throw unknownRecord(key)
      const found = bySource.get(Number(source)) ?? { record: undefined, held: undefined }
      found[held === undefined ? 'record' : 'held'] = new RecordReader(key, value)
      bySource.set(Number(source), found)
      this.#records.stands(key, value)
    }
    return bySource
  }

  #loadSource(guard: SourceGuard, { record, held }: Found): void {
    const count = record!.count()
    guard.readFrom(record!)
    record!.end()
    if (held !== undefined) guard.held.readFrom(held)
    held?.end()
    if (guard.held.count !== count) throw record!.refused('without the frames that it holds')
  }

  *#fields(): Generator<[string, RecordWriter]> {
    let order = 0
    for (const [source, guard] of this.#guards) {
      const key = `source/${source}`
      const record = new RecordWriter().count(order++).count(guard.held.count)
      guard.writeTo(record)
      yield [key, record]
      if (guard.held.count === 0) continue
      const held = new RecordWriter()
      guard.held.writeTo(held)
      yield [`${key}/held`, held]
    }
  }
}
