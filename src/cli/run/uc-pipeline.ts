/** uc-pipeline: raw frames in, result lines out, all stages in this process. */
import { inspectInputs } from '../../io/input.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { countFiles } from './count-files.ts'
import { ResultWriter } from './result-writer.ts'
import { withSession } from './session.ts'

export async function run(plan: PipelinePlan): Promise<number> {
  const { read, counting, output, topics, state, processes } = plan
  const { isOrdered = true } = counting
  if (processes !== undefined) {
    const { runProcesses } = await import('./many-processes.ts')
    return await runProcesses(plan, processes)
  }
  if (topics !== undefined) {
    const { runTopicPipeline } = await import('./topic-pipeline.ts')
    return await runTopicPipeline(plan, topics)
  }
  if (state !== undefined) {
    const { runWithState } = await import('./state-run.ts')
    return await runWithState(plan, state)
  }
  const options = {
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    maxRejects: read.maxRejects,
    reading: read,
    inputs: inspectInputs(read.files),
    memory: { threads: read.threads, isOrdered },
  }
  return await withSession(options, (session) => {
    const results = new ResultWriter(output.format, session, {
      hasUsers: counting.partial === true,
      hasGroups: counting.breakdowns !== undefined,
    })
    return countFiles({ read, counting, results, session })
  })
}
