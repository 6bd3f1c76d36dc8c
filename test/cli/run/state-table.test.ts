import assert from 'node:assert/strict'
import { test } from 'node:test'
import { displayWidth } from '../../../src/io/display-width.ts'
import type { StateSummary } from '../../../src/cli/run/state-summary.ts'
import { stateTable } from '../../../src/cli/run/state-table.ts'

const state: StateSummary = {
  state: 's',
  inputs: [{ input: `/logs/${'long/'.repeat(30)}2016-07-東京.gz`, bytes: 40_990_169, over: true }],
  partitions: [],
  lines: 20_000,
  malformed: 0,
  frames: 20_000,
  windows: [
    {
      window: 'minute',
      open: 2,
      revisable: 60,
      users: 12_345_678,
      exact: false,
      first: 0,
      last: 60,
    },
  ],
  records: 23,
  recordBytes: 303_711,
  commits: 1,
}

test('the table of a state is no wider than its terminal, and shows the end of a path', () => {
  for (const columns of [60, 80, 140]) {
    const lines = stateTable(state, columns).split('\n')
    for (const line of lines) assert.ok(displayWidth(line) <= columns, line)
    assert.match(lines[1]!, /^….*\/2016-07-東京\.gz {2}40,990,169 {2}over$/)
    assert.equal(displayWidth(lines[1]!), columns <= 80 ? columns : displayWidth(lines[1]!))
  }
  assert.ok(stateTable(state).includes(state.inputs[0]!.input))
})
