/**
 * Brokers do not answer, and the work begins anew: for so long as that may pass. What does not is
 * told in the end, not tried for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { wordsOf } from '../../io/report.ts'

/** Beside the minute that each request is tried for. */
const patienceMs = 120_000
const pauseMs = 1000

export interface InterruptionsOptions {
  say(text: string): void
  /** Milliseconds, and a wait of so many; for tests. */
  now?(): number
  pause?(ms: number): Promise<unknown>
}

export class Interruptions {
  readonly #say: (text: string) => void
  readonly #now: () => number
  readonly #pause: (ms: number) => Promise<unknown>
  /** When the first of those came that follow each other, and the last. */
  #sinceMs = -Infinity
  #lastMs = -Infinity

  constructor({ say, now = () => performance.now(), pause = sleep }: InterruptionsOptions) {
    this.#say = say
    this.#now = now
    this.#pause = pause
  }

  /** The work has come on: what follows is another interruption. */
  over(): void {
    this.#lastMs = -Infinity
  }

  /** Waits before the work begins anew. Throws where it has not come on for long. */
  async wait(cause: unknown): Promise<void> {
    const nowMs = this.#now()
    if (nowMs - this.#lastMs > patienceMs) {
      this.#sinceMs = nowMs
      this.#say(`${wordsOf(cause)}; goes on from the last commit that brokers have`)
    }
    this.#lastMs = nowMs
    if (nowMs - this.#sinceMs > patienceMs) throw cause
    await this.#pause(pauseMs)
  }
}
