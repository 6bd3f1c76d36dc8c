/**
 * Tells that brokers do not answer, and that they do again. What counts is how often they were missed,
 * not how much time has passed: a process that was suspended has missed nobody.
 */
export interface QuietOptions {
  /** Whether brokers have answered within the session. */
  isHeard(): boolean
  say(text: string): void
}

const lookMs = 1000
const tellAfterLooks = 10

export class Quiet {
  readonly #options: QuietOptions
  readonly #timer: NodeJS.Timeout
  #missed = 0

  constructor(options: QuietOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.look(), lookMs)
    this.#timer.unref()
  }

  /** Called every second. */
  look(): void {
    const { isHeard, say } = this.#options
    if (isHeard()) {
      if (this.#missed >= tellAfterLooks) say('brokers answer again')
      this.#missed = 0
    } else if (++this.#missed === tellAfterLooks) {
      say('brokers do not answer; waiting for them')
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
