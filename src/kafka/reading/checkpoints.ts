/**
 * From where a restart goes on, without state: per source the offset that the open and revisable
 * windows still need, and the clock that the source had there. Frames from there on, judged by that
 * clock, give the same lines again; windows that were over are not shown again (`over`). How far
 * the source was read (`read`) tells the frames that such a window has had from those that come for
 * it now, which are too late.
 *
 *   offset      0 ........ 700 ........ 1000 ........ 1400        1000: the first frame of an open
 *   checkpoint       |          |              |                  window. A restart goes on at the
 *                   400        800            1200                checkpoint before it, 800.
 */
import type { ClockState, Resumption } from '../../records.ts'
import type { Position } from './reader-options.ts'

interface Checkpoint {
  readonly offset: number
  /** Undefined before the first frame. */
  readonly clock: ClockState | undefined
}

/** More are thinned out: a year's window needs only some place before its first frame. */
const mostCheckpoints = 1000

export class Checkpoints {
  readonly #bySource = new Map<number, Checkpoint[]>()
  /** By source, up to where an earlier run has read it. */
  readonly #readTo = new Map<number, number>()

  /** All before `offset` has been counted, and nothing of it is held; `clock` is how it stood. */
  note(source: number, offset: number, clock: ClockState | undefined): void {
    const known = this.#bySource.get(source) ?? []
    if (known.length === mostCheckpoints) {
      this.#bySource.set(source, known.filter((_, i) => i % 2 === 0).concat({ offset, clock }))
    } else {
      known.push({ offset, clock })
      this.#bySource.set(source, known)
    }
  }

  wasReadTo(source: number, offset: number): void {
    this.#readTo.set(source, offset)
  }

  /**
   * The last checkpoints before what is needed: `firstLineOf` gives the first offset that an open
   * window has counted. Windows that were over by `overMs` have been shown.
   */
  positions(firstLineOf: (source: number) => number, overMs: number): Map<number, Position> {
    const positions = new Map<number, Position>()
    for (const [source, known] of this.#bySource) {
      const needed = firstLineOf(source)
      const last = known.findLastIndex(({ offset }) => offset <= needed)
      if (last === -1) continue
      // What is held has been read, and has not been counted
      const readTo = Math.max(known.at(-1)!.offset, this.#readTo.get(source) ?? 0)
      known.splice(0, last)
      const { offset, clock } = known[0]!
      positions.set(source, { offset, metadata: metadataOf(clock, overMs, readTo) })
    }
    return positions
  }
}

/**
 * Kept beside the offset in the group: `{"uc":1,"trusted":…,"waiting":…,"over":…,"read":…}`,
 * milliseconds and an offset.
 */
function metadataOf(clock: ClockState | undefined, overMs: number, read: number): string {
  const over = Number.isFinite(overMs) ? overMs : undefined
  return JSON.stringify({ uc: 1, trusted: clock?.trustedMs, waiting: clock?.waitingMs, over, read })
}

/** What `metadata` says, if it is ours; else the source begins there. */
export function resumptionOf(source: number, { offset, metadata }: Position): Resumption {
  const { trusted, waiting, over, read } = fieldsOf(metadata)
  const waitingMs = typeof waiting === 'number' ? waiting : undefined
  return {
    type: 'resumption',
    source,
    offset,
    clock: typeof trusted === 'number' ? { trustedMs: trusted, waitingMs } : undefined,
    overMs: typeof over === 'number' ? over : -Infinity,
    readTo: typeof read === 'number' ? read : offset,
  }
}

function fieldsOf(metadata: string): Record<string, unknown> {
  try {
    const fields = Object(JSON.parse(metadata)) as Record<string, unknown>
    return fields['uc'] === 1 ? fields : {}
  } catch {
    return {}
  }
}
