/** By the name of a window's kind and its start: a number takes no memory, where a key is a string. */
export class ByWindow<T> {
  readonly #kinds = new Map<string, Map<number, T>>()

  get(kindName: string, startMs: number): T | undefined {
    return this.#kinds.get(kindName)?.get(startMs / 1000)
  }

  set(kindName: string, startMs: number, value: T): void {
    let ofKind = this.#kinds.get(kindName)
    if (ofKind === undefined) this.#kinds.set(kindName, ofKind = new Map())
    ofKind.set(startMs / 1000, value) // whole seconds, which the runtime keeps as they are
  }

  delete(kindName: string, startMs: number): void {
    this.#kinds.get(kindName)?.delete(startMs / 1000)
  }

  clear(): void {
    this.#kinds.clear()
  }
}
