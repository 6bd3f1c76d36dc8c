/** Counts files or standard input, wherever the results go. */
import type { Outcome } from '../../io/drive.ts'
import { chain, countingStages } from '../../pipeline.ts'
import type { PipelinePlan } from '../pipeline-plan.ts'
import { withFrameReader } from './frame-reader.ts'
import type { Results } from '../../kafka/writing/topic-results.ts'
import type { Session } from './session.ts'

export interface Parts extends Pick<PipelinePlan, 'read' | 'counting'> {
  readonly results: Results
  readonly session: Session
}

export function countFiles(parts: Parts): Promise<Outcome> {
  const { read: plan, counting, results, session } = parts
  const { idleMs } = counting
  const keepsFrames = session.keepsRejects
  return withFrameReader({ plan, idleMs, keepsFrames, session }, (reader) => {
    const { windows, counts } = countingStages(counting, session, reader.progress)
    return session.run({
      ...reader,
      ending: session.endingOf('never', plan.files),
      stage: chain(reader.stage, windows, counts),
      delivery: results,
    })
  })
}
