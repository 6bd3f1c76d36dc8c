/**
 * The windows in which nobody was counted, between the first and the last of their kind that have a
 * line, or from --from and up to --until: each gets a line with 0 users. It falls due as any other,
 * so it stands where it would if somebody had come. What comes later revises it.
 *
 *   told up to here ─┐                     ┌─ the last that is known of
 *     │ line │ line │ next │      │      │ line │
 *                      0      0      0
 *
 * Of each kind only these places are kept, however many windows are between. That the watermark has
 * passed one says that somebody has come later, or that a quiet stream goes on by the clock; at the
 * end of the input nothing passes any more, and the last that is known of is where they end.
 *
 * After `mostInARow` of them no more are written before the next window with a line, but counted as
 * left out: by one wrong clock of 1970 there would be 24 million minutes. It is a rule about the row
 * that is written, so that it does not depend on how far ahead of it frames were read.
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import type { Span, WindowKind } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'

export interface EmptyWindowsOptions {
  readonly kinds: readonly WindowKind[]
  /** Times whose windows are the first and the last; infinite: what has lines decides. */
  readonly fromMs: number
  readonly untilMs: number
  readonly mostInARow: number
  /** So many are left out. */
  readonly leftOut: (windows: number) => void
}

export interface EmptyWindow {
  readonly kind: WindowKind
  /** Place of the kind among the kinds. */
  readonly rank: number
  readonly startMs: number
  readonly endMs: number
}

/** Of one kind. NaN: there is none yet. */
interface Told {
  readonly kind: WindowKind
  readonly rank: number
  /** Start of the first window with a line. */
  firstMs: number
  /** The first window behind those with lines. */
  startMs: number
  endMs: number
  /** Up to here they go at the end: start of the last window that is known of. */
  lastMs: number
  /** How many empty ones were told since the last that was not. */
  inARow: number
}

export class EmptyWindows {
  readonly #options: EmptyWindowsOptions
  readonly #told: readonly Told[]
  #isEnding = false

  constructor(options: EmptyWindowsOptions) {
    const { kinds, fromMs } = options
    this.#options = options
    this.#told = kinds.map((kind, rank) => {
      const { startMs, endMs } = Number.isFinite(fromMs) ? firstWith(kind, fromMs) : nowhere
      return { kind, rank, firstMs: startMs, startMs, endMs, lastMs: -Infinity, inARow: 0 }
    })
  }

  /** The window will have a line. */
  expect(rank: number, startMs: number): void {
    const told = this.#told[rank]!
    if (startMs > told.lastMs) told.lastMs = startMs
  }

  /** No frame comes any more. */
  end(): void {
    this.#isEnding = true
    const { untilMs } = this.#options
    if (!Number.isFinite(untilMs)) return
    for (const told of this.#told) {
      if (Number.isNaN(told.startMs)) continue
      told.lastMs = Math.max(told.lastMs, told.kind.spanAt(untilMs - 1).endMs)
    }
  }

  /** The one whose line falls due first, if the watermark comes so far; `dueMs` says when. */
  next(dueMs: (window: EmptyWindow) => number): EmptyWindow | undefined {
    let next: EmptyWindow | undefined
    for (const told of this.#told) {
      if (!this.#isToCome(told) || this.#isFull(told)) continue
      const isFirst = next === undefined || dueMs(told) < dueMs(next) ||
        (dueMs(told) === dueMs(next) && told.endMs < next.endMs)
      if (isFirst) next = told
    }
    return next
  }

  /** That one of its kind is told. */
  pass(rank: number): void {
    const told = this.#told[rank]!
    told.inARow++
    goBehind(told, told.startMs)
  }

  /** A line of that window comes now. Those behind it that have none, where it is before all. */
  *behind({ rank, startMs }: Omit<EmptyWindow, 'kind'>): Generator<EmptyWindow> {
    const { mostInARow, leftOut } = this.#options
    const told = this.#told[rank]!
    const { kind, firstMs } = told
    if (!(startMs < told.startMs)) {
      if (this.#isFull(told)) leftOut(windowsBetween(told.startMs, startMs, kind))
      told.inARow = 0
      goBehind(told, startMs)
    }
    if (startMs >= firstMs) return
    told.firstMs = startMs
    if (Number.isNaN(firstMs)) return
    const nextMs = kind.spanAt(startMs).endMs
    const windows = windowsBetween(nextMs, firstMs, kind)
    if (windows > mostInARow) return leftOut(windows)
    for (let atMs = nextMs; atMs < firstMs; atMs = kind.spanAt(atMs).endMs) {
      yield { kind, rank, ...windowFrom(kind, atMs) }
    }
  }

  /** The last line is told. */
  finish(): void {
    for (const told of this.#told) {
      const { kind, startMs, lastMs } = told
      if (startMs < lastMs) this.#options.leftOut(windowsBetween(startMs, lastMs, kind))
    }
  }

  writeTo(record: RecordWriter): void {
    for (const { firstMs, startMs, lastMs, inARow } of this.#told) {
      record.number(firstMs).number(startMs).number(lastMs).number(inARow)
    }
  }

  readFrom(record: RecordReader): void {
    for (const told of this.#told) {
      told.firstMs = record.number()
      const startMs = record.number()
      if (!Number.isNaN(startMs)) goTo(told, startMs)
      told.lastMs = record.number()
      told.inARow = record.number()
    }
  }

  #isToCome({ startMs, lastMs }: Told): boolean {
    return this.#isEnding ? startMs < lastMs : !Number.isNaN(startMs)
  }

  #isFull({ inARow }: Told): boolean {
    return inARow >= this.#options.mostInARow
  }
}

const nowhere = { startMs: NaN, endMs: NaN }

/** The window that begins then. */
function goTo(told: Told, ms: number): void {
  const { startMs, endMs } = windowFrom(told.kind, ms)
  told.startMs = startMs
  told.endMs = endMs
}

/** The next one after that which begins then. */
function goBehind(told: Told, startMs: number): void {
  goTo(told, told.kind.spanAt(startMs).endMs)
}

/** The first window that holds the time. */
function firstWith({ spanAt, overlap }: WindowKind, ms: number): Span {
  return overlap === undefined ? spanAt(ms) : overlap.windowTo(ms)
}

/** About: months are not of equal length. */
function windowsBetween(startMs: number, endMs: number, kind: WindowKind): number {
  const { nominalMs, overlap: { count } = { count: 1 } } = kind
  return Math.round((endMs - startMs) * count / nominalMs)
}
