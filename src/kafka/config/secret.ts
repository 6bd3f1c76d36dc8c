/**
 * A text that must not be shown: whatever prints, logs or serialises an object that holds one does
 * not get it, as runtimes do not look into private fields.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** For the one place that needs it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '(secret)'
  }

  toJSON(): string {
    return '(secret)'
  }
}
