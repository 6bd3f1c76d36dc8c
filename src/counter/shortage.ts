/**
 * Asks for memory for who is in the middle of something: that there is too little is remembered, and
 * told where it may end the run.
 */
import type { Reserve } from './counter.ts'

export class Shortage {
  readonly #reserve: Reserve
  #error: { readonly cause: unknown } | undefined
  #isTold = false

  constructor(reserve: Reserve) {
    this.#reserve = reserve
  }

  /** False from the first refusal on. */
  readonly reserve: Reserve = (bytes) => {
    if (this.#error !== undefined) return false
    try {
      return this.#reserve(bytes)
    } catch (cause) {
      this.#error = { cause }
      return false
    }
  }

  /** What was thrown when memory was refused; once. */
  told(): { readonly cause: unknown } | undefined {
    if (this.#isTold || this.#error === undefined) return undefined
    this.#isTold = true
    return this.#error
  }
}
