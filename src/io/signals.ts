/**
 * The signal that asks a run to end: whoever waits for something looks here meanwhile. A second one
 * kills (runtime.ts).
 */
import type { Signal } from './runtime.ts'

/** A signal came before what was waited for. */
export class Stopped extends Error {
  readonly signal: Signal

  constructor(signal: Signal) {
    super(`stopped by ${signal}`)
    this.signal = signal
  }
}

export class SignalWatch {
  received: Signal | undefined
  #receivedAtMs = Infinity
  readonly #wakes = new Set<() => void>()

  receive(signal: Signal): void {
    this.received = signal
    this.#receivedAtMs = performance.now()
    for (const wake of this.#wakes) wake()
  }

  /** How long ago the signal came; negative where none has. */
  get sinceMs(): number {
    return performance.now() - this.#receivedAtMs
  }

  /** `wake` is called at the signal, unless what is returned is called before. */
  whenReceived(wake: () => void): () => void {
    this.#wakes.add(wake)
    return () => this.#wakes.delete(wake)
  }

  /**
   * What `work` comes to; rejects with Stopped where a signal comes, and `graceMs` more, before that.
   * No Promise.race: a promise that lives as long as the run would keep every reaction to it.
   */
  during<T>(work: Promise<T>, graceMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      const stop = () => {
        timer = setTimeout(() => reject(new Stopped(this.received!)), graceMs)
      }
      const forget = this.whenReceived(stop)
      if (this.received !== undefined) stop()
      const settle = () => {
        forget()
        clearTimeout(timer)
      }
      work.finally(settle).then(resolve, reject)
    })
  }
}
