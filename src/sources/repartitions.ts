/**
 * How many partitions a topic has that is keyed by user, as its sources tell. Where it gets more,
 * users move to other partitions, in two steps: the number is another, from which moment on frames
 * may be keyed to it; and the first frame comes to a partition that is new, since whoever writes
 * learns the number later, or what is read was written before. Windows that have frames of before and
 * after either of the two may have a user twice, and so may those that begin before the second and
 * get anything behind it.
 */
import type { PartialPane } from '../ndjson/partial.ts'
import type { PartialHead } from '../ndjson/partial-mark.ts'
import type { RecordReader } from '../state/record.ts'
import { RecordWriter } from '../state/record.ts'
import type { Calendar } from '../time/calendar.ts'

/** Windows that are open, and begin before that time, may have frames of both. */
export interface FromTo {
  readonly was: number
  readonly is: number
  readonly beforeMs: number
}

/** A source that was not there from the beginning. */
interface NewSource {
  readonly was: number
  readonly is: number
  /** End of the last window of the finest kind in what it has brought first; -Infinity: nothing. */
  beforeMs: number
  /** Whether a mark has come behind that. */
  isTold: boolean
}

const ofKey = 'of'
const newKey = /^new\/(\d+)$/

export class Repartitions {
  #of: number | undefined
  readonly #new = new Map<number, NewSource>()

  /** What windows are to be refused before what follows it, if any. */
  head({ of: is }: Pick<PartialHead, 'of'>): FromTo | undefined {
    const was = this.#of ?? is
    this.#of = Math.max(was, is)
    for (let source = was; source < is; source++) {
      this.#new.set(source, { was, is, beforeMs: -Infinity, isTold: false })
    }
    return was < is ? { was, is, beforeMs: Infinity } : undefined
  }

  /** To how many partitions others of the pane's window may be keyed; undefined: to as many as it. */
  pane(
    { source, kind: name, startMs }: Pick<PartialPane, 'source' | 'kind' | 'startMs'>,
    { kinds }: Pick<Calendar, 'kinds'>,
  ): number | undefined {
    const own = this.#new.get(source)
    const [finest] = kinds
    if (own?.isTold === false && (name === finest!.name || own.beforeMs === -Infinity)) {
      own.beforeMs = Math.max(own.beforeMs, finest!.spanAt(startMs).endMs)
    }
    for (const { was, beforeMs } of this.#new.values()) if (startMs < beforeMs) return was
    return undefined
  }

  /** Likewise, behind the first panes of a source. */
  mark(source: number): FromTo | undefined {
    const found = this.#new.get(source)
    if (found === undefined || found.isTold || found.beforeMs === -Infinity) return undefined
    found.isTold = true
    return found
  }

  *fields(): Generator<[string, RecordWriter]> {
    if (this.#of === undefined) return
    yield [ofKey, new RecordWriter().count(this.#of)]
    for (const [source, { was, is, beforeMs, isTold }] of this.#new) {
      const record = new RecordWriter().count(was).count(is).number(beforeMs).flag(isTold)
      yield [`new/${source}`, record]
    }
  }

  /** Whether it is a record of these. */
  load(record: RecordReader): boolean {
    const [, source] = newKey.exec(record.key) ?? []
    if (source !== undefined) {
      const [was, is, beforeMs] = [record.count(), record.count(), record.number()]
      this.#new.set(Number(source), { was, is, beforeMs, isTold: record.flag() })
      return true
    }
    if (record.key !== ofKey) return false
    this.#of = record.count()
    return true
  }
}
