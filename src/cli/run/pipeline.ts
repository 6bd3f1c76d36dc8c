/** uc-pipeline: raw frames in, result lines out, all stages in this process. */
import { inspectInputs } from '../../io/input.ts'
import type { PipelineOptions } from '../commands.ts'
import { topicPlan } from '../kafka-plan.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, readPlan, timePlan } from '../plan.ts'
import { countFiles } from './count-files.ts'
import { ResultWriter } from './result-writer.ts'
import { Session } from './session.ts'
import { stagesOf } from './stages.ts'

export async function runPipeline(parsed: Parsed<PipelineOptions>): Promise<number> {
  const topics = await topicPlan(parsed)
  if (topics !== undefined) {
    const { runTopicPipeline } = await import('./topic-pipeline.ts')
    return await runTopicPipeline(parsed, topics)
  }
  const read = readPlan(parsed)
  const output = outputPlan(parsed)
  const newStages = await stagesOf(parsed)
  const session = new Session({
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    inputs: inspectInputs(read.files),
  })
  const results = new ResultWriter(output.format, session)
  const { idleMs } = timePlan(parsed)
  const outcome = await countFiles({ read, idleMs, newStages, results, session })
  await results.end()
  return session.close(outcome)
}
