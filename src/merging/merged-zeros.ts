/**
 * The windows that no line is of, between the first and the last of their kind that are written: each
 * gets a line with 0 users, where it would stand. One is written when a later one of its kind is known.
 */
import { exactly } from '../counter/counter.ts'
import { ExactSet } from '../counter/exact.ts'
import { imageOf } from '../counter/image.ts'
import { setImageOf } from '../counter/set-image.ts'
import { Sketch } from '../counter/sketch.ts'
import type { ResultLine } from '../records.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import { type EmptyWindow, EmptyWindows } from '../windows/empty-windows.ts'
import { resultLines } from '../windows/result-lines.ts'
import type { MergedWindow } from './merged-window.ts'

export interface MergedZerosOptions {
  /** Whether lines have a set of users. */
  readonly hasSet: boolean
  /** So many windows have no line, as too many came in a row. */
  readonly leftOut: (windows: number) => void
}

/** One kind of window. */
interface OfKind {
  readonly kind: ZonedKind
  readonly empties: EmptyWindows
  /** Of the sketches in its lines; undefined: they have none. */
  precision: number | undefined
}

const mostInARow = 1e5
const unbounded = { fromMs: -Infinity, untilMs: Infinity, mostInARow }
const ofEnd = ({ endMs }: EmptyWindow) => endMs

export class MergedZeros {
  readonly #options: MergedZerosOptions
  readonly #ofKinds = new Map<string, OfKind>()

  constructor(options: MergedZerosOptions) {
    this.#options = options
  }

  /** The window will be written. */
  expect(kind: ZonedKind, startMs: number): void {
    const { name } = kind.kind
    let ofKind = this.#ofKinds.get(name)
    if (ofKind === undefined) {
      const { leftOut } = this.#options
      const empties = new EmptyWindows({ kinds: [kind.kind], ...unbounded, leftOut })
      empties.end() // what is known of is where they end, at any time
      this.#ofKinds.set(name, ofKind = { kind, empties, precision: undefined })
    }
    ofKind.empties.expect(0, startMs)
  }

  /** The lines of those that come before the window. */
  *before(window: MergedWindow): Generator<ResultLine> {
    for (;;) {
      const next = this.#next()
      if (next === undefined || compare(next.empty, window) >= 0) return
      yield this.#lineOf(next)
      next.ofKind.empties.pass(0)
    }
  }

  /** The window has been written. */
  written({ name, startMs, endMs, precision }: MergedWindow): void {
    const ofKind = this.#ofKinds.get(name)!
    ofKind.precision = precision
    for (const _ of ofKind.empties.behind({ rank: 0, startMs, endMs }));
  }

  #next(): { readonly ofKind: OfKind; readonly empty: EmptyWindow } | undefined {
    let next: { ofKind: OfKind; empty: EmptyWindow } | undefined
    for (const ofKind of this.#ofKinds.values()) {
      const empty = ofKind.empties.next(ofEnd)
      if (empty === undefined) continue
      if (next === undefined || compare(empty, placeOf(next.empty)) < 0) next = { ofKind, empty }
    }
    return next
  }

  #lineOf({ ofKind: { kind, precision }, empty }: { ofKind: OfKind; empty: EmptyWindow }) {
    const counted = {
      ...exactly(0),
      ...(precision !== undefined && { image: imageOf(new Sketch(precision)) }),
      ...(this.#options.hasSet && { set: setImageOf(new ExactSet()) }),
    }
    const toLine = resultLines({ calendar: kind })
    return toLine({ window: empty, counted, frames: 0, pane: 'on-time', revision: 0 })
  }
}

type Placed = Pick<MergedWindow, 'endMs' | 'nominalMs' | 'name'>

function placeOf({ endMs, kind: { nominalMs, name } }: EmptyWindow): Placed {
  return { endMs, nominalMs, name }
}

/** The order in which lines come. */
function compare(empty: EmptyWindow, { endMs, nominalMs, name }: Placed): number {
  const { kind } = empty
  return empty.endMs - endMs || kind.nominalMs - nominalMs || (kind.name < name ? -1 : 1)
}
