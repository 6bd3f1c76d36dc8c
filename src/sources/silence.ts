/**
 * Which sources are idle: those that have brought no frame for so long, by the wall clock. This is
 * the one rule of time that does not follow from the frames; it decides only who is waited for, and
 * on a live stream how far time has gone on since the last frame.
 */

/** A source this far ahead of the slowest is held back by its reader, and so is not idle. */
export const farAheadMs = 600_000

/** One tick counts for no more than this: after a suspension nothing is idle at once. */
const longestTickMs = 1000

interface Source {
  /** Its trusted time when it brought its last frame. */
  trustedMs: number
  silentMs: number
  isIdle: boolean
}

export interface SilenceOptions {
  readonly idleMs: number
  /** How far trusted time may be from the wall clock in a live stream. */
  readonly liveMs: number
  /** While there is more to read, a source is slow, not silent. */
  isReadToItsEnd(source: number): boolean
}

export class Silence {
  readonly #idleMs: number
  readonly #liveMs: number
  readonly #isReadToItsEnd: (source: number) => boolean
  readonly #sources = new Map<number, Source>()
  #lastTickMs = NaN

  constructor({ idleMs, liveMs, isReadToItsEnd }: SilenceOptions) {
    this.#idleMs = idleMs
    this.#liveMs = liveMs
    this.#isReadToItsEnd = isReadToItsEnd
  }

  /** The source exists, or has brought frames. */
  heard(source: number, trustedMs: number): void {
    this.#sources.set(source, { trustedMs, silentMs: 0, isIdle: false })
  }

  ended(source: number): void {
    this.#sources.delete(source)
  }

  /** Time passes. Returns the sources that have become idle by it. */
  tick(nowMs: number): readonly number[] {
    const elapsedMs = Math.max(0, Math.min(longestTickMs, nowMs - this.#lastTickMs)) || 0
    this.#lastTickMs = nowMs
    const awake = [...this.#sources].filter(([, { isIdle }]) => !isIdle)
    const begun = awake.filter(([, { trustedMs }]) => trustedMs > -Infinity)
    const slowestMs = Math.min(...begun.map(([, { trustedMs }]) => trustedMs))
    for (const [source, state] of this.#sources) {
      const isHeldBack = !state.isIdle && state.trustedMs > slowestMs + farAheadMs
      if (!isHeldBack && this.#isReadToItsEnd(source)) state.silentMs += elapsedMs
    }
    const fallen = awake.filter(([, { silentMs }]) => silentMs >= this.#idleMs)
    for (const [, source] of fallen) source.isIdle = true
    return fallen.map(([source]) => source)
  }

  /** Where time has come to in each source of a live stream, if all are idle; else nothing. */
  *timesGoneOn(nowMs: number): Generator<readonly [source: number, timeMs: number]> {
    if (![...this.#sources.values()].every(({ isIdle }) => isIdle)) return
    for (const [source, { trustedMs, silentMs }] of this.#sources) {
      const timeMs = trustedMs + silentMs
      if (Math.abs(nowMs - timeMs) <= this.#liveMs) yield [source, timeMs]
    }
  }
}
