/**
 * The guard of one source against wrong clocks: confirmation (SourceClock), ballot and cold start.
 * It sees frames in the source's order and decides from them alone; what it holds, it gives back in
 * its order, or refuses. In doubt the earlier time wins: too early costs delay, too late costs data.
 *
 *   ballot      nine frames further ahead than --max-jump against nine that are not. Those that win
 *               are judged by the watermark before the jump: their own jump makes none late.
 *   cold start  the first frames, until nine of them agree. Where they never do (17 held, or the
 *               input ends), time begins with the earliest, and ballots decide on the others.
 *
 * What cannot be told apart: nine wrong clocks that agree and a real jump (they are believed), and
 * up to eight frames before an outage and as many of the year 1970 (expired when nine others agree).
 */
import type { ClockState, FrameBatch } from '../records.ts'
import { largestGroup, smallestPaired } from '../time/groups.ts'
import type { SourceClock } from '../time/watermark.ts'
import { HeldFrames } from './held-frames.ts'

/** Votes that decide a ballot either way, and frames that agree in a cold start. */
const quorum = 9
/** A cold start in which no nine agree is decided when so many are held. */
const coldLimit = 17

export interface GuardOptions {
  readonly clock: SourceClock
  /** Undefined: nothing is held. */
  readonly maxJumpMs: number | undefined
  /** Frame `i` is to be judged by the watermark of now. */
  accept(frames: FrameBatch, i: number): void
  /** Frame `i` has a wrong clock. */
  quarantine(frames: FrameBatch, i: number): void
}

export class SourceGuard {
  readonly clock: SourceClock
  readonly #options: GuardOptions
  #held = new HeldFrames()
  #votesAgainst = 0
  #isCold: boolean

  constructor(options: GuardOptions) {
    this.clock = options.clock
    this.#options = options
    this.#isCold = options.maxJumpMs !== undefined
  }

  /** Undefined while frames are held: what becomes of them is not in the clock. */
  save(): ClockState | undefined {
    return this.#isCold || this.#held.count > 0 ? undefined : this.clock.save()
  }

  load(state: ClockState): void {
    this.#isCold = false
    this.clock.load(state)
  }

  /** Up to here all that a frame's time can do is to be trusted; -Infinity: it may do more. */
  get quietUntilMs(): number {
    return this.#isCold || this.#held.count > 0 ? -Infinity : this.clock.quietUntilMs
  }

  take(frames: FrameBatch, i: number): void {
    if (this.#isCold) this.#begin(frames, i)
    else this.#judge(frames, i)
  }

  /** The input is over: what is held is decided by what there is. */
  end(): void {
    if (this.#isCold && this.#held.count > 0) this.#start()
    while (this.#held.count > 0) {
      if (this.#held.count > this.#votesAgainst) this.#acceptHeld()
      else this.#quarantineHeld()
    }
  }

  #judge(frames: FrameBatch, i: number): void {
    const { clock } = this
    const tsMs = frames.tsMs[i]!
    if (clock.isFarFrom(clock.trustedMs, tsMs)) {
      this.#held.add(frames, i)
      if (this.#held.count === quorum) this.#acceptHeld()
      return
    }
    clock.confirm(tsMs)
    this.#options.accept(frames, i)
    clock.advance(tsMs)
    this.#voteAgainst()
  }

  #voteAgainst(): void {
    if (this.#held.count > 0 && ++this.#votesAgainst === quorum) this.#quarantineHeld()
  }

  #begin(frames: FrameBatch, i: number): void {
    this.#held.add(frames, i)
    const { size } = largestGroup(this.#held.timesMs, this.#options.maxJumpMs!)
    if (size === quorum || this.#held.count === coldLimit) this.#start()
  }

  #start(): void {
    this.#isCold = false
    const { timesMs } = this.#held
    const { smallestMs, size } = largestGroup(timesMs, this.#options.maxJumpMs!)
    this.clock.trust(size === quorum ? smallestMs : Math.min(...timesMs))
    const frames = this.#release()
    for (let i = 0; i < frames.count; i++) this.#judge(frames, i)
  }

  #acceptHeld(): void {
    const { clock } = this
    const startMs = smallestPaired(this.#held.timesMs, this.#options.maxJumpMs!)
    const frames = this.#release()
    const believed: number[] = []
    for (let i = 0; i < frames.count; i++) {
      const tsMs = frames.tsMs[i]!
      if (clock.isFarFrom(startMs, tsMs)) {
        this.#held.add(frames, i)
      } else {
        this.#options.accept(frames, i)
        believed.push(tsMs)
        this.#voteAgainst()
      }
    }
    clock.trust(startMs)
    for (const tsMs of believed) {
      clock.confirm(tsMs)
      clock.advance(tsMs)
    }
  }

  #quarantineHeld(): void {
    const frames = this.#release()
    for (let i = 0; i < frames.count; i++) this.#options.quarantine(frames, i)
  }

  #release(): FrameBatch {
    const frames = this.#held.batch()
    this.#held = new HeldFrames()
    this.#votesAgainst = 0
    return frames
  }
}
