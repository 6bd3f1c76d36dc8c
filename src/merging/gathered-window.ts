/**
 * The lines of one window, while more may come: of each input and shard the last. Those of other
 * inputs are kept apart even where they are of the same shard: which of the two is later nothing
 * says, and what they make together (shares.ts) does not depend on it.
 */
import type { Estimate } from '../counter/counter.ts'
import { sumOfDisjoint } from '../counter/disjoint.ts'
import { Sketch } from '../counter/sketch.ts'
import type { Admitted, NotMergeable } from './admit.ts'
import { contradict, covers, join, type Shares, take } from './shares.ts'

/** What the lines of one window come to. */
export interface United {
  readonly shares: Shares
  /** Undefined where one of them has none. */
  readonly sketch: Sketch | undefined
  /** Lines that are exact and stand for all of it. */
  readonly exact: readonly Admitted[]
  /** Where users are added up instead. */
  readonly sum?: Estimate
}

export class GatheredWindow {
  readonly first: Admitted
  readonly #parts = new Map<string, Admitted>()
  readonly #isDisjoint: boolean

  constructor(first: Admitted, isDisjoint: boolean) {
    this.first = first
    this.#isDisjoint = isDisjoint
  }

  /** Which lines are replaced, perhaps this one itself, or why it cannot be taken. */
  add(part: Admitted): readonly Admitted[] | NotMergeable {
    const key = `${part.source} ${JSON.stringify([...part.shares.keys()].sort())}`
    const before = this.#parts.get(key)
    const rivals = before === undefined && this.#isDisjoint ? this.#rivalsOf(part) : []
    for (const [rivalKey, rival] of rivals) {
      if (contradict(rival.shares, part.shares)) return bothHave(part, rival)
      if (covers(rival.shares, part.shares)) return [part]
      if (!covers(part.shares, rival.shares)) return bothHave(part, rival)
      this.#parts.delete(rivalKey)
    }
    this.#parts.set(key, part)
    return before === undefined ? rivals.map(([, rival]) => rival) : [before]
  }

  /** Whether a line of a shard in it cannot be of the same run. */
  isContradictedBy({ shares }: Admitted): boolean {
    return [...this.#parts.values()].some((other) => contradict(other.shares, shares))
  }

  unite(): United {
    const parts = [...this.#parts.values()]
    const shares: Shares = new Map()
    for (const part of parts) take(shares, part.shares, join)
    return {
      shares,
      sketch: sketchOf(parts),
      exact: parts.filter((part) => part.line.method === 'exact' && covers(part.shares, shares)),
      ...(this.#isDisjoint && { sum: sumOfDisjoint(parts.map(({ line }) => line)) }),
    }
  }

  /** Lines of other inputs that have counted a shard of `part` too; those it does not cover first. */
  #rivalsOf({ shares }: Admitted): (readonly [string, Admitted])[] {
    const rivals = [...this.#parts].filter(([, other]) => {
      return [...other.shares.keys()].some((shard) => {
        return typeof shard === 'string' && shares.has(shard)
      })
    })
    return rivals.sort(([, a], [, b]) =>
      Number(covers(shares, a.shares)) - Number(covers(shares, b.shares))
    )
  }
}

/** Numbers cannot be added where a shard is in both, and neither can stand for the other. */
function bothHave(part: Admitted, rival: Admitted): NotMergeable {
  const shard = [...part.shares.keys()].find((each) => rival.shares.has(each))
  return {
    reason: 'unmergeable',
    detail: `shard ${JSON.stringify(shard)} is in the line of ${rival.where} too, so that users ` +
      'cannot be added up; give each shard to one input, or leave --disjoint out',
  }
}

function sketchOf(parts: readonly Admitted[]): Sketch | undefined {
  let union: Sketch | undefined
  for (const { sketch } of parts) {
    if (sketch === undefined) return undefined
    union ??= new Sketch(sketch.precision)
    union.merge(sketch)
  }
  return union
}
