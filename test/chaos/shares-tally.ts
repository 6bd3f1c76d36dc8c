/** What was done to processes that share a topic, and what became of it. */
import { times } from './tally.ts'

export interface SharesTally {
  kills: number
  stops: number
  /** Processes more than before. */
  joins: number
  /** Processes that ended without another one in their place. */
  leaves: number
  /** How often none was left for a while. */
  pauses: number
  /** Suspended for longer than the session, and resumed. */
  zombies: number
  /** Suspended for less. */
  suspensions: number
  brokerCrashes: number
  brokerPauses: number
  /** Messages of partial panes, and of results, that no transaction has committed. */
  aborted: number
  /** From the death of a process to the next line of results. */
  readonly deathMs: number[]
  /** From the last disturbance till all frames are in lines, as far as windows are over. */
  readonly calmMs: number[]
}

export function newSharesTally(): SharesTally {
  return {
    kills: 0,
    stops: 0,
    joins: 0,
    leaves: 0,
    pauses: 0,
    zombies: 0,
    suspensions: 0,
    brokerCrashes: 0,
    brokerPauses: 0,
    aborted: 0,
    deathMs: [],
    calmMs: [],
  }
}

export function sharesInWords(tally: SharesTally): string {
  return `${tally.kills} killed, ${tally.stops} stopped, ${tally.joins} joined, ` +
    `${tally.leaves} left, ${tally.pauses} times none, ${tally.zombies} zombies, ` +
    `${tally.suspensions} suspended for less, ` +
    `${tally.brokerCrashes} crashes and ${tally.brokerPauses} pauses of the broker, ` +
    `${tally.aborted} messages aborted; first line after a death ${times(tally.deathMs)}, ` +
    `at rest after ${times(tally.calmMs)}`
}
