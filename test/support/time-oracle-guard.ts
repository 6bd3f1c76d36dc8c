/** The oracle's three rules against wrong clocks, for one source; time-oracle.ts has the choices. */

/** A frame of the source, by its place in the whole input. */
export interface Arrival {
  readonly index: number
  readonly tsMs: number
}

export interface Guard {
  push(frame: Arrival): void
  /** The input is over: decides on all that is held. */
  end(): void
}

export interface GuardOptions {
  readonly maxDelayMs: number
  readonly maxJumpMs: number | undefined
  /** Told once per frame, when it is decided, either this or the other. */
  count(index: number, watermarkMs: number): void
  quarantine(index: number): void
}

/** A frame that was not late when it came, while something was held. */
interface Speaker {
  readonly isHeld: boolean
  /** What was held then and it did not reach, the lowest first. */
  readonly unreached: readonly Arrival[]
}

export function sourceGuard(options: GuardOptions): Guard {
  const { maxDelayMs, maxJumpMs = Infinity } = options
  const farMs = Math.max(maxDelayMs, maxJumpMs)
  let trustedMs = -Infinity
  /** The ts that waits for confirmation. */
  let waitingMs: number | undefined
  /** The frames of a cold start; undefined when it is over. */
  let first: Arrival[] | undefined = options.maxJumpMs === undefined ? undefined : []
  let held: Arrival[] = []
  const refused = new Set<Arrival>()
  const speakers: Speaker[] = []
  let silent = 0
  return { push, end }

  function push(frame: Arrival): void {
    if (options.maxJumpMs === undefined) trustEach(frame)
    else if (first === undefined) judge(frame)
    else if (first.push(frame) === 17 || largestGroup(first, maxJumpMs).size === 9) begin(first)
  }

  function end(): void {
    if (first !== undefined && first.length > 0) begin(first)
    while (held.length > 0) {
      const lowest = sorted(held)[0]!
      const against = speakersAgainst(lowest)
      const others = against.filter(({ isHeld }) => !isHeld)
      if (others.length >= held.length || against.length >= held.length + 2) refuse([lowest])
      else goOn(lowest.tsMs)
    }
  }

  function trustEach({ index, tsMs }: Arrival): void {
    options.count(index, trustedMs - maxDelayMs)
    trust(tsMs)
  }

  function judge(frame: Arrival): void {
    const { index, tsMs } = frame
    if (tsMs > trustedMs + farMs) {
      hold(frame)
    } else if (tsMs < trustedMs - maxDelayMs) {
      options.count(index, trustedMs - maxDelayMs)
      if (held.length === 0 && waitingMs === undefined) return
      silent++
      if (silent === 100) doubtTime()
    } else {
      confirm(tsMs)
      options.count(index, trustedMs - maxDelayMs)
      advance(tsMs)
      silent = 0
      admit(trustedMs)
      speak(frame, false)
    }
  }

  function doubtTime(): void {
    silent = 0
    waitingMs = undefined
    refuse(held)
  }

  function confirm(tsMs: number): void {
    if (tsMs < trustedMs - maxDelayMs) return
    if (waitingMs !== undefined && tsMs >= waitingMs - maxDelayMs) trust(waitingMs)
    waitingMs = undefined
  }

  function advance(tsMs: number): void {
    if (tsMs <= trustedMs + maxDelayMs) trust(tsMs)
    else waitingMs = tsMs
  }

  function trust(tsMs: number): void {
    trustedMs = Math.max(trustedMs, tsMs)
  }

  function begin(frames: readonly Arrival[]): void {
    first = undefined
    const group = largestGroup(frames, maxJumpMs)
    const groupMs = group.size === 9 ? group.smallestMs : smallestMs(frames)
    trust(linkedTo(frames, groupMs))
    const near = frames.filter(({ tsMs }) => tsMs <= groupMs + farMs)
    for (const { index, tsMs } of near) {
      confirm(tsMs)
      options.count(index, trustedMs - maxDelayMs)
      advance(tsMs)
    }
    trust(groupMs)
    for (const frame of frames) {
      if (!near.includes(frame)) judge(frame)
      else if (frame.tsMs >= groupMs - maxDelayMs) speak(frame, false)
    }
  }

  function hold(frame: Arrival): void {
    speak(frame, true)
    held.push(frame)
    if (held.length === 9) goOn(sorted(held)[0]!.tsMs)
  }

  function trustAll(startMs: number, timesMs: readonly number[]): void {
    trust(startMs)
    for (const tsMs of timesMs) {
      confirm(tsMs)
      advance(tsMs)
    }
    silent = 0
  }

  /** The start of the run of times, none further than max-jump from the next, that ends there. */
  function linkedTo(frames: readonly Arrival[], ms: number): number {
    const before = frames.filter(({ tsMs }) => tsMs < ms && tsMs >= ms - maxJumpMs)
    return before.length === 0 ? ms : linkedTo(frames, smallestMs(before))
  }

  function speak({ tsMs }: Arrival, isHeld: boolean): void {
    const unreached = held.filter((other) => tsMs < other.tsMs - maxDelayMs)
    speakers.push({ isHeld, unreached: sorted(unreached) })
    for (;;) {
      const out = held.find((frame) => speakersAgainst(frame).length >= 9)
      if (out === undefined) return
      refuse([out])
    }
  }

  function speakersAgainst(frame: Arrival): readonly Speaker[] {
    return speakers.filter(({ unreached }) => unreached.find((one) => !refused.has(one)) === frame)
  }

  /** Trusted time goes on to a time that is sure, and by what is held and near it. */
  function goOn(startMs: number): void {
    for (let nowMs = startMs;; nowMs = trustedMs) {
      const near = admit(nowMs)
      if (near.length === 0) return
      trustAll(nowMs, near.map(({ tsMs }) => tsMs))
    }
  }

  /** What is held and no longer far ahead of this time counts. */
  function admit(nowMs: number): readonly Arrival[] {
    const near = held.filter(({ tsMs }) => tsMs <= nowMs + farMs)
    held = held.filter((frame) => !near.includes(frame))
    for (const { index } of near) options.count(index, trustedMs - maxDelayMs)
    return near
  }

  function refuse(frames: readonly Arrival[]): void {
    for (const frame of frames) {
      refused.add(frame)
      options.quarantine(frame.index)
    }
    held = held.filter((frame) => !refused.has(frame))
  }
}

/** By time, equal ones in the order in which they came. */
function sorted(frames: readonly Arrival[]): Arrival[] {
  return frames.toSorted((a, b) => a.tsMs - b.tsMs)
}

function smallestMs(frames: readonly Arrival[]): number {
  return Math.min(...frames.map(({ tsMs }) => tsMs))
}

/** The most frames within max-jump of each other; among equals the one that begins first. */
function largestGroup(
  frames: readonly Arrival[],
  maxJumpMs: number,
): { smallestMs: number; size: number } {
  const groups = frames.map(({ tsMs }) => {
    const members = frames.filter((other) => other.tsMs >= tsMs && other.tsMs <= tsMs + maxJumpMs)
    return { smallestMs: tsMs, size: members.length }
  })
  return groups.sort((a, b) => b.size - a.size || a.smallestMs - b.smallestMs)[0]!
}
