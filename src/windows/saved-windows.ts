/**
 * The windows of the count stage as records: which of them have changed since the last save, and the
 * way back. Nothing is noted before the first save, which writes all of them, so that a run that saves
 * nothing pays nothing.
 */
import { missingRecord, type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { RecordReader } from '../state/record.ts'
import type { OpenWindow } from './open-window.ts'
import { SavedWindow } from './saved-window.ts'

/** Gives the window of a kind that begins then, new; undefined: there is none. */
export type NewWindow = (kindName: string, startMs: number) => OpenWindow | undefined

/** A name may have a step behind a slash: `1h/5m/1468242000`. */
const userKey = /^([^/]+(?:\/\d+[dhms])?)\/(-?[\d.]+)(?:\/late\/(-?[\d.]+))?\/users\/(\d+)$/
const headKey = /^([^/]+(?:\/\d+[dhms])?)\/(-?[\d.]+)$/

export class SavedWindows {
  #touched: Set<OpenWindow> | undefined
  #over = new Set<OpenWindow>()

  /** It has changed, or will before the next save. */
  touch(window: OpenWindow): void {
    this.#touched?.add(window)
  }

  /** It is over; perhaps it was so already. */
  over(window: OpenWindow): void {
    this.#touched?.delete(window)
    if (window.saved !== undefined) this.#over.add(window)
  }

  /** `all`: every window that is open or revisable. */
  save(all: Iterable<OpenWindow>, put: Put): void {
    for (const window of this.#over) window.saved!.end(keyOf(window), put)
    for (const window of this.#touched ?? all) {
      window.saved ??= new SavedWindow()
      window.saved.save(keyOf(window), window, put)
    }
    this.#over.clear()
    this.#touched = new Set()
  }

  /** Returns the windows. */
  load(records: Iterable<StateRecord>, newWindow: NewWindow): readonly OpenWindow[] {
    const steps = this.loadInSteps(records, newWindow)
    for (;;) {
      const { value, done } = steps.next()
      if (done === true) return value
    }
  }

  /** The same, a record a step. They come in any order: users are added as they come. */
  *loadInSteps(
    records: Iterable<StateRecord>,
    newWindow: NewWindow,
  ): Generator<void, readonly OpenWindow[]> {
    const windows = new Map<string, OpenWindow>()
    const heads = new Map<string, RecordReader>()
    let record: RecordReader
    const windowOf = (kindName: string, start: string) => {
      const key = `${kindName}/${start}`
      const window = windows.get(key) ?? newWindow(kindName, Math.round(Number(start) * 1000))
      if (window === undefined) throw unknownRecord(record.key)
      window.saved ??= new SavedWindow()
      windows.set(key, window)
      return window
    }
    for (const [key, value] of records) {
      record = new RecordReader(key, value)
      const [, kindName = '', start = '', dueMs, place] = userKey.exec(key) ?? headKey.exec(key) ??
        []
      if (kindName === '') throw unknownRecord(key)
      const window = windowOf(kindName, start)
      if (place === undefined) heads.set(key, record)
      else window.loadUsers(record, { place: Number(place), dueMs: due(dueMs) })
      yield
    }
    for (const [key, window] of windows) {
      const head = heads.get(key)
      if (head === undefined) throw missingRecord(key)
      window.readFrom(head)
      head.end()
    }
    this.#touched = new Set()
    return [...windows.values()]
  }
}

function due(ms: string | undefined): number | undefined {
  return ms === undefined ? undefined : Number(ms)
}

function keyOf({ kind, startMs }: OpenWindow): string {
  return `${kind.name}/${startMs / 1000}`
}
