/** What a run of uc-pipeline is: what it reads, does with frames, and writes. */
import type { CountingPlan } from '../pipeline.ts'
import type { PipelineFlags } from './commands.ts'
import { type TopicPlan, topicPlan } from './kafka-plan.ts'
import type { Parsed } from './option.ts'
import {
  contradiction,
  countPlan,
  type OutputPlan,
  outputPlan,
  type ReadPlan,
  readPlan,
  timePlan,
} from './plan.ts'
import { type StatePlan, statePlan } from './state-plan.ts'
import { windowingOf } from './windowing.ts'

export interface PipelinePlan {
  readonly read: ReadPlan
  readonly counting: CountingPlan
  readonly output: OutputPlan
  /** Undefined: files to standard output. */
  readonly topics: TopicPlan | undefined
  /** Undefined: nothing survives the run. */
  readonly state: StatePlan | undefined
}

export async function pipelinePlan(parsed: Parsed<PipelineFlags>): Promise<PipelinePlan> {
  const topics = await topicPlan(parsed)
  const read = readPlan(topics?.read === undefined ? parsed : { ...parsed, files: [] })
  const output = outputPlan(parsed)
  const time = timePlan(parsed)
  const { earlyMs } = output
  if (topics?.write !== undefined && output.out !== undefined) {
    throw contradiction('--out and --to-kafka', 'leave one out')
  }
  const counting = { ...countPlan(parsed), earlyMs, ...await windowingOf(time) }
  return { read, counting, output, topics, state: statePlan(parsed, topics !== undefined) }
}
