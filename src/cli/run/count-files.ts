/** Counts files or standard input, wherever the results go. */
import type { Outcome } from '../../io/drive.ts'
import { chain } from '../../pipeline.ts'
import type { ReadPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import type { Results } from './result-writer.ts'
import type { Session } from './session.ts'
import type { NewStages } from './stages.ts'

export interface Parts {
  readonly read: ReadPlan
  readonly idleMs: number | undefined
  readonly newStages: NewStages
  readonly results: Results
  readonly session: Session
}

export function countFiles(parts: Parts): Promise<Outcome> {
  const { read: plan, idleMs, newStages, results, session } = parts
  const keepsFrames = session.keepsRejects
  return withFrameReader({ plan, idleMs, keepsFrames, session }, (reader) => {
    const { windows, counts } = newStages(session, reader)
    return session.run({
      ...reader,
      ending: session.endingOf('never', plan.files),
      stage: chain(chain(reader.stage, windows), counts),
      delivery: results,
    })
  })
}
