/** What a run of uc-pipeline is: what it reads, does with frames, and writes. */
import { breakdownsOf } from '../kernel/group-keys.ts'
import type { CountingPlan } from '../pipeline.ts'
import type { PipelineFlags } from './commands.ts'
import { type TopicPlan, topicPlan } from './kafka-plan.ts'
import type { Parsed } from './option.ts'
import { groupLines } from './options/grouping.ts'
import {
  contradiction,
  countPlan,
  type OutputPlan,
  outputPlan,
  type ReadPlan,
  readPlan,
  refuseWithout,
  timePlan,
} from './plan.ts'
import { type StatePlan, statePlan } from './state-plan.ts'
import { manyProcesses } from './processes-plan.ts'
import type { UnitedTopics } from './merge-plan.ts'
import { windowingOf } from './windowing.ts'

/** Processes that share a topic, beside one that unites what they count. */
export interface ManyProcesses {
  readonly count: number
  /** Of each of them, by its number. */
  argsOf(number: number): readonly string[]
  readonly topics: UnitedTopics
}

export interface PipelinePlan {
  readonly read: ReadPlan
  readonly counting: CountingPlan
  readonly output: OutputPlan
  /** Undefined: files to standard output. */
  readonly topics: TopicPlan | undefined
  /** Undefined: nothing survives the run. */
  readonly state: StatePlan | undefined
  /** Undefined: this one counts all. */
  readonly processes: ManyProcesses | undefined
}

export async function pipelinePlan(parsed: Parsed<PipelineFlags>): Promise<PipelinePlan> {
  const topics = await topicPlan(parsed)
  const read = await readPlan(topics?.read === undefined ? parsed : { ...parsed, files: [] })
  const output = outputPlan(parsed)
  const time = timePlan(parsed)
  const { earlyMs } = output
  if (topics?.write !== undefined && output.out !== undefined) {
    throw contradiction('--out and --to-kafka', 'leave one out')
  }
  const { disjoint: isDisjoint } = parsed.values
  if (read.groupKeys === undefined) {
    refuseWithout('--by', Object.values(groupLines), parsed.given)
  }
  const breakdowns = read.groupKeys && breakdownsOf(read.groupKeys)
  const counted = { ...countPlan(parsed), ...(breakdowns !== undefined && { breakdowns }) }
  const counting = { ...counted, earlyMs, isDisjoint, ...await windowingOf(time) }
  const processes = manyProcesses(parsed, topics)
  return {
    read,
    counting,
    output,
    topics,
    state: statePlan(parsed, topics !== undefined),
    processes,
  }
}
