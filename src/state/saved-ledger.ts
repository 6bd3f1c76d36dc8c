/**
 * The accounts of a run as one record, which goes with those of its stages. Saved when every stage
 * has taken the same messages, loaded when every stage has been made.
 */
import type { Ledger } from '../ledger.ts'
import { ChangedRecords } from './changed-records.ts'
import { type Kept, unknownRecord } from './kept.ts'
import { RecordReader, RecordWriter } from './record.ts'

const key = 'all'

const counts = [
  'lines',
  'malformed',
  'frames',
  'notUtf8',
  'toldNotUtf8',
  'dueNotUtf8',
  'quarantined',
  'outOfRange',
  'missing',
] as const

export function savedLedger(ledger: Ledger): Required<Kept> {
  const records = new ChangedRecords()

  function fields(): RecordWriter {
    const { accepted, windows, signs } = ledger
    const record = new RecordWriter(240)
    for (const name of counts) record.number(ledger[name])
    record.number(accepted ?? NaN)
    record.number(signs.late).number(signs.latestMs).number(signs.windows)
    record.count(windows.size)
    for (const [kind, { counted = NaN, expired }] of windows) {
      record.text(kind).number(counted).number(expired)
    }
    return record
  }

  function read(record: RecordReader): void {
    for (const name of counts) ledger[name] = record.number()
    ledger.accepted = unlessNaN(record.number())
    const { signs, windows } = ledger
    signs.late = record.number()
    signs.latestMs = record.number()
    signs.windows = record.number()
    for (let left = record.count(); left > 0; left--) {
      const kind = record.text()
      const counted = unlessNaN(record.number())
      const account = windows.get(kind) ?? { expired: 0 } // the same one, as a stage may hold it
      account.expired = record.number()
      if (counted !== undefined) account.counted = counted
      windows.set(kind, account)
    }
    record.end()
  }

  return {
    name: 'accounts',
    save: (put) => records.save(put, [[key, fields()]]),
    load(loaded) {
      for (const [name, value] of loaded) {
        if (name !== key) throw unknownRecord(name)
        read(new RecordReader(name, value))
        records.stands(name, value)
      }
    },
  }
}

function unlessNaN(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}
