/** What the arguments of uc-state come to. */
import { UcError } from '../errors.ts'
import type { ConnectionConfig } from '../kafka/brokers/connection.ts'
import { stateTopicOf } from './kafka-plan.ts'
import type { Parsed } from './option.ts'
import { kafka } from './options/kafka.ts'
import { stateShown, type StateShownOptions } from './options/state.ts'
import { contradiction, refuseWithout } from './plan.ts'

/** Where a state is. */
export type StatePlace = { readonly folder: string } | GroupState

export interface GroupState {
  readonly connection: ConnectionConfig
  readonly group: string
  readonly topic: string
}

/** A state to be looked at, or to be emptied. */
export interface StateShownPlan {
  readonly place: StatePlace
  /** Undefined: whichever suits standard output. */
  readonly format: 'json' | 'table' | undefined
  readonly resets: boolean
  readonly asks: boolean
}

export async function stateShownPlan(
  parsed: Parsed<StateShownOptions>,
): Promise<StateShownPlan> {
  const { values, given } = parsed
  const place = values.kafka ? await groupState(parsed) : folderState(parsed)
  const { format, reset, yes } = values
  if (!reset) refuseWithout('--reset', [stateShown.yes], given)
  if (reset && given.has(stateShown.format)) {
    throw contradiction('--reset and --format', 'leave one out, as a reset shows nothing')
  }
  if (format === 'tsv') {
    throw new UcError(
      'usage',
      '--format "tsv": expected json or table, as a state is no result line',
    )
  }
  return { place, format: format === 'auto' ? undefined : format, resets: reset, asks: !yes }
}

async function groupState(parsed: Parsed<StateShownOptions>): Promise<GroupState> {
  if (parsed.files.length > 0) {
    throw contradiction('--kafka and DIR', 'leave one out; --state-topic names the topic')
  }
  const { settle } = await import('./kafka-connection.ts')
  const { values: { group, stateTopic }, connection } = settle(parsed.options, parsed)
  return { connection, group, topic: stateTopic ?? stateTopicOf(group) }
}

function folderState({ files, given }: Parsed<StateShownOptions>): StatePlace {
  const ofKafka = [stateShown.group, stateShown.stateTopic, ...Object.values(kafka)]
  refuseWithout('--kafka', ofKafka, given)
  const [folder = ''] = files
  if (folder === '') {
    const expected = 'expected the folder of a state, or --kafka'
    throw new UcError('usage', `argument DIR: missing; ${expected}`)
  }
  return { folder }
}
