/** uc-merge: result lines of several runs in, those of one out. */
import { inspectInputs } from '../../io/input.ts'
import { readInterleaved } from '../../io/interleave.ts'
import { chain } from '../../pipeline.ts'
import { SourceProgress } from '../../sources/source-progress.ts'
import { inTurnStage } from '../../stages/in-turn.ts'
import { mergeStage } from '../../stages/merge.ts'
import { readResultsStage } from '../../stages/read-results.ts'
import type { WindowKind } from '../../time/calendar.ts'
import { loadZones } from '../../time/zone.ts'
import type { MergePlan, MergeRun } from '../merge-plan.ts'
import type { OutputPlan } from '../plan.ts'
import { latenessOfKind } from '../windowing.ts'
import { ResultWriter } from './result-writer.ts'
import { withSession } from './session.ts'

export async function run(run: MergeRun): Promise<number> {
  if (run.topics === undefined) return await mergeFiles(run.merging!, run.output)
  const { runTopicMerge } = await import('./topic-merge.ts')
  return await runTopicMerge(run, run.topics)
}

async function mergeFiles(plan: MergePlan, output: OutputPlan): Promise<number> {
  const { files, lateness, isOrdered } = plan
  const options = {
    command: 'uc-merge',
    plan: output,
    isStrict: plan.strict,
    inputs: inspectInputs(files),
    memory: {
      remedy: isOrdered
        ? 'use a shorter --lateness, or unite a part of the time, or of the inputs, first'
        : 'sort the inputs by time and leave out --order none, or unite a part of the time, or of ' +
          'the inputs, first',
    },
  }
  const zoneNamed = await loadZones()
  return await withSession(options, (session) => {
    const { ledger } = session
    const progress = new SourceProgress()
    const input = readInterleaved({
      files,
      onBytes: session.progress.bytes,
      onWarning: session.say,
      zstdWindowBytes: plan.zstdWindowBytes,
      progress,
      idleMs: undefined,
    })
    const latenessMs = (kind: WindowKind) => {
      return isOrdered ? latenessOfKind(lateness, kind) : Infinity
    }
    const merge = mergeStage({ ...plan, latenessMs, zoneNamed, ledger })
    return session.run({
      input,
      stage: chain(readResultsStage({ ...plan, progress }), inTurnStage(), merge),
      lineBreak: Uint8Array.of(0x0a),
      delivery: new ResultWriter(output.format, session, {
        hasAllColumns: true,
        hasUsers: plan.partial,
      }),
    })
  })
}
