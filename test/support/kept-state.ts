/** The records of a state as a store would keep them. */
import assert from 'node:assert/strict'
import { below, type Random } from '../../src/generate/random.ts'
import type { Kept, StateRecord } from '../../src/state/kept.ts'

export class KeptState {
  readonly records: Map<string, Uint8Array> = new Map()
  /** Of all records ever put. */
  bytesPut = 0

  /** Takes what has changed. A second save right behind it must have nothing. */
  save(kept: Kept): void {
    kept.save!((key, value) => {
      this.bytesPut += key.length + (value?.length ?? 0)
      if (value !== null) this.records.set(key, value)
      else assert.ok(this.records.delete(key), `${key} was ended, and never put`)
    })
    kept.save!((key) => assert.fail(`${key} was put again, and nothing has changed`))
  }

  /** In any order. */
  shuffled(random: Random): StateRecord[] {
    const records = [...this.records].map(([key, value]) => [key, value.slice()] as const)
    for (let i = records.length - 1; i > 0; i--) {
      const j = below(random, i + 1)
      const moved = records[i]!
      records[i] = records[j]!
      records[j] = moved
    }
    return records
  }

  get bytes(): number {
    return [...this.records].reduce((sum, [key, { length }]) => sum + key.length + length, 0)
  }
}
