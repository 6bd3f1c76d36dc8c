/** How long --out and --rejects were when the state was saved: what stands behind is cut off. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UcError } from '../../errors.ts'
import { ChangedRecords } from '../../state/changed-records.ts'
import { type KeptPart, type Put, type StateRecord, unknownRecord } from '../../state/kept.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'
import type { OutputPlan } from '../plan.ts'

export interface Lengths {
  readonly outBytes: number
  readonly rejectsBytes: number
}

const key = 'all'

export class SavedOutputs implements KeptPart {
  readonly name = 'outputs'
  readonly #out: string
  readonly #rejects: string
  readonly #records = new ChangedRecords()
  #lengths: Lengths = { outBytes: 0, rejectsBytes: 0 }
  /** Undefined: nothing was saved before. */
  kept: Lengths | undefined

  constructor({ out, rejects }: Pick<OutputPlan, 'out' | 'rejects'>) {
    this.#out = pathOf(out)
    this.#rejects = pathOf(rejects)
  }

  reached(lengths: Lengths): void {
    this.#lengths = lengths
  }

  save(put: Put): void {
    const { outBytes, rejectsBytes } = this.#lengths
    const record = new RecordWriter()
    record.text(this.#out).number(outBytes).text(this.#rejects).number(rejectsBytes)
    this.#records.save(put, [[key, record]])
  }

  load(records: Iterable<StateRecord>): void {
    for (const [name, value] of records) {
      if (name !== key) throw unknownRecord(name)
      const record = new RecordReader(name, value)
      const outBytes = keptOf('--out', this.#out, record)
      const rejectsBytes = keptOf('--rejects', this.#rejects, record)
      record.end()
      this.kept = { outBytes, rejectsBytes }
      this.#records.stands(name, value)
    }
  }
}

/** Another file begins anew, where the one before has no lines that are to be cut off. */
function keptOf(flag: string, path: string, record: RecordReader): number {
  const [saved, bytes] = [record.text(), record.number()]
  if (saved === path) return bytes
  const isTaken = path !== '' && bytesOf(path) > 0
  if (isTaken) {
    throw new UcError(
      'failed',
      `${flag}: ${path} is not the file that the state has written last, and not empty; ` +
        'name that one, or a new one',
    )
  }
  if (saved === '' || bytesOf(saved) <= bytes) return 0
  throw new UcError(
    'failed',
    `${flag}: ${saved} has lines that were written since the state was saved, and would stand ` +
      `twice; go on with it, or cut it to ${bytes} bytes`,
  )
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function pathOf(file: string | undefined): string {
  return file === undefined ? '' : resolve(file)
}
