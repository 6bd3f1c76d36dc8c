/**
 * The users of one window where no source has one that another has: what each has last said of its
 * own, on time and by each revision that is still to come. Their numbers add up in the order of the
 * sources, so that no sum depends on which of them came first.
 *
 * A source is a partition of a topic that is keyed by user. Where a topic gets more of them, users
 * move to others, and may be counted in two: then the numbers are refused.
 */
import type { Estimate } from '../counter/counter.ts'
import { sumOfDisjoint } from '../counter/disjoint.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'

interface Told {
  /** Undefined: of late frames alone, so far. */
  shown: Estimate | undefined
  /** In the order in which they fall due. */
  readonly late: { readonly dueMs: number; counted: Estimate }[]
}

export class DisjointUsers {
  readonly #bySource = new Map<number, Told>()
  /** To how many partitions the frames are keyed that were told of last; 0: there are none. */
  of = 0
  #isRefused = false

  get isRefused(): boolean {
    return this.#isRefused
  }

  /** Whether it was not so before. */
  refuse(): boolean {
    if (this.#isRefused) return false
    this.#bySource.clear()
    return this.#isRefused = true
  }

  /** All that the source has counted, up to a revision that falls due then; undefined: on time. */
  tell(source: number, counted: Estimate, { of, dueMs }: { of: number; dueMs?: number }): void {
    this.of = of
    if (this.#isRefused) return
    const told = this.#toldBy(source)
    const last = told.late.at(-1)
    if (dueMs === undefined) told.shown = counted
    else if (last?.dueMs === dueMs) last.counted = counted
    else told.late.push({ dueMs, counted })
  }

  /** Revisions up to then have fallen due. */
  show(dueMs: number): void {
    for (const told of this.#bySource.values()) {
      while (told.late.length > 0 && told.late[0]!.dueMs <= dueMs) {
        told.shown = told.late.shift()!.counted
      }
    }
  }

  estimate(): Estimate {
    const sources = [...this.#bySource].sort(([a], [b]) => a - b)
    return sumOfDisjoint(sources.flatMap(([, { shown }]) => shown ?? []))
  }

  writeTo(head: RecordWriter): void {
    head.count(this.of).flag(this.#isRefused).count(this.#bySource.size)
    for (const [source, { shown, late }] of this.#bySource) {
      head.count(source).flag(shown !== undefined).count(late.length)
      if (shown !== undefined) writeEstimate(head, shown)
      for (const { dueMs, counted } of late) writeEstimate(head.number(dueMs), counted)
    }
  }

  readFrom(head: RecordReader): void {
    this.of = head.count()
    this.#isRefused = head.flag()
    for (let left = head.count(); left > 0; left--) {
      const told = this.#toldBy(head.count())
      const isShown = head.flag()
      const lates = head.count()
      if (isShown) told.shown = readEstimate(head)
      for (let n = 0; n < lates; n++) {
        told.late.push({ dueMs: head.number(), counted: readEstimate(head) })
      }
    }
  }

  #toldBy(source: number): Told {
    let told = this.#bySource.get(source)
    if (told === undefined) this.#bySource.set(source, told = { shown: undefined, late: [] })
    return told
  }
}

function writeEstimate(head: RecordWriter, { users, low, high, method, error }: Estimate): void {
  head.number(users).number(low).number(high).flag(method === 'exact').number(error)
}

function readEstimate(head: RecordReader): Estimate {
  const [users, low, high] = [head.number(), head.number(), head.number()]
  return { users, low, high, method: head.flag() ? 'exact' : 'hll', error: head.number() }
}
