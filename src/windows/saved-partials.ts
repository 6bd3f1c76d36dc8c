/**
 * What the stage of partial panes keeps between two passes, as records:
 *
 *   source/3                    the watermark of a source, and whether it is idle
 *   3/hour/1468242000           a window of it: how many records there are of its users
 *   3/hour/1468242000/users/0   users who have been told of (state/saved-users.ts)
 *   3/by/0/hour/1468242000      the same of groups, by the place of the breakdown (saved-groups.ts)
 *
 * Nothing of a window is noted before the first save, which writes all of them.
 */
import type { Counter } from '../counter/counter.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import { missingRecord, type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import { SavedUsers } from '../state/saved-users.ts'
import { GroupPartialWindow } from './group-partial-window.ts'
import { GroupRecords } from './group-records.ts'
import type { PartialSource } from './partial-source.ts'
import { PartialWindow } from './partial-window.ts'

const sourceKey = /^source\/(\d+)$/
const windowKey = /^((\d+)\/([^/]+(?:\/\d+[dhms])?)\/(-?[\d.]+))(?:\/users\/(\d+))?$/

export interface PartialWindowPlace {
  readonly source: number
  readonly kindName: string
  readonly startMs: number
}

export interface LoadPartials {
  sourceOf(source: number): PartialSource
  /** New; undefined: there is none. */
  newWindow(place: PartialWindowPlace): PartialWindow | undefined
  newGroupWindow(place: PartialWindowPlace, breakdown: number): GroupPartialWindow | undefined
}

type AnyWindow = PartialWindow | GroupPartialWindow

export class SavedPartials {
  readonly #sources = new ChangedRecords()
  #touched: Set<AnyWindow> | undefined
  #over = new Set<AnyWindow>()

  /** It has changed, or will before the next save. */
  touch(window: AnyWindow): void {
    this.#touched?.add(window)
  }

  over(window: AnyWindow): void {
    this.#touched?.delete(window)
    if (window.saved !== undefined) this.#over.add(window)
  }

  save(sources: readonly PartialSource[], put: Put): void {
    this.#sources.save(put, sources.map((source) => [`source/${source.source}`, fieldsOf(source)]))
    for (const window of this.#over) {
      window.saved!.end(keyOf(window), put)
      if (window instanceof PartialWindow) put(keyOf(window), null)
    }
    const all = () => sources.flatMap((each) => [...each.windows(), ...each.groupWindows()])
    for (const window of this.#touched ?? all()) {
      if (window instanceof GroupPartialWindow) window.save(keyOf(window), put)
      else saveWindow(window, put)
    }
    this.#over.clear()
    this.#touched = new Set()
  }

  /** A record a step, in any order. */
  *loadInSteps(records: Iterable<StateRecord>, run: LoadPartials): Generator<void> {
    const windows = new Map<string, PartialWindow>()
    const heads = new Map<string, RecordReader>()
    const windowOf = (key: string, place: PartialWindowPlace) => {
      const window = windows.get(key) ?? run.newWindow(place)
      if (window === undefined) throw unknownRecord(key)
      window.saved ??= new SavedUsers()
      windows.set(key, window)
      return window
    }
    const sources = new Set<number>()
    const ofGroups = new GroupRecords()
    for (const [key, value] of ofGroups.load(records)) {
      const record = new RecordReader(key, value)
      const [, source] = sourceKey.exec(key) ?? []
      const [, head, of, kindName = '', start, place] = windowKey.exec(key) ?? []
      if (source !== undefined) {
        run.sourceOf(Number(source)).readFrom(record)
        record.end()
        sources.add(Number(source))
        this.#sources.stands(key, value)
      } else if (head !== undefined) {
        const startMs = Math.round(Number(start) * 1000)
        const window = windowOf(head, { source: Number(of), kindName, startMs })
        if (place === undefined) heads.set(head, record)
        else window.saved!.load(Number(place), record, window.users)
      } else {
        throw unknownRecord(key)
      }
      yield
    }
    for (const [key, window] of windows) {
      if (!sources.has(window.source)) throw missingRecord(`source/${window.source}`)
      const head = heads.get(key)
      if (head === undefined) throw missingRecord(key)
      window.readFrom(head)
      head.end()
    }
    for (const found of ofGroups.all()) {
      const { source = NaN, place, kindName, startMs } = found
      const window = run.newGroupWindow({ source, kindName, startMs }, place)
      if (window === undefined || !sources.has(source)) throw unknownRecord(found.key)
      found.loadInto(window)
    }
    this.#touched = new Set()
  }
}

function fieldsOf(source: PartialSource): RecordWriter {
  const record = new RecordWriter()
  source.writeTo(record)
  return record
}

function saveWindow(window: PartialWindow, put: Put): void {
  const key = keyOf(window)
  const saved = window.saved ??= new SavedUsers()
  saved.save(key, window.users, put)
  const head = new RecordWriter()
  saved.writeTo(head)
  put(key, head.of(key))
}

function keyOf(window: AnyWindow): string {
  const { source, kind, startMs } = window
  const breakdown = window instanceof GroupPartialWindow ? `by/${window.place}/` : ''
  return `${source}/${breakdown}${kind.name}/${startMs / 1000}`
}

/** The windows among the records, for who has no stage to load them into. */
export function* partialWindowsIn(
  records: Iterable<StateRecord>,
  newCounter: () => Counter,
): Generator<PartialWindowPlace & { readonly users: Counter }> {
  const windows = new Map<string, { readonly saved: SavedUsers; readonly users: Counter }>()
  const heads = new Map<string, Uint8Array>()
  for (const [key, value] of new GroupRecords().load(records)) {
    const [, head, , , , place] = windowKey.exec(key) ?? []
    if (head === undefined) continue
    if (place === undefined) {
      heads.set(head, value)
      continue
    }
    const window = windows.get(head) ?? { saved: new SavedUsers(), users: newCounter() }
    windows.set(head, window)
    window.saved.load(Number(place), new RecordReader(key, value), window.users)
  }
  for (const [head, value] of heads) {
    const [, , source, kindName = '', start] = windowKey.exec(head)!
    const { saved, users } = windows.get(head) ?? { saved: new SavedUsers(), users: newCounter() }
    saved.readFrom(new RecordReader(head, value), users)
    yield { source: Number(source), kindName, startMs: Math.round(Number(start) * 1000), users }
  }
}
