/**
 * What the group knows beside the state: how far the topic is counted, for tools that show how far
 * behind we are, and where the state is that it belongs to, so that none is missed in silence.
 */
import { UcError } from '../../errors.ts'
import type { GroupOffsets } from '../writing/transactions.ts'
import type { StoredOffset } from '../reading/stored-offsets.ts'

const version = 2

/** `stateTopic`: where the state is that was saved with them; undefined: there is none. */
export function offsetsOf(
  topic: string,
  positions: ReadonlyMap<number, number>,
  stateTopic: string | undefined,
): GroupOffsets {
  const metadata = stateTopic === undefined
    ? ''
    : JSON.stringify({ uc: version, state: stateTopic })
  const partitions = [...positions].map(([partition, next]) => {
    return { partition, offset: `${next}`, metadata }
  })
  return { topic, partitions }
}

/**
 * Throws where what the group has stored does not fit the state. `positions`: of that; undefined:
 * there is no state.
 */
export function checkStored(
  stored: ReadonlyMap<number, StoredOffset>,
  positions: ReadonlyMap<number, number> | undefined,
  { group, topic, stateTopic }: {
    readonly group: string
    readonly topic: string
    readonly stateTopic: string
  },
): void {
  for (const [partition, { offset, metadata }] of stored) {
    const { uc, state } = fieldsOf(metadata)
    if (positions === undefined && uc === version) {
      throw refused(
        `group ${group} has read ${topic} with a state, and topic ${state} holds none ` +
          `(this run looks in ${stateTopic})`,
      )
    }
    if (positions === undefined && uc !== undefined) {
      throw refused(`group ${group} has read ${topic} with a uc of another version, without state`)
    }
    const position = positions?.get(partition) ?? offset
    if (position !== offset) {
      const differ = `the offsets of group ${group} are not those of its state: ` +
        `${topic}[${partition}] is at ${offset}, and was counted up to ${position}`
      throw uc === version && state === stateTopic ? new Unsettled(differ) : refused(differ)
    }
  }
}

/**
 * Both were committed together. A broker that has just come back may show an earlier end of the state,
 * or earlier offsets.
 */
export class Unsettled extends UcError {
  constructor(problem: string) {
    super('failed', `${problem}; ${remedy}`)
  }
}

const remedy = 'name the right --state-topic, begin with another --group, or count anew by ' +
  '--start-at beginning'

function refused(problem: string): UcError {
  return new UcError('failed', `${problem}; ${remedy}`)
}

function fieldsOf(metadata: string): { readonly uc?: unknown; readonly state?: unknown } {
  try {
    return Object(JSON.parse(metadata)) as { readonly uc?: unknown; readonly state?: unknown }
  } catch {
    return {}
  }
}
