import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Contents } from '../../../src/io/state/contents.ts'
import { stateFormat } from '../../../src/state/format.ts'
import { RecordWriter } from '../../../src/state/record.ts'

test('contents of another format are refused by the uc that wrote them', () => {
  const other = stateFormat + 1
  const later = new RecordWriter().count(other).text('0.9.2').text('unknown').of('contents')
  assert.throws(
    () => new Contents().read(later),
    new RegExp(
      `^UcError: the state is of format ${other}, by uc 0\\.9\\.2, where .*; go on with uc 0\\.9\\.2, or count`,
    ),
  )
})
