/** The accounts of a stage as one record beside those of what else it keeps. */
import type { Account, Word } from '../account.ts'
import { ChangedRecords } from './changed-records.ts'
import { type Kept, missingRecord, type StateRecord, unknownRecord } from './kept.ts'
import { RecordReader, RecordWriter } from './record.ts'

type Saved = Required<Pick<Kept, 'save' | 'load'>> & Pick<Kept, 'loadInSteps'>

const key = 'accounts'

/** `state`: what else the stage keeps, under other keys. */
export function withAccounts(accounts: readonly Account[], state: Saved = nothingElse): Saved {
  const records = new ChangedRecords()

  /** Gives back the other ones. */
  function loadOwn(loaded: Iterable<StateRecord>): readonly StateRecord[] {
    const all = [...loaded]
    const [own] = all.filter(([name]) => name === key)
    if (own === undefined && all.length > 0) throw missingRecord(key)
    if (own !== undefined) {
      read(accounts, new RecordReader(...own))
      records.stands(...own)
    }
    return all.filter(([name]) => name !== key)
  }

  return {
    save(put) {
      records.save(put, [[key, fieldsOf(accounts)]])
      state.save(put)
    },
    load: (loaded) => state.load(loadOwn(loaded)),
    ...(state.loadInSteps !== undefined && {
      loadInSteps: (loaded: Iterable<StateRecord>) => state.loadInSteps!(loadOwn(loaded)),
    }),
  }
}

const nothingElse: Saved = {
  save() {},
  load([other]) {
    if (other !== undefined) throw unknownRecord(other[0])
  },
}

/** Numbers and kinds, in the order in which the stage names them. */
function fieldsOf(accounts: readonly Account[]): RecordWriter {
  const record = new RecordWriter()
  for (const value of accounts.flatMap((account) => Object.values(account))) {
    if (typeof value === 'number') record.number(value)
    else record.text(value)
  }
  return record
}

function read(accounts: readonly Account[], record: RecordReader): void {
  for (const account of accounts) {
    for (const [word, value] of Object.entries(account)) {
      if (typeof value === 'number') account[word as Word] = record.number()
      else if (record.text() !== value) throw unknownRecord(value)
    }
  }
  record.end()
}
