/**
 * From callbacks to a loop: what is put waits until the loop has asked for the next one, which
 * means that it has done with this one. One at a time, in the order of the calls.
 */
export class Handoff<T> {
  #last: Promise<void> = Promise.resolve()
  #value: T | undefined
  #hasValue = false
  #onPut = () => {}
  #onTaken = () => {}
  #isOver = false
  #failure: { readonly error: unknown } | undefined

  /** Resolves when the value has been done with, or nobody will ever take it. */
  put(value: T): Promise<void> {
    this.#last = this.#last.then(() => this.#place(value))
    return this.#last
  }

  /** The loop ends after what has been put. */
  end(): void {
    this.#last = this.#last.then(() => this.#stop())
  }

  /** The loop throws. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop()
  }

  /** Nobody takes anything any more. */
  close(): void {
    this.#stop()
  }

  async *values(): AsyncGenerator<T> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#hasValue) {
        const value = this.#value as T
        this.#hasValue = false
        yield value
        this.#onTaken()
      } else if (this.#isOver) {
        return
      }
      if (!this.#hasValue && !this.#isOver) {
        await new Promise<void>((resolve) => this.#onPut = resolve)
      }
    }
  }

  #place(value: T): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    return new Promise((resolve) => {
      this.#value = value
      this.#hasValue = true
      this.#onTaken = resolve
      this.#onPut()
    })
  }

  #stop(): void {
    this.#isOver = true
    this.#onPut()
    this.#onTaken()
  }
}
