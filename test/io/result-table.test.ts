import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { displayWidth } from '../../src/io/display-width.ts'
import { fittingTable, plainTable } from '../../src/io/result-table.ts'
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

const { revision: _, ...withoutRevision } = exact
const early: ResultLine = { ...withoutRevision, pane: 'early' }

test('columns of the table stand below their titles', () => {
  const rows = [
    plainTable(false).head,
    ...[exact, estimated, early].map(plainTable(false).row),
  ]
  assert.deepEqual(rows, [
    'window    time                             users   error         frames  pane',
    'minute    2016-07-11T13:39:00Z            16,193   exact         17,000  on-time',
    'week      2016-07-11T00:00:00+02:00   12,345,678  0.81 %  1,234,567,890  late 12',
    'minute    2016-07-11T13:39:00Z            16,193   exact         17,000  early',
  ])
})

test('a table is no wider than its terminal, and has what fits: the least useful goes first', () => {
  const heads = [30, 55, 60, 74, 80, 140].map((columns) => {
    return fittingTable(exact, columns).head.replaceAll(/ +/g, ' ')
  })
  assert.deepEqual(heads, [
    'time users',
    'window time users pane',
    'window time users error pane',
    'window time users error pane',
    'window time users error frames pane',
    'window time users low high error frames pane',
  ])
})

test('no row is wider than its terminal, and no number is cut where 34 columns are there', () => {
  const lines = fc.record({
    window: fc.constantFrom('minute', 'week', '86400s', 'a-window-of-its-own'),
    time: fc.constantFrom(exact.time, estimated.time, '2016-07-11T13:39:00+05:45'),
    users: fc.nat(999_999_999),
    frames: fc.nat(2 ** 31 - 1),
    pane: fc.constantFrom('early' as const, 'late' as const),
    revision: fc.nat(12),
    shard: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
  })
  const anyLine = lines.map(({ shard, ...line }): ResultLine => {
    return { ...estimated, ...line, ...(shard === undefined ? {} : { shard }) }
  })
  fc.assert(
    fc.property(anyLine, anyLine, fc.integer({ min: 1, max: 200 }), (first, line, width) => {
      const table = fittingTable(first, width)
      for (const row of [table.head, table.row(first), table.row(line)]) {
        assert.ok(displayWidth(row) <= width, row)
      }
      if (width >= 34) assert.ok(table.row(first).includes(first.users.toLocaleString('en-US')))
    }),
  )
})

test('a cell wider than its column is not cut', () => {
  const row = plainTable(false).row({
    ...exact,
    window: 'a-window-of-its-own',
    users: 1e15,
    low: 1e15,
    high: 1e15,
  })
  assert.ok(row.startsWith('a-window-of-its-own  2016'), row)
  assert.ok(row.includes('1,000,000,000,000,000'), row)
})

test('a table obeys nothing that its lines hold', () => {
  const time = '\x1b[2J\n\u202e'
  assert.match(plainTable(false).row({ ...exact, time }), /^minute +\\u001b\[2J\\n\\u202e +16,193/)
})
