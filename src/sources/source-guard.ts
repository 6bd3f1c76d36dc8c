/**
 * The guard of one source against wrong clocks: confirmation (SourceClock), ballot and cold start.
 * It sees frames in the source's order and decides from them alone; what it holds, it gives back in
 * its order, or refuses. In doubt the earlier time wins: too early costs delay, too late costs data.
 *
 *   ballot      A frame further ahead than --max-jump is held. When nine are, time goes on to the
 *               lowest of them. One that nine frames speak against is refused (Ballot says who
 *               speaks). As soon as time has come within --max-jump of it, what is held counts, but
 *               moves time only where nine were held. It is judged by the watermark before: its own
 *               jump makes none late.
 *   cold start  the first frames, until nine of them agree. Time goes on to these, and begins where
 *               steps of at most --max-jump lead to them: what is later than that is not late. Where
 *               nine never agree (17 held, or the input ends), time begins with the earliest, and
 *               ballots decide on the others.
 *   silence     A late frame says nothing. Only when a hundred have come with none at the trusted
 *               time, that time is ahead itself, and a few wrong clocks would move it on unopposed:
 *               then what is held is refused, and what waits is forgotten.
 *
 * What cannot be told apart: nine wrong clocks at once and a real jump (they are believed), and up
 * to eight frames before an outage and as many of the year 1970 (expired when nine others agree).
 */
import type { FrameBatch } from '../records.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'
import { Ballot, quorum } from './ballot.ts'
import { earliestLinked, largestGroup } from './groups.ts'
import type { SourceClock } from './watermark.ts'
import { HeldFrames } from './held-frames.ts'

/** A cold start in which no nine agree is decided when so many are held. */
const coldLimit = 17
/** So many late frames, and none at the trusted time, end what is held or waits. */
const silenceLimit = 100

export interface GuardOptions {
  readonly clock: SourceClock
  readonly maxDelayMs: number
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
  /** The frames of a cold start, or those of the ballot in its order. */
  #held = new HeldFrames()
  readonly #ballot: Ballot
  /** Late frames since one was at the trusted time, while something is held or waits. */
  #silent = 0
  #isCold: boolean

  constructor(options: GuardOptions) {
    this.clock = options.clock
    this.#options = options
    this.#ballot = new Ballot(options.maxDelayMs)
    this.#isCold = options.maxJumpMs !== undefined
  }

  /** All but the frames that are held, which few saves have to write. */
  writeTo(record: RecordWriter): void {
    this.clock.writeTo(record)
    this.#ballot.writeTo(record)
    record.number(this.#silent).flag(this.#isCold)
  }

  readFrom(record: RecordReader): void {
    this.clock.readFrom(record)
    this.#ballot.readFrom(record)
    this.#silent = record.number()
    this.#isCold = record.flag()
  }

  /** Those frames. */
  get held(): HeldFrames {
    return this.#held
  }

  /** Up to here all that a frame's time can do is to be trusted; -Infinity: it may do more. */
  get quietUntilMs(): number {
    return this.#isCold || this.#held.count > 0 ? -Infinity : this.clock.quietUntilMs
  }

  take(frames: FrameBatch, i: number): void {
    if (this.#isCold) this.#begin(frames, i)
    else this.#judge(frames, i)
  }

  /** Time has come so far without a frame: what is held and near it is judged before. */
  goOn(timeMs: number): void {
    this.#admit(timeMs)
    this.clock.trust(timeMs)
  }

  /** The input is over: what is held is decided by what there is. */
  end(): void {
    if (this.#isCold && this.#held.count > 0) this.#start()
    while (this.#ballot.count > 0) {
      const { lowest } = this.#ballot
      if (this.#ballot.isLowestRefusedAtEnd) this.#refuse(lowest)
      else this.#believe(this.#ballot.timeAt(lowest))
    }
  }

  #judge(frames: FrameBatch, i: number): void {
    const { clock } = this
    const tsMs = frames.tsMs[i]!
    if (clock.isFarFrom(clock.trustedMs, tsMs)) {
      this.#hold(frames, i)
      return
    }
    if (tsMs < clock.watermarkMs) {
      this.#options.accept(frames, i)
      this.#countSilence()
      return
    }
    clock.confirm(tsMs)
    this.#options.accept(frames, i)
    clock.advance(tsMs)
    this.#silent = 0
    if (this.#ballot.count === 0) return
    this.#admit(clock.trustedMs)
    this.#speak(tsMs, false)
  }

  #hold(frames: FrameBatch, i: number): void {
    const tsMs = frames.tsMs[i]!
    this.#speak(tsMs, true)
    this.#held.add(frames, i)
    this.#ballot.add(tsMs)
    if (this.#ballot.count === quorum) this.#believe(this.#ballot.timeAt(this.#ballot.lowest))
  }

  #speak(tsMs: number, isHeld: boolean): void {
    this.#ballot.speak(tsMs, isHeld)
    for (let place; (place = this.#ballot.refused) >= 0;) this.#refuse(place)
  }

  #countSilence(): void {
    if (this.#ballot.count === 0 && !this.clock.isWaiting) return
    if (++this.#silent < silenceLimit) return
    this.#silent = 0
    this.clock.forget()
    while (this.#ballot.count > 0) this.#refuse(0)
  }

  #begin(frames: FrameBatch, i: number): void {
    this.#held.add(frames, i)
    const { size } = largestGroup(this.#held.timesMs, this.#options.maxJumpMs!)
    if (size === quorum || this.#held.count === coldLimit) this.#start()
  }

  #start(): void {
    this.#isCold = false
    const { clock } = this
    const { startMs, groupMs } = this.#beginning()
    const frames = this.#held.batch()
    this.#held = new HeldFrames()
    clock.trust(startMs)
    const places = Array.from({ length: frames.count }, (_, i) => i)
    const isNear = (i: number) => !clock.isFarFrom(groupMs, frames.tsMs[i]!)
    const near = places.filter(isNear)
    for (const i of near) {
      clock.confirm(frames.tsMs[i]!)
      this.#options.accept(frames, i)
      clock.advance(frames.tsMs[i]!)
    }
    clock.trust(groupMs)
    for (const i of places) {
      const tsMs = frames.tsMs[i]!
      if (!isNear(i)) this.#judge(frames, i)
      else if (tsMs >= groupMs - this.#options.maxDelayMs) this.#speak(tsMs, false)
    }
  }

  /** Where time begins by the first frames, and the time to which they bring it. */
  #beginning(): { readonly startMs: number; readonly groupMs: number } {
    const maxJumpMs = this.#options.maxJumpMs!
    const { timesMs } = this.#held
    const { smallestMs, size } = largestGroup(timesMs, maxJumpMs)
    const groupMs = size === quorum ? smallestMs : Math.min(...timesMs)
    return { startMs: earliestLinked(timesMs, groupMs, maxJumpMs), groupMs }
  }

  /** Time goes on to `startMs`, and by what is held and near it. */
  #believe(startMs: number): void {
    for (let nearMs = startMs;; nearMs = this.clock.trustedMs) {
      const timesMs = this.#admit(nearMs)
      if (timesMs.length === 0) return
      this.#trust(nearMs, timesMs)
    }
  }

  /** What is held and no longer far from this time counts. Gives its times. */
  #admit(nearMs: number): readonly number[] {
    const { lowest } = this.#ballot
    const isNear = (tsMs: number) => !this.clock.isFarFrom(nearMs, tsMs)
    if (lowest < 0 || !isNear(this.#ballot.timeAt(lowest))) return []
    const { frames, places } = this.#held.take((_, tsMs) => isNear(tsMs))
    this.#ballot.release(isNear)
    for (const i of places) this.#options.accept(frames, i)
    return places.map((i) => frames.tsMs[i]!)
  }

  #trust(startMs: number, believedMs: readonly number[]): void {
    this.clock.trust(startMs)
    for (const tsMs of believedMs) {
      this.clock.confirm(tsMs)
      this.clock.advance(tsMs)
    }
    this.#silent = 0
  }

  #refuse(place: number): void {
    this.#ballot.refuse(place)
    const { frames, places } = this.#held.take((i) => i === place)
    for (const i of places) this.#options.quarantine(frames, i)
  }
}
