/**
 * Puts of a few records only those that are others than at the save before, and ends those that are
 * no more. It keeps a copy of each: for what is small, such as one source, not the users of windows.
 */
import type { Put } from './kept.ts'
import type { RecordWriter } from './record.ts'

export class ChangedRecords {
  #saved = new Map<string, Uint8Array>()

  /** All that there is now. */
  save(put: Put, records: Iterable<readonly [key: string, fields: RecordWriter]>): void {
    const before = this.#saved
    this.#saved = new Map()
    for (const [key, fields] of records) {
      const value = fields.of(key)
      const last = before.get(key)
      if (last === undefined || !isSame(last, value)) put(key, value)
      this.#saved.set(key, value)
      before.delete(key)
    }
    for (const key of before.keys()) put(key, null)
  }

  /** A record that was put by another, and stands. */
  stands(key: string, value: Uint8Array): void {
    this.#saved.set(key, new Uint8Array(value))
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
