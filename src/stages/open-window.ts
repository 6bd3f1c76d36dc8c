/**
 * One window that is open, or closed and still revisable. Late frames are kept apart until their
 * revision falls due: with several sources the on-time line may still be held back by another one,
 * and what it shows must not depend on how the sources interleave.
 */
import type { Counter } from '../counter/counter.ts'
import type { FrameBatch, Pane, ResultLine } from '../records.ts'
import type { WindowKind } from '../time/calendar.ts'
import { type Addition, LateFrames } from './late-frames.ts'
import type { ToLine } from './result-lines.ts'

export interface OpenWindowOptions {
  readonly kind: WindowKind
  /** Place of the kind among the kinds, fine to coarse. */
  readonly rank: number
  readonly startMs: number
  readonly latenessMs: number
  readonly newCounter: () => Counter
  readonly keepsLines: boolean
}

export class OpenWindow {
  readonly kind: WindowKind
  readonly rank: number
  readonly startMs: number
  readonly endMs: number
  /** From here on nothing counts any more. */
  readonly expiryMs: number
  readonly #newCounter: () => Counter
  readonly #users: Counter
  #frames = 0
  /** How many of them the last early line has shown. */
  #framesShown = 0
  #hasOnTime = false
  #isClosed = false
  #revision = 0
  /** Most windows never have any, and there may be a million windows. */
  #late: LateFrames | undefined
  /** By rank, the windows that have counted every frame that counts here. Undefined: none counts. */
  #around: (OpenWindow | undefined)[] | undefined
  /** Per source the smallest line number of its frames here. */
  readonly firstLines: Map<number, number> | undefined

  constructor(options: OpenWindowOptions) {
    const { kind, rank, startMs, latenessMs, newCounter, keepsLines } = options
    this.kind = kind
    this.rank = rank
    this.startMs = startMs
    this.endMs = kind.spanAt(startMs).endMs
    this.expiryMs = this.endMs + latenessMs
    this.#newCounter = newCounter
    this.#users = newCounter()
    this.firstLines = keepsLines ? new Map() : undefined
  }

  /** Of its users, without those of late frames. */
  get users(): Counter {
    return this.#users
  }

  /** A frame of that source and line counts here. */
  needs(source: number, line: number): void {
    const first = this.firstLines?.get(source) ?? Infinity
    if (line < first) this.firstLines?.set(source, line)
  }

  /** So many frames count on time: here, and in one window of every kind, by rank, or in none. */
  count(frames: number, windows: readonly (OpenWindow | undefined)[]): void {
    this.#frames += frames
    this.#hasOnTime = true
    const around = this.#around ??= windows.slice()
    for (let k = this.rank + 1; k < around.length; k++) {
      if (around[k] !== windows[k]) around[k] = undefined
    }
  }

  /** Whether that window, of kind `k`, has counted every frame that counts here. */
  isInside(k: number, window: OpenWindow | undefined): boolean {
    return window !== undefined && this.#around?.[k] === window
  }

  /**
   * Adds the users of the frames with the first `count` of these indices. Writes those who are new
   * into `fresh`, and returns how many they are.
   */
  add(
    { hashHi, hashLo }: FrameBatch,
    indices: Uint32Array,
    count: number,
    fresh: Uint32Array,
  ): number {
    const users = this.#users
    let freshCount = 0
    for (let n = 0; n < count; n++) {
      const i = indices[n]!
      if (users.add(hashHi[i]!, hashLo[i]!)) fresh[freshCount++] = i
    }
    return freshCount
  }

  /** Whether it is the first that falls due at this time. */
  addLate(hashHi: number, hashLo: number, dueMs: number): boolean {
    const late = this.#late ??= new LateFrames()
    const addition = late.frame(dueMs)
    if (!this.#users.has(hashHi, hashLo) && !late.isShownBefore(dueMs, hashHi, hashLo)) {
      addition.users ??= this.#newCounter()
      addition.users.add(hashHi, hashLo)
    }
    return addition.frames === 1
  }

  /** The line that falls due at `dueMs`, if there is one. */
  lineAt(dueMs: number, toLine: ToLine): ResultLine | undefined {
    if (dueMs === this.endMs) {
      this.#isClosed = true
      return this.#hasOnTime ? this.#line('on-time', toLine) : undefined
    }
    const addition = this.#late?.take(dueMs)
    if (addition === undefined) return undefined
    if (this.#late?.size === 0) this.#late = undefined
    this.#merge(addition)
    this.#revision++
    return this.#line('late', toLine)
  }

  /** A provisional line, if the window is open and has changed since the last one. */
  earlyLine(toLine: ToLine): ResultLine | undefined {
    if (this.#isClosed || this.#frames === this.#framesShown) return undefined
    this.#framesShown = this.#frames
    return this.#line('early', toLine)
  }

  /** The run ends before its time: all that is counted and no other line has shown. */
  lastLine(toLine: ToLine): ResultLine | undefined {
    const late = this.#late?.all()
    if (late === undefined && (this.#isClosed || !this.#hasOnTime)) return undefined
    for (const addition of late ?? []) this.#merge(addition)
    this.#late = undefined
    return this.#line('early', toLine)
  }

  #merge({ users, frames }: Addition): void {
    this.#around = [] // late elsewhere too, perhaps
    if (users !== undefined) this.#users.merge(users.state)
    this.#frames += frames
  }

  #line(pane: Pane, toLine: ToLine): ResultLine {
    const revision = pane === 'early' ? undefined : pane === 'late' ? this.#revision : 0
    const counted = this.#users.estimate()
    return toLine({ window: this, counted, frames: this.#frames, pane, revision })
  }
}
