/** What was done to runs, and what became of it. */

export interface Tally {
  kills: number
  stops: number
  /** Processes that were suspended while another one took over. */
  zombies: number
  /** Of a process that was alone. */
  suspensions: number
  brokerCrashes: number
  brokerPauses: number
  /** Messages of results that were sent, and that no transaction has committed. */
  aborted: number
  /** From a start to its first line that was not there before. */
  readonly restartMs: number[]
  /** From the suspension of the owner to the first line of another process. */
  readonly takeoverMs: number[]
}

export function newTally(): Tally {
  return {
    kills: 0,
    stops: 0,
    zombies: 0,
    suspensions: 0,
    brokerCrashes: 0,
    brokerPauses: 0,
    aborted: 0,
    restartMs: [],
    takeoverMs: [],
  }
}

export function inWords(tally: Tally): string {
  return `${tally.kills} killed, ${tally.stops} stopped, ${tally.zombies} zombies, ` +
    `${tally.suspensions} suspended alone, ` +
    `${tally.brokerCrashes} crashes and ${tally.brokerPauses} pauses of the broker, ` +
    `${tally.aborted} messages aborted; first line after a restart ${times(tally.restartMs)}, ` +
    `after a takeover ${times(tally.takeoverMs)}`
}

/** The median, and the most, of milliseconds. */
export function times(ms: readonly number[]): string {
  if (ms.length === 0) return 'never seen'
  const sorted = ms.toSorted((a, b) => a - b)
  const seconds = (i: number) => `${(sorted[i]! / 1000).toFixed(1)} s`
  return `${seconds(sorted.length >> 1)} (median), ${seconds(sorted.length - 1)} (most)`
}
