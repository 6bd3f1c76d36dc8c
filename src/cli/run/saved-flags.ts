/** The flags that decide what is counted, and how, as one record: another run must have the same. */
import { UcError } from '../../errors.ts'
import { ChangedRecords } from '../../state/changed-records.ts'
import { type KeptPart, type Put, type StateRecord, unknownRecord } from '../../state/kept.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'
import type { CountedFlags } from '../counted-flags.ts'
import { unitedPanes } from '../merge-plan.ts'

const key = 'all'

export class SavedFlags implements KeptPart {
  readonly name = 'flags'
  readonly #flags: ReadonlyMap<string, string>
  readonly #defaults: ReadonlyMap<string, string>
  readonly #where: string
  readonly #records = new ChangedRecords()

  /** `where`: the state is, for messages. */
  constructor({ flags, defaults, where }: CountedFlags & { readonly where: string }) {
    this.#flags = flags
    this.#defaults = defaults
    this.#where = where
  }

  save(put: Put): void {
    const record = new RecordWriter().count(this.#flags.size)
    for (const [flag, value] of this.#flags) record.text(flag).text(value)
    this.#records.save(put, [[key, record]])
  }

  load(records: Iterable<StateRecord>): void {
    for (const [name, value] of records) {
      if (name !== key) throw unknownRecord(name)
      const saved = flagsIn(name, value)
      this.#records.stands(name, value)
      const misfits = [...this.#misfits(saved)]
      if (misfits.length === 0) continue
      throw new UcError(
        'failed',
        `the state in ${this.#where} was saved with ${misfits.join(', ')}; ` +
          'use the same flags, or another state',
      )
    }
  }

  *#misfits(saved: ReadonlyMap<string, string>): Generator<string> {
    for (const flag of new Set([...saved.keys(), ...this.#flags.keys()])) {
      const before = saved.get(flag) ?? this.#defaults.get(flag) ?? 'none'
      const now = this.#flags.get(flag) ?? 'none'
      if (before !== now) yield `${flag} ${before} (here ${now})`
    }
  }
}

function flagsIn(key: string, value: Uint8Array): ReadonlyMap<string, string> {
  const record = new RecordReader(key, value)
  const flags = new Map<string, string>()
  for (let left = record.count(); left > 0; left--) flags.set(record.text(), record.text())
  record.end()
  return flags
}

/** Whether a state is of one of several partitions that processes share. */
export function isOfShare(records: Iterable<StateRecord>): boolean {
  const [[name, value] = []] = [...records].filter(([name]) => name === `flags/${key}`)
  if (name === undefined) return false
  const flags = flagsIn(key, value!)
  return flags.get('--partials') === 'on' || flags.get('--kafka') === unitedPanes
}
