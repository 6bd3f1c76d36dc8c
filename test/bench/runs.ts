/** The lines of a file of raw runs, and their medians. */
import { readFileSync } from 'node:fs'
import type { InputKind } from './inputs.ts'
import { median } from './measure.ts'

/** One run of one command. */
export interface Run {
  readonly bench: string
  readonly variant: string
  readonly shape: string
  readonly input: InputKind
  /** From 1. */
  readonly run: number
  /** Seconds. */
  readonly wall: number
  readonly cpu: number
  /** Of the largest process; absent where nothing on the machine tells. */
  readonly peakMb?: number
  readonly frames: number
  /** Of JSON, whatever the compression. */
  readonly bytes: number
}

export interface Skipped {
  readonly bench: string
  readonly variant: string
  readonly skipped: string
}

/** The first line of a file. */
export interface Machine {
  readonly bench: string
  readonly machine: string
  readonly began: string
  readonly runs: number
}

export interface Account {
  readonly machine: Machine | undefined
  readonly skipped: readonly Skipped[]
  readonly runs: readonly Run[]
}

/** Medians over the runs of one variant on one input of one length. */
export type Row = Omit<Run, 'run'>

export function readAccount(file: string): Account {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
    .map((line) => JSON.parse(line) as Run | Skipped | Machine)
  return {
    machine: lines.find((line) => 'machine' in line),
    skipped: lines.filter((line) => 'skipped' in line),
    runs: lines.filter((line) => 'run' in line),
  }
}

/** Those of the longest input first. */
export function rowsOf(runs: readonly Run[]): readonly Row[] {
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const key = JSON.stringify([run.shape, run.frames, run.input, run.variant])
    groups.set(key, [...groups.get(key) ?? [], run])
  }
  const rows = [...groups.values()].map((group) => {
    const { run: _, peakMb, ...first } = group[0]!
    const of = (value: (run: Run) => number) => median(group.map(value))
    const row = { ...first, wall: of(({ wall }) => wall), cpu: of(({ cpu }) => cpu) }
    return peakMb === undefined ? row : { ...row, peakMb: of((run) => run.peakMb ?? NaN) }
  })
  return rows.sort((a, b) => b.bytes - a.bytes)
}
