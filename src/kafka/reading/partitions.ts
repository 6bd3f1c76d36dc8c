/** The partitions that are read: how far, how far they could be, and which of them wait. */
import { farAheadMs } from '../../sources/silence.ts'
import type { ReaderProgress } from '../../sources/source-progress.ts'
import type { OffsetSpan } from './offsets.ts'

export interface Partition {
  readonly source: number
  readonly topic: string
  readonly partition: number
  readonly name: string
  /** Offset of the next message to hand over. */
  next: number
  /** Offset at which reading ends; undefined: never. */
  stop: number | undefined
  /** Behind the last message that is known to be there. */
  high: number
  /** When the last message handed over was written, unix milliseconds. */
  writtenMs: number
  /** When messages last came, by performance.now(); Infinity while they are handed over. */
  heardAtMs: number
  isPaused: boolean
  isEnded: boolean
  /** What was read of it is worth nothing: who reads it goes on from its state. */
  isLost: boolean
}

/** Without an answer to a fetch for so long nobody knows whether there is more. */
const staleMs = 5000

/** Messages that are there come sooner, or they are there no more. */
const missingMs = 1000

export class Partitions {
  readonly #progress: ReaderProgress | undefined
  readonly #isNumbered: boolean
  readonly #byName = new Map<string, Partition>()
  #sources = 0
  #fetchedAtMs = -Infinity

  /**
   * `progress`: how far the frames of a source have come; without it, when they were written. `isNumbered`:
   * whether a source has the number of its partition, in each run, as there is one topic, and what is
   * read of a partition that comes again goes on from its state.
   */
  constructor(
    { progress, isNumbered = false }: {
      readonly progress?: ReaderProgress | undefined
      readonly isNumbered?: boolean
    } = {},
  ) {
    this.#progress = progress
    if (progress !== undefined) progress.isReadToItsEnd = (source) => this.#isReadToItsEnd(source)
    this.#isNumbered = isNumbered
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0
  }

  [Symbol.iterator](): Iterator<Partition> {
    return this.#byName.values()
  }

  get(topic: string, partition: number): Partition | undefined {
    return this.#byName.get(`${topic}[${partition}]`)
  }

  ofSource(source: number): Partition | undefined {
    return [...this].find((each) => each.source === source)
  }

  /** Where others read too, a partition that comes again after it was lost is a new source. */
  add(topic: string, partition: number, { start, stop, high }: OffsetSpan): Partition {
    const name = `${topic}[${partition}]`
    const source = this.#isNumbered ? partition : this.#sources++
    const added = {
      source,
      topic,
      partition,
      name,
      next: start,
      stop,
      high,
      writtenMs: -Infinity,
      heardAtMs: performance.now(),
      isPaused: false,
      isEnded: false,
      isLost: false,
    }
    this.#byName.set(name, added)
    return added
  }

  /** Takes out those that are not kept, and returns them. */
  without(isKept: (each: Partition) => boolean): readonly Partition[] {
    const lost = [...this].filter((each) => !isKept(each))
    for (const each of lost) {
      each.isLost = this.#isNumbered
      this.#byName.delete(each.name)
    }
    return lost
  }

  /** A broker has answered. */
  noteFetch(): void {
    this.#fetchedAtMs = performance.now()
  }

  #isReadToItsEnd(source: number): boolean {
    const known = this.ofSource(source)
    if (known === undefined || known.isEnded) return true
    const isFresh = performance.now() - this.#fetchedAtMs < staleMs
    return isFresh && !known.isPaused && known.next >= known.high
  }

  get lag(): number {
    let lag = 0
    for (const { next, high, stop = Infinity } of this) {
      lag += Math.max(0, Math.min(high, stop) - next)
    }
    return lag
  }

  /** Those whose next messages do not come, though they were there. */
  get missing(): readonly Partition[] {
    return [...this].filter((each) => this.isMissing(each))
  }

  isMissing({ next, stop = 0, high, heardAtMs, isPaused, isEnded }: Partition): boolean {
    const isDue = !isPaused && !isEnded && next < Math.max(stop, high)
    return isDue && performance.now() - heardAtMs > missingMs
  }

  /** Who is to wait from now on, and who no longer. Those with nothing to read hold back none. */
  pace(): { readonly paused: readonly Partition[]; readonly resumed: readonly Partition[] } {
    const reading = [...this].filter(({ next, high, isEnded }) => !isEnded && next < high)
    const timeOf = ({ source, writtenMs }: Partition) => this.#progress?.timeOf(source) ?? writtenMs
    const slowestMs = Math.min(...reading.map(timeOf))
    const paused: Partition[] = []
    const resumed: Partition[] = []
    for (const each of reading) {
      const isAhead = timeOf(each) > slowestMs + farAheadMs
      if (isAhead !== each.isPaused) (isAhead ? paused : resumed).push(each)
      each.isPaused = isAhead
    }
    return { paused, resumed }
  }
}
