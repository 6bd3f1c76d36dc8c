/** Stores offsets every so often, where they have changed. */
import { mayPass } from '../brokers/trouble.ts'
import type { TopicReader } from './reader.ts'

const intervalMs = 1000
/** A broker that starts anew is back sooner, as a rule. */
const patienceMs = 10_000

export interface CommitterOptions {
  /** By source, from where a restart would go on now. */
  positions(): ReadonlyMap<number, number>
  say(text: string): void
  /** Milliseconds; for tests. */
  now?(): number
}

export class Committer {
  readonly #reader: TopicReader
  readonly #options: CommitterOptions
  readonly #now: () => number
  #atMs: number
  #last = ''
  /** Since when brokers store nothing. */
  #failing: { readonly sinceMs: number; isTold: boolean } | undefined

  constructor(reader: TopicReader, options: CommitterOptions) {
    this.#reader = reader
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#atMs = this.#now()
  }

  /** Called often. What brokers do not store now is stored when it is due again. */
  async commitIfDue(): Promise<void> {
    if (this.#now() - this.#atMs <= intervalMs) return
    const beganMs = this.#now()
    try {
      await this.commit()
      this.#failing = undefined
    } catch (error) {
      if (!mayPass(error)) throw error
      this.#wait(beganMs)
    }
  }

  /** Rejects where brokers do not store them. */
  async commit(): Promise<void> {
    this.#atMs = this.#now()
    const positions = this.#options.positions()
    const text = JSON.stringify([...positions])
    if (text === this.#last) return
    if (await this.#reader.commit(positions)) this.#last = text
  }

  #wait(beganMs: number): void {
    this.#failing ??= { sinceMs: beganMs, isTold: false }
    const seconds = Math.round((this.#now() - this.#failing.sinceMs) / 1000)
    if (this.#failing.isTold || 1000 * seconds < patienceMs) return
    this.#failing.isTold = true
    this.#options.say(
      `brokers have stored no offsets for ${seconds} s; tried again, and a restart before would ` +
        'read some messages twice',
    )
  }
}
