/** uc-pipeline: raw frames in, result lines out, all stages in this process. */
import { inspectInputs } from '../../io/input.ts'
import { chain } from '../../pipeline.ts'
import type { PipelineOptions } from '../commands.ts'
import { topicPlan } from '../kafka-plan.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, readPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { ResultWriter } from './result-writer.ts'
import { Session } from './session.ts'
import { stagesOf } from './stages.ts'

export async function runPipeline(parsed: Parsed<PipelineOptions>): Promise<number> {
  const topics = topicPlan(parsed)
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
  const { windows, counts, idleMs } = newStages(session.ledger)
  const results = new ResultWriter(output.format, session)
  const outcome = await withFrameReader({ plan: read, idleMs, session }, (reader) =>
    session.run({
      ...reader,
      stage: chain(chain(reader.stage, windows), counts),
      follows: 'never',
      take: results.take,
      flush: results.flush,
    }))
  await results.end()
  return session.close(outcome)
}
