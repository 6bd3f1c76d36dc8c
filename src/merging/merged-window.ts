/**
 * One window of the output: its own lines, united, and the finer ones that make it up. Users are
 * united whatever they come from. Frames are added up over the finer windows of one kind; what
 * several kinds say of a shard, minutes and hours of a day, is the same count and the largest holds.
 */
import { type Counted, type Estimate, exactly } from '../counter/counter.ts'
import { imageOf } from '../counter/image.ts'
import { ExactSet } from '../counter/exact.ts'
import { mostInSet, setImageOf } from '../counter/set-image.ts'
import type { Sketch } from '../counter/sketch.ts'
import type { Group } from '../group.ts'
import type { ResultLine } from '../records.ts'
import { windowFrom } from '../time/overlap.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import type { United } from './gathered-window.ts'
import type { Part } from './part.ts'
import { resultLines } from '../windows/result-lines.ts'
import { sketchOf, unitedWith, type Users } from './united-users.ts'
import { covers, join, paneFields, shardFields, type Shares, sum, take } from './shares.ts'

/** In place of the kind of lines: shares of groups that were absorbed. */
const restName = 'rest'

export class MergedWindow {
  readonly startMs: number
  readonly endMs: number
  readonly by: Group | undefined
  readonly #kind: ZonedKind
  /** By the kind of the lines; undefined before the first. */
  #shares: Map<string, Shares> | undefined
  #users: Users | undefined
  /** The smallest of the sketches that there are; NaN where a line has none. */
  #precision = Infinity
  #own: United | undefined
  /** By the kind of the lines. */
  #waiting: (readonly [United, kindName: string])[] = []

  constructor(kind: ZonedKind, ms: number, by?: Group) {
    this.by = by
    const { startMs, endMs } = windowFrom(kind.kind, ms)
    this.startMs = startMs
    this.endMs = endMs
    this.#kind = kind
  }

  get name(): string {
    return this.#kind.kind.name
  }

  get zonedKind(): ZonedKind {
    return this.#kind
  }

  /** Its place among the lines of the window: that of all frames comes first. */
  get breakdownName(): string {
    return this.by?.breakdown.join('\n') ?? ''
  }

  /** Of the sketch in its line, if that has one. */
  get precision(): number | undefined {
    return Number.isFinite(this.#precision) ? this.#precision : undefined
  }

  get nominalMs(): number {
    return this.#kind.kind.nominalMs
  }

  /** Where windows overlap, what they have in common stays one until a line is made of it. */
  take(united: United, kindName: string): void {
    if (this.#kind.kind.overlap === undefined) this.#take(united, kindName)
    else this.#waiting.push([united, kindName])
  }

  /** Whether it has lines of its own. */
  get hasOwn(): boolean {
    return this.#waiting.some(([, kindName]) => kindName === this.name)
  }

  #takeWaiting(): void {
    for (const [united, kindName] of this.#waiting) this.#take(united, kindName)
    this.#waiting = []
  }

  #take(united: United, kindName: string): void {
    if (kindName === this.name) this.#own = united
    const { users, precision = NaN } = united
    if (users !== undefined) this.#users = unitedWith(this.#users, users)
    this.#precision = Math.min(this.#precision, precision)
    this.#shares ??= new Map()
    const shares = this.#shares.get(kindName) ?? new Map()
    take(shares, united.shares, sum)
    this.#shares.set(kindName, shares)
  }

  /** How many users its line tells of. */
  get users(): number {
    this.#takeWaiting()
    return this.#counted(this.#united(), false).users
  }

  /** Whether its users can be united with those of other groups. */
  get isKnown(): boolean {
    return this.#users !== undefined
  }

  /** Adds all of another group, which has frames of its own. Nothing is left of that. */
  absorb(group: MergedWindow): void {
    this.#takeWaiting()
    this.#users = unitedWith(this.#users, group.#users!)
    this.#precision = Math.min(this.#precision, group.#precision)
    this.#shares ??= new Map()
    const shares = this.#shares.get(restName) ?? new Map()
    take(shares, group.#united(), sum)
    this.#shares.set(restName, shares)
    group.#letGo()
  }

  /**
   * Only once. `isCut`: the run was stopped, and there may be more. `hasSet`: a set of users is
   * passed on.
   */
  line({ isCut, hasSet }: { readonly isCut: boolean; readonly hasSet: boolean }): ResultLine {
    this.#takeWaiting()
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
    const counted = this.#counted(shares, hasSet)
    this.#letGo()
    const toLine = resultLines({ calendar: this.#kind, shard })
    return toLine({ window, counted, frames, pane, revision, shards, by: this.by })
  }

  /**
   * Of what has just been made. To the runtime a window that has long been there is in use until it
   * next looks through all of memory; where a million are written, that would fill up with this.
   */
  #letGo(): void {
    this.#shares = undefined
    this.#users = undefined
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

  #counted(shares: Shares, hasSet: boolean): Counted {
    const union = this.#users
    if (union instanceof ExactSet) return this.#exactly(union, hasSet)
    if (this.#own?.sum !== undefined) {
      return union === undefined ? this.#own.sum : withImages(this.#own.sum, imageOf(union))
    }
    const image = imageOf(union!)
    const exact = this.#own?.exact.filter((part) => {
      return covers(part.toShares(), shares) && areEqual(imageOf(folded(part, union!)), image)
    })
    if (exact === undefined || exact.length === 0) return withImages(union!.estimate(), image)
    const users = Math.max(...exact.map(({ users }) => users))
    const set = hasSet ? exact.find((part) => part.users === users)?.set : undefined
    return withImages(exactly(users), image, set)
  }

  /** All lines tell of their users one by one; a sketch goes with it where they have sketches too. */
  #exactly(union: ExactSet, hasSet: boolean): Counted {
    const { precision } = this
    const image = precision === undefined ? undefined : imageOf(sketchOf(union, precision))
    const set = hasSet && union.size <= mostInSet ? setImageOf(union) : undefined
    return withImages(exactly(union.size), image, set)
  }
}

/** Field by field: see resultLines. */
function withImages(
  { users, low, high, method, error }: Estimate,
  image?: Uint8Array,
  set?: Uint8Array,
): Counted {
  if (set === undefined) {
    return image === undefined
      ? { users, low, high, method, error }
      : { users, low, high, method, error, image }
  }
  return image === undefined
    ? { users, low, high, method, error, set }
    : { users, low, high, method, error, image, set }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** The users of one line alone, as the union would hold them. */
function folded(part: Part, { precision }: Sketch): Sketch {
  return sketchOf(part.toUsers(), precision)
}
