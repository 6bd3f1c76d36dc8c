/** The stages of uc-pipeline behind the one that reads frames. */
import { uniqueCounter } from '../../counter/unique.ts'
import type { MemoryGuard } from '../../io/memory.ts'
import type { Ledger } from '../../ledger.ts'
import { type CountStage, countStage } from '../../stages/count.ts'
import { type WindowOptions, type WindowStage, windowStage } from '../../stages/window.ts'
import type { PipelineOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { countPlan, outputPlan, timePlan } from '../plan.ts'
import { calendarOf, latenessOf, rangeOf } from './plans.ts'

export interface Stages {
  readonly windows: WindowStage
  readonly counts: CountStage
}

/** What only the reader knows, and whether it can go on from some line. */
export interface OfReader extends Pick<WindowOptions, 'isReadToItsEnd'> {
  readonly keepsLines?: boolean
}

/** What a run shares among its stages. */
export interface OfRun {
  readonly ledger: Ledger
  readonly memory: Pick<MemoryGuard, 'reserve' | 'watches'>
}

export type NewStages = (run: OfRun, ofReader: OfReader) => Stages

/** Reads the zone data once; the stages are made as often as a run begins. */
export async function stagesOf(parsed: Parsed<PipelineOptions>): Promise<NewStages> {
  const time = timePlan(parsed)
  const counting = countPlan(parsed)
  const { earlyMs } = outputPlan(parsed)
  const calendar = await calendarOf(time)
  const latenessMs = latenessOf(time, calendar)
  const range = rangeOf(time, calendar)
  return ({ ledger, memory }, { keepsLines = false, ...ofReader }) => {
    const { reserve } = memory
    const counted = { ...counting, reserve }
    const windows = windowStage({
      ...time,
      ...range,
      ...ofReader,
      calendar,
      latenessMs,
      showsRaw: true,
      ledger,
    })
    const counts = countStage({
      ...counting,
      calendar,
      latenessMs,
      newCounter: () => uniqueCounter(counted),
      reserve,
      earlyMs,
      keepsLines,
      ledger,
    })
    memory.watches(() => counts.held())
    return { windows, counts }
  }
}
