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

interface Handed {
  readonly message: ReaderMessage
  readonly of: Partition
}

/** No source: behind this every run needs its mark. */
const nowhere = { source: -1, next: -1 }

export class Outlet {
  readonly #handoff = new Handoff<Handed>()
  /** The last one that the loop has taken. */
  #handed: Handed | undefined
  /** Where the next line is taken to be of. */
  #current = nowhere

  async *values(): AsyncGenerator<ReaderMessage> {
    for await (const handed of this.#handoff.values()) {
      this.#handed = handed
      yield handed.message
    }
  }

  /** Whether the partition was lost since the message was put: it may have waited long. */
  isLost(message: ReaderMessage): boolean {
    return this.#handed?.message === message && this.#handed.of.isLost
  }

  /** Each resolves when what was put has been done with. */
  mark(of: Partition): Promise<void> {
    const { source, name, next } = of
    this.#current = { source, next }
    return this.#handoff.put({ message: { type: 'source', source, name, line: next - 1 }, of })
  }

  run({ mark, lines, count, next }: MessageRun, of: Partition): Promise<void> {
    const { source } = mark
    if (this.#current.source !== source || this.#current.next !== mark.line + 1) {
      void this.#handoff.put({ message: mark, of }) // and the lines at once: nothing may come between
    }
    this.#current = { source, next }
    return this.#handoff.put({ message: { type: 'lines', source, lines, count, next }, of })
  }

  endOf(of: Partition): Promise<void> {
    const { source } = of
    this.#current = nowhere // in a pipe this is a line too, and is counted
    return this.#handoff.put({ message: { type: 'source-end', source }, of })
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
