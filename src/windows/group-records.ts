/**
 * The records of windows of groups on their way back from a state: those of a window stand together
 * when all are read, since users refer to cells, and cells are numbered in their order.
 */
import { missingRecord, type StateRecord } from '../state/kept.ts'
import { RecordReader } from '../state/record.ts'

/** `by/0/hour/1468242000/users/3`, behind a source where it is one's own. */
const keyPattern = new RegExp(
  /^(?<window>(?:(?<source>\d+)\/)?by\/(?<place>\d+)\/(?<kind>.+?)\/(?<start>-?\d[\d.]*))/.source +
    /(?:\/(?<what>cells|users|sketch|late)\/(?<part>-?\d+))?$/.source,
)

export type GroupPart = readonly [what: string, place: number, record: RecordReader]

/** Takes what is in its records. */
export interface GroupLoader {
  load(parts: readonly GroupPart[]): void
  /** `users`: how many records there were of these. */
  readFrom(head: RecordReader, users: number): void
}

/** Those of one window. */
export class WindowRecords {
  readonly key: string
  readonly source: number | undefined
  /** Of the breakdown. */
  readonly place: number
  readonly kindName: string
  readonly startMs: number
  head: RecordReader | undefined
  readonly parts: GroupPart[] = []

  constructor(key: string, groups: Readonly<Record<string, string | undefined>>) {
    const { source, place, kind = '', start } = groups
    this.key = key
    this.source = source === undefined ? undefined : Number(source)
    this.place = Number(place)
    this.kindName = kind
    this.startMs = Math.round(Number(start) * 1000)
  }

  loadInto(window: GroupLoader): void {
    if (this.head === undefined) throw missingRecord(this.key)
    const parts = this.parts.sort(([a, i], [b, j]) => a < b ? -1 : a > b ? 1 : i - j)
    window.load(parts)
    window.readFrom(this.head, parts.filter(([what]) => what === 'users').length)
  }
}

export class GroupRecords {
  readonly #windows = new Map<string, WindowRecords>()

  /** In any order. */
  all(): Iterable<WindowRecords> {
    return this.#windows.values()
  }

  /** Takes those of groups, and gives back the others. */
  *load(records: Iterable<StateRecord>): Generator<StateRecord> {
    for (const [key, value] of records) {
      const groups = keyPattern.exec(key)?.groups
      if (groups === undefined) {
        yield [key, value]
        continue
      }
      const { window: name = '', what, part } = groups
      const window = this.#windows.get(name) ?? new WindowRecords(name, groups)
      this.#windows.set(name, window)
      const record = new RecordReader(key, value)
      if (what === undefined) window.head = record
      else window.parts.push([what, Number(part), record])
    }
  }
}
