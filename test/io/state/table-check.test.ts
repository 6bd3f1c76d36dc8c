import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { liveTables } from '../../../src/io/state/live-tables.ts'
import { openStore } from '../../../src/io/state/store.ts'
import { isWholeTable } from '../../../src/io/state/table-check.ts'
import { RecordWriter } from '../../../src/state/record.ts'
import { withFolder } from '../../support/folder.ts'

/** The tables of a state that was written and closed often. */
async function withTables(use: (tables: readonly Uint8Array[]) => void): Promise<void> {
  await withFolder(async (folder) => {
    const state = `${folder}/state`
    for (let run = 0; run < 6; run++) {
      const { store } = await openStore(state, { create: true })
      const key = (i: number) => `a/${i % 7}/${run}`
      await store.commit(Array.from({ length: 40 }, (_, i) => {
        return [key(i), new RecordWriter().number(i).of(key(i))] as const
      }))
      await store.close()
    }
    const live = [...liveTables(`${state}/records`)]
    use(live.map((n) => readFileSync(`${state}/records/${String(n).padStart(6, '0')}.ldb`)))
  })
}

test('every table that a state reads is whole, and none is with any byte flipped or cut', async () => {
  await withTables((tables) => {
    assert.ok(tables.length > 0)
    for (const table of tables) {
      assert.ok(isWholeTable(table))
      for (let at = 0; at < table.length; at++) {
        const flipped = Uint8Array.from(table)
        flipped[at]! ^= 1 << at % 8
        const isPadding = isWholeTable(flipped)
        if (isPadding) assert.ok(at >= table.length - 48 && at < table.length - 8, `byte ${at}`)
        assert.ok(!isWholeTable(table.subarray(0, at)), `cut at ${at}`)
      }
    }
  })
})
