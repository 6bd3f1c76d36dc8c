/** What the arguments of uc-state come to. */
import { UcError } from '../errors.ts'
import { flagOf, type Parsed } from './option.ts'
import { stateShown, type StateShownOptions } from './options/state.ts'
import { contradiction } from './plan.ts'

/** A state to be looked at, or to be emptied. */
export interface StateShownPlan {
  readonly folder: string
  /** Undefined: whichever suits standard output. */
  readonly format: 'json' | 'table' | undefined
  readonly resets: boolean
  readonly asks: boolean
}

export function stateShownPlan(
  { values, given, files }: Parsed<StateShownOptions>,
): StateShownPlan {
  const [folder = ''] = files
  if (folder === '') {
    throw new UcError('usage', 'argument DIR missing; expected the folder of a state')
  }
  const { format, reset, yes } = values
  if (yes && !reset) {
    throw new UcError('usage', `${flagOf(stateShown.yes)} is about --reset; add it`)
  }
  if (reset && given.has(stateShown.format)) {
    throw contradiction('--reset and --format', 'leave one out, as a reset shows nothing')
  }
  if (format === 'tsv') {
    throw new UcError('usage', '--format tsv is for result lines; expected json or table')
  }
  return { folder, format: format === 'auto' ? undefined : format, resets: reset, asks: !yes }
}
