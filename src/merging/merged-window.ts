/**
 * One window of the output: its own lines, united, and the finer ones that make it up. Users are
 * united whatever they come from. Frames are added up over the finer windows of one kind; what
 * several kinds say of a shard, minutes and hours of a day, is the same count and the largest holds.
 */
import type { Counted, Estimate } from '../counter/counter.ts'
import { imageOf } from '../counter/image.ts'
import { Sketch } from '../counter/sketch.ts'
import type { ResultLine } from '../records.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import type { United } from './gathered-window.ts'
import type { Part } from './part.ts'
import { resultLines } from '../windows/result-lines.ts'
import { covers, join, paneFields, shardFields, type Shares, sum, take } from './shares.ts'

export class MergedWindow {
  readonly startMs: number
  readonly endMs: number
  readonly #kind: ZonedKind
  /** By the kind of the lines; undefined before the first. */
  #shares: Map<string, Shares> | undefined
  #sketch: Sketch | undefined
  #own: United | undefined

  constructor(kind: ZonedKind, ms: number) {
    const { startMs, endMs } = kind.kind.spanAt(ms)
    this.startMs = startMs
    this.endMs = endMs
    this.#kind = kind
  }

  get name(): string {
    return this.#kind.kind.name
  }

  get nominalMs(): number {
    return this.#kind.kind.nominalMs
  }

  take(united: United, kindName: string): void {
    if (kindName === this.name) this.#own = united
    const { sketch } = united
    if (sketch !== undefined) {
      this.#sketch ??= new Sketch(sketch.precision)
      this.#sketch.merge(sketch)
    }
    this.#shares ??= new Map()
    const shares = this.#shares.get(kindName) ?? new Map()
    take(shares, united.shares, sum)
    this.#shares.set(kindName, shares)
  }

  /** Only once. `isCut`: the run was stopped, and there may be more. */
  line(isCut: boolean): ResultLine {
    const shares = this.#united()
    if (isCut) {
      for (const [shard, { frames, revision }] of shares) {
        shares.set(shard, { frames, isEarly: true, revision })
      }
    }
    const { startMs, endMs } = this
    const { shard, shards } = shardFields(shares)
    const { frames, pane, revision } = paneFields(shares)
    const window = { startMs, endMs, kind: this.#kind.kind }
    const counted = this.#counted(shares)
    this.#letGo()
    const toLine = resultLines({ calendar: this.#kind, shard })
    return toLine({ window, counted, frames, pane, revision, shards })
  }

  /**
   * Of what has just been made. To the runtime a window that has long been there is in use until it
   * next looks through all of memory; where a million are written, that would fill up with this.
   */
  #letGo(): void {
    this.#shares = undefined
    this.#sketch = undefined
    this.#own = undefined
  }

  /** Of its own lines and finer ones. Of what is late for a minute the day need not be revised. */
  #united(): Shares {
    const shares: Shares = new Map()
    for (const [name, each] of this.#shares ?? []) {
      if (name !== this.name) take(shares, each, join)
    }
    take(shares, this.#shares?.get(this.name) ?? new Map(), (finer, own) => {
      return finer.frames > own.frames ? { ...join(finer, own), isEarly: own.isEarly } : own
    })
    return shares
  }

  #counted(shares: Shares): Counted {
    const union = this.#sketch
    if (this.#own?.sum !== undefined) {
      return union === undefined ? this.#own.sum : withImage(this.#own.sum, imageOf(union))
    }
    const image = imageOf(union!)
    const exact = this.#own?.exact.filter((part) => {
      return covers(part.toShares(), shares) && areEqual(imageOf(folded(part, union!)), image)
    })
    if (exact === undefined || exact.length === 0) return withImage(union!.estimate(), image)
    const users = Math.max(...exact.map(({ users }) => users))
    return { users, low: users, high: users, method: 'exact', error: 0, image } // no spread: see result-lines.ts
  }
}

/** Field by field: see resultLines. */
function withImage({ users, low, high, method, error }: Estimate, image: Uint8Array): Counted {
  return { users, low, high, method, error, image }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** The users of one line alone, as the union would hold them. */
function folded(part: Part, { precision }: Sketch): Sketch {
  const users = new Sketch(precision)
  users.merge(part.toSketch()!)
  return users
}
