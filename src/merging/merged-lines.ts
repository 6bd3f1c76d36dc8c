/**
 * What the lines of one window of the output come to, of all frames or of one group: its own lines,
 * united, and the finer ones that make it up. Users are united whatever they come from. Frames are
 * added up over the finer windows of one kind; what several kinds say of a shard, minutes and hours
 * of a day, is the same count and the largest holds.
 *
 * A lone line is united when it is asked for: a window may have a million groups, of each of which
 * there is one.
 */
import { type Counted, type Estimate, exactly } from '../counter/counter.ts'
import { imageOf } from '../counter/image.ts'
import { ExactSet } from '../counter/exact.ts'
import { mostInSet, setImageOf } from '../counter/set-image.ts'
import type { Sketch } from '../counter/sketch.ts'
import type { GatheredLines, United } from './gathered-window.ts'
import type { Part } from './part.ts'
import { sketchOf, unitedWith, type Users } from './united-users.ts'
import { covers, join, type Shares, sum, take } from './shares.ts'

/** What a line says of its frames and users. */
export interface Come {
  readonly shares: Shares
  readonly counted: Counted
}

export interface TakeOptions {
  readonly kindName: string
  readonly name: string
  /** Whether they are of a group that is counted among the others. */
  readonly isFolded?: boolean
}

export class MergedLines {
  /** Of its own window. */
  #lone: GatheredLines | undefined
  /** By the kind of the lines; undefined before the first. */
  #shares: Map<string, Shares> | undefined
  #users: Users | undefined
  /** The smallest of the sketches that there are; NaN where a line has none. */
  #precision = Infinity
  #own: United | undefined

  /** Of the sketch in its line, if that has one. */
  get precision(): number | undefined {
    return Number.isFinite(this.#precision) ? this.#precision : undefined
  }

  /** Of windows of kind `kindName`, into the window called `name`. */
  take(lines: GatheredLines, { kindName, name, isFolded = false }: TakeOptions): void {
    const isOwn = kindName === name && !isFolded
    if (isOwn && lines.isOne && this.#shares === undefined && this.#lone === undefined) {
      this.#lone = lines
      return
    }
    this.#unfold(name)
    this.#take(lines.unite(), kindName, isOwn)
  }

  /** Adds other groups of the window called `name`. */
  absorb(others: MergedLines, name: string): void {
    const come = new MergedLines()
    come.#takeAll(others, name)
    this.#takeUsers(come.#users, come.#precision)
    this.#takeShares(come.#united(name), name)
  }

  /** How many there are. */
  users(name: string): number {
    return this.#lone?.usersOfSet ?? this.come(name, false).counted.users
  }

  /** In the window called `name`. `hasSet`: a set of users is passed on. */
  come(name: string, hasSet: boolean): Come {
    if (this.#lone !== undefined) {
      const come = new MergedLines()
      come.#takeAll(this, name)
      this.#precision = come.#precision
      return come.come(name, hasSet)
    }
    const shares = this.#united(name)
    return { shares, counted: this.#counted(shares, hasSet) }
  }

  /**
   * Of what has come. To the runtime a window that has long been there is in use until it
   * next looks through all of memory; where a million are written, that would fill up with this.
   */
  letGo(): void {
    this.#lone = undefined
    this.#shares = undefined
    this.#users = undefined
    this.#own = undefined
  }

  #unfold(name: string): void {
    if (this.#lone === undefined) return
    const lines = this.#lone
    this.#lone = undefined
    this.#take(lines.unite(), name, true)
  }

  /** Of others, which stay as they are. */
  #takeAll(others: MergedLines, name: string): void {
    if (others.#lone !== undefined) return this.#take(others.#lone.unite(), name, true)
    this.#shares = others.#shares
    this.#users = others.#users
    this.#precision = others.#precision
  }

  #take(united: United, kindName: string, isOwn: boolean): void {
    if (isOwn) this.#own = united
    this.#takeUsers(united.users, united.precision ?? NaN)
    this.#takeShares(united.shares, kindName)
  }

  #takeUsers(users: Users | undefined, precision: number): void {
    if (users !== undefined) this.#users = unitedWith(this.#users, users)
    this.#precision = Math.min(this.#precision, precision)
  }

  #takeShares(others: Shares, kindName: string): void {
    this.#shares ??= new Map()
    const shares = this.#shares.get(kindName) ?? new Map()
    take(shares, others, sum)
    this.#shares.set(kindName, shares)
  }

  /** Of its own lines and finer ones. Of what is late for a minute the day need not be revised. */
  #united(name: string): Shares {
    const shares: Shares = new Map()
    for (const [kindName, each] of this.#shares ?? []) {
      if (kindName !== name) take(shares, each, join)
    }
    take(shares, this.#shares?.get(name) ?? new Map(), (finer, own) => {
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
