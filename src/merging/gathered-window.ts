/**
 * The lines of one window, while more may come: of each group, input and shard the last. Those of other
 * inputs are kept apart even where they are of the same shard: which of the two is later nothing
 * says, and what they make together (shares.ts) does not depend on it.
 */
import type { Estimate } from '../counter/counter.ts'
import { sumOfDisjoint } from '../counter/disjoint.ts'
import type { Group } from '../group.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import type { Admitted, NotMergeable } from './admit.ts'
import { ByGroup } from './by-group.ts'
import { Part } from './part.ts'
import { unitedWith, type Users } from './united-users.ts'
import { contradict, covers, join, type Shares, take } from './shares.ts'

/** What the lines of one window, of all frames or of one group, come to. */
export interface United {
  readonly shares: Shares
  /** Undefined where one of them does not tell. */
  readonly users: Users | undefined
  /** The smallest of their sketches; undefined where one has none. */
  readonly precision: number | undefined
  /** Lines that are exact and stand for all of it. */
  readonly exact: readonly Part[]
  /** Where users are added up instead. */
  readonly sum: Estimate | undefined
}

export interface GatherOptions {
  readonly isDisjoint: boolean
  /** No line for it is expected from then on. */
  readonly dueMs: number
}

export class GatheredWindow {
  readonly kindName: string
  readonly startMs: number
  readonly endMs: number
  readonly dueMs: number
  /** The kinds of window that it goes into. */
  readonly targets: readonly ZonedKind[]
  readonly lines: ByGroup<GatheredLines> = new ByGroup()
  readonly #isDisjoint: boolean

  /** Of that line, which is still to be added. */
  constructor({ kind, startMs, endMs, targets }: Admitted, { isDisjoint, dueMs }: GatherOptions) {
    this.kindName = kind.kind.name
    this.startMs = startMs
    this.endMs = endMs
    this.dueMs = dueMs
    this.targets = targets
    this.#isDisjoint = isDisjoint
  }

  of(by: Group | undefined): GatheredLines {
    let lines = this.lines.get(by)
    if (lines === undefined) this.lines.set(by, lines = new GatheredLines(this.#isDisjoint))
    return lines
  }
}

const nothing: readonly Part[] = []

/** Those of all frames, or of one group. */
export class GatheredLines {
  readonly #isDisjoint: boolean
  /** Of most groups there is one alone, which takes less without a list. */
  #kept: Part | readonly Part[] = nothing

  constructor(isDisjoint: boolean) {
    this.#isDisjoint = isDisjoint
  }

  get isOne(): boolean {
    return this.#kept instanceof Part
  }

  /** Of one line alone: how many users are in its set, if it has one. */
  get usersOfSet(): number | undefined {
    return this.#kept instanceof Part && this.#kept.hasSet ? this.#kept.users : undefined
  }

  get #parts(): readonly Part[] {
    return this.#kept instanceof Part ? [this.#kept] : this.#kept
  }

  #keep(parts: readonly Part[]): void {
    this.#kept = parts.length === 1 ? parts[0]! : parts
  }

  /** Which lines are replaced, perhaps this one itself, or why it cannot be taken. */
  add(part: Part): readonly Part[] | NotMergeable {
    const before = this.#parts.find((other) => other.isOfSameShards(part))
    if (before !== undefined) {
      this.#keep(this.#parts.map((other) => other === before ? part : other))
      return [before]
    }
    const rivals = this.#isDisjoint ? this.#rivalsOf(part) : []
    const shares = part.toShares()
    for (const rival of rivals) {
      const others = rival.toShares()
      if (contradict(others, shares)) return bothHave(part, rival)
      if (covers(others, shares)) return [part]
      if (!covers(shares, others)) return bothHave(part, rival)
      this.#keep(this.#parts.filter((other) => other !== rival))
    }
    this.#keep([...this.#parts, part]) // takes less than what grows in place
    return rivals
  }

  /** Whether a line of a shard in it cannot be of the same run. */
  isContradictedBy(part: Part): boolean {
    const shares = part.toShares()
    return this.#parts.some((other) => {
      return other.hasShardIn(shares) && contradict(other.toShares(), shares)
    })
  }

  unite(): United {
    const parts = this.#parts
    const shares: Shares = new Map()
    for (const part of parts) take(shares, part.toShares(), join)
    return {
      shares,
      users: usersOf(parts),
      precision: precisionOf(parts),
      exact: parts.filter((part) => part.method === 'exact' && covers(part.toShares(), shares)),
      sum: this.#isDisjoint ? sumOfDisjoint(parts) : undefined,
    }
  }

  /** Lines of other inputs that have counted a shard of `part` too; those it does not cover first. */
  #rivalsOf(part: Part): readonly Part[] {
    const shares = part.toShares()
    const isCovered = (rival: Part) => Number(covers(shares, rival.toShares()))
    return this.#parts.filter((other) => other.hasShardIn(shares))
      .sort((a, b) => isCovered(a) - isCovered(b))
  }
}

/** Numbers cannot be added where a shard is in both, and neither can stand for the other. */
function bothHave(part: Part, rival: Part): NotMergeable {
  const others = rival.toShares()
  const shard = [...part.toShares().keys()].find((each) => others.has(each))
  return {
    reason: 'unmergeable',
    detail: `shard ${JSON.stringify(shard)} is in the line of ${rival.where} too, so that users ` +
      'cannot be added up; give each shard to one input, or leave --disjoint out',
  }
}

function usersOf(parts: readonly Part[]): Users | undefined {
  let union: Users | undefined
  for (const part of parts) {
    const users = part.toUsers()
    if (users === undefined) return undefined
    union = unitedWith(union, users)
  }
  return union
}

/** Of lines in which somebody is. */
function precisionOf(parts: readonly Part[]): number | undefined {
  const precisions = parts.filter(({ precision, isEmpty }) => precision !== undefined || !isEmpty)
    .map(({ precision = NaN }) => precision)
  const least = Math.min(...precisions)
  return Number.isFinite(least) ? least : undefined
}
