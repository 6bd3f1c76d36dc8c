/** Stores offsets every so often, where they have changed. */
import type { TopicReader } from './reader.ts'
import type { Position } from './reader-options.ts'

const intervalMs = 1000

export class Committer {
  readonly #reader: TopicReader
  readonly #positions: () => ReadonlyMap<number, Position>
  #atMs = performance.now()
  #last = ''

  /** `positions`: by source, from where a restart would go on now. */
  constructor(reader: TopicReader, positions: () => ReadonlyMap<number, Position>) {
    this.#reader = reader
    this.#positions = positions
  }

  /** Called often. */
  async commitIfDue(): Promise<void> {
    if (performance.now() - this.#atMs > intervalMs) await this.commit()
  }

  async commit(): Promise<void> {
    this.#atMs = performance.now()
    const positions = this.#positions()
    const text = JSON.stringify([...positions])
    if (text === this.#last) return
    if (await this.#reader.commit(positions)) this.#last = text
  }
}
