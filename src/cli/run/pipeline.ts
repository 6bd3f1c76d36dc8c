/** uc-pipeline: raw frames in, result lines out, all stages in this process. */
import { inspectInputs } from '../../io/input.ts'
import { uniqueCounter } from '../../counter/unique.ts'
import { chain } from '../../pipeline.ts'
import { countStage } from '../../stages/count.ts'
import { windowStage } from '../../stages/window.ts'
import type { PipelineOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { countPlan, outputPlan, readPlan, timePlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { calendarOf, latenessOf, rangeOf } from './plans.ts'
import { ResultWriter } from './result-writer.ts'
import { Session } from './session.ts'

export async function runPipeline(parsed: Parsed<PipelineOptions>): Promise<number> {
  const read = readPlan(parsed)
  const time = timePlan(parsed)
  const output = outputPlan(parsed)
  const counting = countPlan(parsed)
  const newCounter = () => uniqueCounter(counting)
  const calendar = await calendarOf(time)
  const latenessMs = latenessOf(time, calendar)
  const range = rangeOf(time, calendar)
  const session = new Session({
    command: 'uc-pipeline',
    plan: output,
    isStrict: read.strict,
    inputs: inspectInputs(read.files),
  })
  const { ledger } = session
  const results = new ResultWriter(output.format, session)
  const outcome = await withFrameReader(
    { plan: read, idleMs: time.idleMs, session },
    (reader) =>
      session.run({
        ...reader,
        stage: chain(
          chain(
            reader.stage,
            windowStage({ ...time, ...range, calendar, latenessMs, showsRaw: true, ledger }),
          ),
          countStage({ ...output, calendar, latenessMs, newCounter, ledger }),
        ),
        mayFollow: false,
        take: results.take,
        flush: results.flush,
      }),
  )
  await results.end()
  return session.close(outcome)
}
