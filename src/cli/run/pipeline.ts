/** uc-pipeline: raw frames in, result lines out, all stages in this process. */
import { inspectInputs } from '../../io/input.ts'
import type { PipelineOptions } from '../commands.ts'
import { topicPlan } from '../kafka-plan.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, readPlan, timePlan } from '../plan.ts'
import { countFiles } from './count-files.ts'
import { ResultWriter } from './result-writer.ts'
import { withSession } from './session.ts'
import { stagesOf } from './stages.ts'

export async function runPipeline(parsed: Parsed<PipelineOptions>): Promise<number> {
  const topics = await topicPlan(parsed)
  if (topics !== undefined) {
    const { runTopicPipeline } = await import('./topic-pipeline.ts')
    return await runTopicPipeline(parsed, topics)
  }
  const read = readPlan(parsed)
  const output = outputPlan(parsed)
  const { idleMs, isOrdered } = timePlan(parsed)
  const newStages = await stagesOf(parsed)
  const options = {
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    inputs: inspectInputs(read.files),
    memory: { threads: read.threads, isOrdered },
  }
  return await withSession(options, (session) => {
    const results = new ResultWriter(output.format, session)
    return countFiles({ read, idleMs, newStages, results, session })
  })
}
