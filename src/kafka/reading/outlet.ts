/**
 * What a reader hands over: lines of messages, each behind a mark that says which partition and
 * offset they are of, unless they follow the last ones.
 */
import type { SourceEnd, SourceMark } from '../../records.ts'
import { Handoff } from './handoff.ts'
import type { MessageRun } from './message-lines.ts'
import type { Partition } from './partitions.ts'

/** Lines of messages of one source; `next` is the offset behind the last of them. */
export interface MessageLines {
  readonly type: 'lines'
  readonly source: number
  readonly lines: Uint8Array
  readonly count: number
  readonly next: number
}

export type ReaderMessage = SourceMark | SourceEnd | MessageLines

/** No source: behind this every run needs its mark. */
const nowhere = { source: -1, next: -1 }

export class Outlet {
  readonly #handoff = new Handoff<ReaderMessage>()
  /** Where the next line is taken to be of. */
  #current = nowhere

  values(): AsyncGenerator<ReaderMessage> {
    return this.#handoff.values()
  }

  /** Each resolves when what was put has been done with. */
  mark({ source, name, next }: Partition): Promise<void> {
    this.#current = { source, next }
    return this.#handoff.put({ type: 'source', source, name, line: next - 1 })
  }

  run({ mark, lines, count, next }: MessageRun): Promise<void> {
    const { source } = mark
    if (this.#current.source !== source || this.#current.next !== mark.line + 1) {
      void this.#handoff.put(mark) // and the lines at once: nothing may come between
    }
    this.#current = { source, next }
    return this.#handoff.put({ type: 'lines', source, lines, count, next })
  }

  endOf({ source }: Partition): Promise<void> {
    this.#current = nowhere // in a pipe this is a line too, and is counted
    return this.#handoff.put({ type: 'source-end', source })
  }

  end(): void {
    this.#handoff.end()
  }

  fail(error: unknown): void {
    this.#handoff.fail(error)
  }

  close(): void {
    this.#handoff.close()
  }
}
