/** What --state and what belongs to it come to. */
import type { PipelineFlags } from './commands.ts'
import { type CountedFlags, countedFlags } from './counted-flags.ts'
import { flagOf, type Parsed } from './option.ts'
import { state } from './options/state.ts'
import { contradiction, refuseWithout } from './plan.ts'

export interface StatePlan extends CountedFlags {
  readonly folder: string
  readonly checkpointMs: number
  /** Whether the end of the input ends the stream. */
  readonly closes: boolean
  /** Whether positions are shown, and nothing is read. */
  readonly showsPosition: boolean
}

export function statePlan(
  parsed: Parsed<PipelineFlags>,
  hasTopics: boolean,
): StatePlan | undefined {
  const { values, given } = parsed
  const { state: folder, checkpoint, close, position } = values
  if (folder === undefined) {
    const ofAll = values.kafka ? [] : [state.close]
    const options = [state.checkpoint, state.position, ...ofAll]
    const useless = options.find((each) => given.has(each))
    if (useless !== undefined && values.kafka) {
      const remedy = `leave ${flagOf(useless)} out, as there are --commit-every and --state-topic`
      throw contradiction(`${flagOf(useless)} and --kafka`, remedy)
    }
    refuseWithout('--state', options, given)
    return undefined
  }
  const beside = close ? '--close' : parsed.files.length > 0 ? 'files' : undefined
  if (position && beside !== undefined) {
    throw contradiction(`--position and ${beside}`, 'leave one out, as it reads nothing')
  }
  if (values.kafka) {
    throw contradiction('--state and --kafka', 'leave --state out: that is kept in --state-topic')
  }
  if (hasTopics) throw contradiction('--state and --to-kafka', 'leave one out')
  return {
    folder,
    checkpointMs: checkpoint,
    closes: close,
    showsPosition: position,
    ...countedFlags(parsed),
  }
}
