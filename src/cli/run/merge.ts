/** uc-merge: result lines of several runs in, those of one out. */
import { inspectInputs } from '../../io/input.ts'
import { interleavedReader } from '../../io/interleave.ts'
import { chain } from '../../pipeline.ts'
import { inTurnStage } from '../../stages/in-turn.ts'
import { mergeStage } from '../../stages/merge.ts'
import { readResultsStage } from '../../stages/read-results.ts'
import { loadZones } from '../../time/zone.ts'
import type { MergeOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { mergePlan, outputPlan } from '../plan.ts'
import { latenessOfKind } from './plans.ts'
import { ResultWriter } from './result-writer.ts'
import { Session } from './session.ts'

export async function runMerge(parsed: Parsed<MergeOptions>): Promise<number> {
  const plan = mergePlan(parsed)
  const { files, lateness, isOrdered } = plan
  const output = outputPlan(parsed)
  const session = new Session({
    command: 'uc-merge',
    plan: output,
    isStrict: plan.strict,
    inputs: inspectInputs(files),
    memoryRemedy:
      'sort the inputs by time and leave out --order none, use a shorter --lateness, or ' +
      'unite a part of the time, or of the inputs, first',
  })
  const { ledger, progress } = session
  const results = new ResultWriter(output.format, session, { hasAllColumns: true })
  const read = readResultsStage(plan)
  const { messages } = interleavedReader({
    files,
    onBytes: progress.bytes,
    timeOf: (source) => read.timeOf(source),
    idleMs: undefined,
  })
  const outcome = await session.run({
    input: messages,
    stage: chain(
      chain(read, inTurnStage()),
      mergeStage({
        ...plan,
        latenessMs: (kind) => isOrdered ? latenessOfKind(lateness, kind) : Infinity,
        zoneNamed: await loadZones(),
        ledger,
      }),
    ),
    lineBreak: Uint8Array.of(0x0a),
    follows: 'never',
    take: results.take,
    flush: results.flush,
  })
  await results.end()
  return session.close(outcome)
}
