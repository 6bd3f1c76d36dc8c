/** Questions to brokers that have just started, or have new leaders. */
import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 10_000

/** kafkajs mixes up what it knows of topics where two questions are under way. */
let before: Promise<unknown> = Promise.resolve()

function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  const answer = before.then(ask)
  before = answer.catch(() => {})
  return answer
}

/** Metadata name a leader before it leads, after a start say; kafkajs gives up then. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0;; waitedMs += 100) {
    try {
      return await inTurn(ask)
    } catch (error) {
      const { type } = Object(error) as { type?: string }
      const isPassing = /NOT_LEADER|LEADER_NOT|COORDINATOR|UNKNOWN_LEADER/.test(type ?? '')
      if (!isPassing || waitedMs > patienceMs) throw error
      await sleep(100)
    }
  }
}
