/** What a state holds, by the keys of its records alone: neither its flags nor its place are needed. */
import { ReaderAccount } from '../../account.ts'
import { shownName } from '../../io/file-name.ts'
import { CountedInputs } from '../../io/state/counted-inputs.ts'
import { readPositions } from '../../kafka/state/topic-positions.ts'
import { byPart, type StateRecord } from '../../state/kept.ts'
import { withAccounts } from '../../state/saved-accounts.ts'
import { heldPartials, heldWindows } from '../../windows/held-windows.ts'

/** A state that was read, wherever it lies. */
export interface FoundState {
  /** As it is shown. */
  readonly name: string
  readonly records: readonly StateRecord[]
  /** Of keys and values. */
  readonly recordBytes: number
  readonly commits: number
  /** When the last one was made, in ms since 1970; undefined before the first. */
  readonly savedMs: number | undefined
  /** Of one that is a folder. */
  readonly files?: {
    readonly diskBytes: number
    /** The process that has it open, or has ended without closing it; 0: none. */
    readonly pid: number
  }
}

/** As in JSON. Starts of windows in unix seconds. */
export interface StateSummary {
  readonly state: string
  readonly inputs: readonly {
    readonly input: string
    /** Decoded ones that are counted. */
    readonly bytes: number
    readonly over: boolean
  }[]
  /** Of a topic that is read. */
  readonly partitions: readonly {
    readonly partition: string
    /** Of the message that is counted next. */
    readonly offset: number
  }[]
  readonly lines: number
  readonly malformed: number
  readonly frames: number
  readonly windows: readonly {
    readonly window: string
    readonly open: number
    readonly revisable: number
    readonly users: number
    readonly exact: boolean
    readonly first: number
    readonly last: number
  }[]
  readonly records: number
  readonly recordBytes: number
  readonly commits: number
  readonly saved?: string
  readonly ageSeconds?: number
  readonly diskBytes?: number
  readonly pid?: number
}

/** Throws where a record is missing or damaged. */
export function summaryOf(state: FoundState, nowMs: number): StateSummary {
  const { name, records, recordBytes, commits, savedMs, files } = state
  return {
    state: name,
    ...holdingsOf(records),
    records: records.length,
    recordBytes,
    commits,
    ...(savedMs !== undefined && {
      saved: new Date(savedMs).toISOString(),
      ageSeconds: Math.max(0, Math.round((nowMs - savedMs) / 1000)),
    }),
    ...files,
  }
}

export type Holdings = Pick<
  StateSummary,
  'inputs' | 'partitions' | 'lines' | 'malformed' | 'frames' | 'windows'
>

export function holdingsOf(records: readonly StateRecord[]): Holdings {
  const found = byPart(records)
  const of = (name: string) => found.get(name) ?? []
  const inputs = new CountedInputs({ isInterleaved: false })
  inputs.load(of('inputs'))
  const reader = new ReaderAccount()
  const ofReader = [...of('extract'), ...of('extract-plain')]
  withAccounts([reader]).load(ofReader.filter(([key]) => key === 'accounts'))
  const { lines, malformed, frames } = reader
  return {
    inputs: inputs.stands.map(({ input, bytes, isOver }) => {
      return { input: shownName(input), bytes, over: isOver }
    }),
    partitions: readPositions(of('topic')).map(({ topic, partition, next }) => {
      return { partition: `${topic}[${partition}]`, offset: next }
    }),
    lines,
    malformed,
    frames,
    windows: [...heldWindows(of('count')), ...heldPartials(of('partials'))].map(
      ({ firstMs, lastMs, isExact, ...kind }) => {
        return { ...kind, exact: isExact, first: firstMs / 1000, last: lastMs / 1000 }
      },
    ),
  }
}
