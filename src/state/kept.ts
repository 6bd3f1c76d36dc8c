/**
 * What a run knows, as keyed records, so that another process can go on from there. Whoever has a
 * state of his own gives it in pieces and takes it back; no one knows where the records lie.
 *
 * A record is put when it is another than it was at the save before, so saving costs in proportion
 * to what has changed since; null ends one. All that was put and not ended, in any order, is the
 * state. In a whole of several parts the keys of each begin with its name: `count/hour/1468242000`.
 */
import { UcError } from '../errors.ts'

export type Put = (key: string, value: Uint8Array | null) => void

export type StateRecord = readonly [key: string, value: Uint8Array]

export interface Kept {
  /** What its keys begin with among others. Only what consists of others has none. */
  readonly name?: string
  /** What has changed since the last call. */
  save?(put: Put): void
  /** Before anything else happens. Throws where that is no state of its own. */
  load?(records: Iterable<StateRecord>): void
  /** The same, step by step, for whoever has other work in between. Only what may hold much has it. */
  loadInSteps?(records: Iterable<StateRecord>): Iterable<void>
}

/** One of several. */
export type KeptPart = Required<Omit<Kept, 'loadInSteps'>>

export interface Together extends Kept {
  readonly parts: readonly Kept[]
}

/** Several as one; none of them in vain: where one cannot be saved, the whole cannot. */
export function together(kept: readonly Kept[]): Together {
  const parts = kept.flatMap((part) => 'parts' in part ? (part as Together).parts : [part])
  const isWhole = parts.every(({ name, save, load }) => {
    return name !== undefined && save !== undefined && load !== undefined
  })
  if (!isWhole) return { parts }

  function* loadInSteps(records: Iterable<StateRecord>): Generator<void> {
    const found = byPart(records)
    for (const part of parts) {
      const own = found.get(part.name!) ?? []
      if (part.loadInSteps !== undefined) yield* part.loadInSteps(own)
      else part.load!(own)
    }
    // And not before: flags, which come first, say more of what is not ours
    const names = new Set(parts.map(({ name }) => name!))
    for (const [name, [first]] of found) {
      if (!names.has(name)) throw unknownRecord(`${name}/${first![0]}`)
    }
  }

  return {
    parts,
    loadInSteps,
    save(put) {
      for (const part of parts) part.save!((key, value) => put(`${part.name}/${key}`, value))
    },
    load(records) {
      for (const _ of loadInSteps(records));
    },
  }
}

/** The records of a whole by the names of its parts, each with the key that it has there. */
export function byPart(
  records: Iterable<StateRecord>,
): ReadonlyMap<string, readonly StateRecord[]> {
  const found = new Map<string, StateRecord[]>()
  for (const [key, value] of records) {
    const [name = ''] = key.split('/', 1)
    const own = found.get(name) ?? []
    own.push([key.slice(name.length + 1), value])
    found.set(name, own)
  }
  return found
}

/** Of a key that nobody here has ever put. */
export function unknownRecord(key: string): UcError {
  return new UcError(
    'failed',
    `the state holds "${key}", which is not of a run with these flags; ` +
      'go on with the flags that it was saved with',
  )
}

/** Of a key without which there is no state. */
export function missingRecord(key: string): UcError {
  return new UcError(
    'failed',
    `the record "${key}" of the state is missing; ` +
      'restore the state from a copy, or count anew without it',
  )
}
