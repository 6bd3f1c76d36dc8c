/** What --state and what belongs to it come to. */
import { UcError } from '../errors.ts'
import type { PipelineFlags } from './commands.ts'
import { type CountedFlags, countedFlags } from './counted-flags.ts'
import { flagOf, type Parsed } from './option.ts'
import { state } from './options/state.ts'
import { contradiction } from './plan.ts'

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
    const useless = [state.checkpoint, state.position, ...ofAll].find((each) => given.has(each))
    if (useless === undefined) return undefined
    const remedy = values.kafka
      ? 'is about --state DIR; with --kafka there are --commit-every and --state-topic'
      : 'is about a state; add --state DIR'
    throw new UcError('usage', `${flagOf(useless)} ${remedy}`)
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
