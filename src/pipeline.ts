/** From plain values to stages that are connected: for uc-pipeline and for importers. */
import type { Reserve } from './counter/counter.ts'
import { Shortage } from './counter/shortage.ts'
import { uniqueCounter, type UniqueCounterOptions } from './counter/unique.ts'
import type { Ledger } from './ledger.ts'
import type { Held } from './stage.ts'
import { type CountOptions, type CountStage, countStage } from './stages/count.ts'
import { type PartialsStage, partialsStage } from './stages/partials.ts'
import { type WindowOptions, type WindowStage, windowStage } from './stages/window.ts'
import type { LineConstants } from './windows/result-lines.ts'

export { chain } from './chain.ts'

/** Which windows there are, when they close, and which times are refused. */
export type Windowing = Omit<WindowOptions, 'isReadToItsEnd' | 'showsRaw' | 'ledger'>

/** How users are counted, and what their lines say. */
export type Counting =
  & Omit<UniqueCounterOptions, 'reserve'>
  & LineConstants
  & Pick<CountOptions, 'earlyMs' | 'isDisjoint' | 'isFinal' | 'hasZeros' | 'fromMs' | 'untilMs'>
  & Pick<CountOptions, 'breakdowns' | 'hasTotal' | 'top' | 'mostGroups'>

/** What becomes of frames. Calendar and lateness stand here once, for both stages. */
export type CountingPlan = Windowing & Counting

/** What a run shares among its stages. */
export interface OfRun {
  readonly ledger: Ledger
  readonly memory: {
    readonly reserve: Reserve
    /** To be asked what is held, when memory is short. */
    watches(held: () => Held): void
  }
}

/** What only the reader knows. */
export type OfReader = Required<Pick<WindowOptions, 'isReadToItsEnd'>>

/** What stands behind the stage that reads frames; made as often as a run begins. */
export function countingStages(
  plan: CountingPlan,
  run: OfRun,
  reader: OfReader,
): { readonly windows: WindowStage; readonly counts: CountStage } {
  const { ledger } = run
  const isReadToItsEnd = (source: number) => reader.isReadToItsEnd(source)
  return {
    windows: windowStage({ ...plan, isReadToItsEnd, showsRaw: true, ledger }),
    counts: countingStage(plan, run),
  }
}

/** The same where another process unites what this one has counted, by `countingStage`. */
export function partialStages(
  plan: CountingPlan,
  run: OfRun,
  { isReadToItsEnd }: OfReader,
): { readonly windows: WindowStage; readonly partials: PartialsStage } {
  const { ledger, memory } = run
  const partials = partialsStage({ ...plan, ...counters(plan, run), ledger })
  memory.watches(() => partials.held())
  return {
    windows: windowStage({ ...plan, isReadToItsEnd, showsRaw: true, ledger }),
    partials,
  }
}

/** For frames that have their windows, or partial panes. */
export function countingStage(
  plan: Counting & Pick<CountOptions, 'calendar' | 'latenessMs'>,
  run: OfRun,
): CountStage {
  const { ledger, memory } = run
  const stage = countStage({ ...plan, ...counters(plan, run), ledger })
  memory.watches(() => stage.held())
  return stage
}

function counters(plan: Counting, { memory }: OfRun) {
  const shortage = new Shortage(memory.reserve)
  const counted = { ...plan, reserve: shortage.reserve }
  return { newCounter: () => uniqueCounter(counted), shortage, grouped: grouped(counted) }
}

/** So few users of a group take less one by one than a sketch does. */
const fewUsers = 64

function grouped({ method, exactLimit, sketch, partial, reserve }: UniqueCounterOptions) {
  return {
    mostListed: method === 'exact' ? Infinity : method === 'auto' ? exactLimit : fewUsers,
    isPlain: method !== 'hll' && sketch !== true && partial !== true,
    reserve,
  }
}
