import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tsvRows } from '../../src/io/result-format.ts'
import type { ResultLine } from '../../src/records.ts'

const exact: ResultLine = {
  window: 'minute',
  start: 1468244340,
  end: 1468244400,
  time: '2016-07-11T13:39:00Z',
  users: 16193,
  low: 16193,
  high: 16193,
  method: 'exact',
  error: 0,
  frames: 17000,
  pane: 'on-time',
  revision: 0,
}

const estimated: ResultLine = {
  ...exact,
  window: 'week',
  time: '2016-07-11T00:00:00+02:00',
  tz: 'Europe/Zurich',
  weekStart: 'monday',
  users: 12345678,
  low: 12149000,
  high: 12542000,
  method: 'hll',
  error: 0.008125,
  frames: 1234567890,
  pane: 'late',
  revision: 12,
}

const sketched: ResultLine = { ...estimated, sketch: 'AgEHDgMMAAg=' }
const { revision: _, ...withoutRevision } = exact
const early: ResultLine = { ...withoutRevision, pane: 'early' }

test('tab-separated rows have a cell for every field of the head, empty where it is absent', () => {
  for (const line of [exact, estimated, early, sketched]) {
    const fields = tsvRows(line).head.trimEnd().split('\t')
    const cells = tsvRows(line).row(line).slice(0, -1).split('\t')
    assert.equal(cells.length, fields.length)
    const read = Object.fromEntries(fields.map((field, i) => [field, cells[i]]))
    for (const field of fields) {
      assert.equal(read[field], String(line[field as keyof ResultLine] ?? ''), field)
    }
  }
})

test('tab-separated rows lose no field of a result line', () => {
  const fields = tsvRows(sketched).head.trimEnd().split('\t')
  assert.deepEqual(Object.keys(sketched).filter((key) => !fields.includes(key)), [])
})

test('sketches have a column only where there are some', () => {
  assert.equal(tsvRows(sketched).head, `${tsvRows(exact).head.trimEnd()}\tsketch\n`)
})

test('names of shards make no cells and no rows, and can be read back', () => {
  const shard = 'C:\\new\ta\nb\r\\t\x1b[2J\u202e'
  const { row } = tsvRows({ ...exact, shard })
  const cells = row({ ...exact, shard }).split('\t')
  assert.equal(cells.at(-1), 'C:\\\\new\\ta\\nb\\r\\\\t\\u001b[2J\\u202e\n')
  assert.equal(JSON.parse(`"${cells.at(-1)!.trimEnd()}"`), shard)
})
