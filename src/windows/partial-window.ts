/**
 * One window as one source fills it: the users who have been told of, so that none travels twice, and
 * what has come since the last pass. A user travels only where he changes the counter, on time or for
 * the revision that shows him first. Times at which revisions fall due only grow in one source, so all
 * that was told of before is shown before, and whoever unites the panes has every user in time.
 *
 * Where the counter is a sketch and its image is shorter than the fingerprints that have changed it,
 * the sketch goes instead, as it was when the last of them came: a later revision's users are not in it.
 * Where no other source has any of the users, their number goes, likewise.
 */
import type { Counter, Estimate } from '../counter/counter.ts'
import { imageBytes } from '../counter/image.ts'
import { Sketch } from '../counter/sketch.ts'
import { mostPaneUsers, type PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch } from '../records.ts'
import type { RecordReader } from '../state/record.ts'
import type { SavedUsers } from '../state/saved-users.ts'
import type { WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import { type Around, type OnTimeWindow, stillAround } from './on-time.ts'
import type { OpenWindowOptions } from './open-window.ts'

export interface PartialWindowOptions extends OpenWindowOptions {
  readonly source: number
  /** Whether no other source has any of its users. */
  readonly isDisjoint?: boolean | undefined
}

/** What has come and is shown at the same time. */
interface Gathered {
  /** Undefined: on time. */
  readonly dueMs: number | undefined
  frames: number
  /** `hi`, `lo` of each, signed: V8 keeps such numbers without boxes. Undefined: see the counter. */
  users: number[] | Sketch | Estimate | undefined
}

/** A longer image does not fit into a message; then fingerprints go, however many. */
const mostImageBytes = 384 * 1024

export class PartialWindow implements OnTimeWindow<PartialWindow> {
  readonly source: number
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly endMs: number
  /** From here on the source brings nothing more. */
  readonly expiryMs: number
  /** All who have been told of, or are gathered. */
  readonly #users: Counter
  readonly #isDisjoint: boolean
  #around: Around<PartialWindow>
  /** In the order in which it came. */
  #gathered: readonly Gathered[] = nothing
  /** What stands of the users in the state. Undefined: nothing yet. */
  saved: SavedUsers | undefined

  constructor(options: PartialWindowOptions) {
    const { source, kind, rank, startMs, latenessMs, newCounter, isDisjoint = false } = options
    this.source = source
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = kind.spanAt(startMs).endMs
    this.expiryMs = windowFrom(kind, startMs).endMs + latenessMs
    this.#users = newCounter()
    this.#isDisjoint = isDisjoint
  }

  get users(): Counter {
    return this.#users
  }

  /** Of what has come since the last pass, about. */
  get gatheredBytes(): number {
    return this.#gathered.reduce((sum, { users }) => {
      if (users instanceof Sketch) return sum + users.bytes
      return sum + (Array.isArray(users) ? users.length * 8 : 0)
    }, 0)
  }

  count(frames: number, windows: readonly (PartialWindow | undefined)[]): void {
    this.#at(undefined).frames += frames
    this.#around = stillAround(this.#around, windows, this.rank)
  }

  isInside(k: number, window: PartialWindow | undefined): boolean {
    return window !== undefined && this.#around?.[k] === window
  }

  add(frames: FrameBatch, indices: Uint32Array, count: number, fresh: Uint32Array): number {
    const { hashHi, hashLo } = frames
    const counter = this.#users
    let freshCount = 0
    for (let n = 0; n < count; n++) {
      const i = indices[n]!
      if (counter.add(hashHi[i]!, hashLo[i]!)) fresh[freshCount++] = i
    }
    this.saved?.addFresh(frames, fresh, { count: freshCount, counter })
    const gathered = this.#at(undefined)
    const { users } = gathered
    if (!Array.isArray(users)) return freshCount
    for (let n = 0; n < freshCount; n++) users.push(hashHi[fresh[n]!]! | 0, hashLo[fresh[n]!]! | 0)
    this.#shorten(gathered)
    return freshCount
  }

  addLate(hashHi: number, hashLo: number, dueMs: number): void {
    const gathered = this.#at(dueMs)
    gathered.frames++
    this.#around = nowhere // what is around may be over, and count him no more
    if (!this.#users.add(hashHi, hashLo)) return
    this.saved?.add(hashHi, hashLo)
    if (!Array.isArray(gathered.users)) return
    gathered.users.push(hashHi | 0, hashLo | 0)
    this.#shorten(gathered)
  }

  /** What has come since the last pass, which is told of by that. Sketches are live ones. */
  *take(): Generator<PartialPane> {
    const gathered = this.#gathered
    this.#gathered = nothing
    for (const { dueMs, frames, users } of gathered) {
      const pane = {
        type: 'partial',
        source: this.source,
        kind: this.kind.name,
        startMs: this.startMs,
        ...(dueMs !== undefined && { dueMs }),
      } as const
      if (!Array.isArray(users)) {
        yield { ...pane, frames, users: users ?? this.#counted() }
        continue
      }
      const pairs = Uint32Array.from(users)
      yield { ...pane, frames, users: pairs.subarray(0, 2 * mostPaneUsers) }
      for (let from = 2 * mostPaneUsers; from < pairs.length; from += 2 * mostPaneUsers) {
        yield { ...pane, frames: 0, users: pairs.subarray(from, from + 2 * mostPaneUsers) }
      }
    }
  }

  /** It was saved, and its users are there. */
  readFrom(head: RecordReader): void {
    this.saved!.readFrom(head, this.#users)
    this.#around = nowhere // what it has counted is not known frame by frame
  }

  /** What is shown then, or on time. */
  #at(dueMs: number | undefined): Gathered {
    const last = this.#gathered.at(-1)
    if (last !== undefined) {
      if (last.dueMs === dueMs) return last
      last.users ??= this.#isDisjoint ? this.#counted() : copyOf(this.#sketch!)
    }
    const next = { dueMs, frames: 0, users: this.#isDisjoint ? undefined : [] }
    this.#gathered = [...this.#gathered, next]
    return next
  }

  /** What stands for all users so far. */
  #counted(): Sketch | Estimate {
    return this.#isDisjoint ? this.#users.estimate() : this.#sketch!
  }

  get #sketch(): Sketch | undefined {
    const { state } = this.#users
    return state instanceof Sketch ? state : undefined
  }

  /** Lets go of fingerprints that take more room than the sketch that has them. */
  #shorten(gathered: Gathered): void {
    const sketch = this.#sketch
    if (sketch === undefined || !Array.isArray(gathered.users)) return
    const bytes = imageBytes(sketch)
    if (gathered.users.length * 4 > bytes && bytes <= mostImageBytes) gathered.users = undefined
  }
}

/** One for all windows, which nobody changes. */
const nothing: readonly Gathered[] = []
const nowhere: undefined[] = []

function copyOf(sketch: Sketch): Sketch {
  const copy = new Sketch(sketch.precision)
  copy.merge(sketch)
  return copy
}
