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

export function sourceGuard(options: GuardOptions): Guard {
  const { maxDelayMs, maxJumpMs = Infinity } = options
  let trustedMs = -Infinity
  /** The ts that waits for confirmation. */
  let waitingMs: number | undefined
  /** The frames of a cold start; undefined when it is over. */
  let first: Arrival[] | undefined = options.maxJumpMs === undefined ? undefined : []
  let held: Arrival[] = []
  let votesAgainst = 0
  return { push, end }

  function push(frame: Arrival): void {
    if (options.maxJumpMs === undefined) trustEach(frame)
    else if (first === undefined) judge(frame)
    else if (first.push(frame) === 17 || largestGroup(first, maxJumpMs).size === 9) begin(first)
  }

  function end(): void {
    if (first !== undefined && first.length > 0) begin(first)
    while (held.length > 0) {
      if (held.length > votesAgainst) acceptHeld()
      else refuseHeld()
    }
  }

  function trustEach({ index, tsMs }: Arrival): void {
    options.count(index, trustedMs - maxDelayMs)
    trust(tsMs)
  }

  function judge(frame: Arrival): void {
    const { index, tsMs } = frame
    if (tsMs > trustedMs + Math.max(maxDelayMs, maxJumpMs)) {
      held.push(frame)
      if (held.length === 9) acceptHeld()
      return
    }
    confirm(tsMs)
    options.count(index, trustedMs - maxDelayMs)
    advance(tsMs)
    if (held.length > 0) votesAgainst++
    if (votesAgainst === 9) refuseHeld()
  }

  function confirm(tsMs: number): void {
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
    trust(group.size === 9 ? group.smallestMs : smallestMs(frames))
    for (const frame of frames) judge(frame)
  }

  function acceptHeld(): void {
    const frames = takeHeld()
    const withAnother = frames.filter((frame) => {
      return frames.some((other) => {
        return other !== frame && Math.abs(other.tsMs - frame.tsMs) <= maxJumpMs
      })
    })
    const startMs = smallestMs(withAnother.length > 0 ? withAnother : frames)
    const metMs = trustedMs - maxDelayMs
    const believed: number[] = []
    for (const frame of frames) {
      if (frame.tsMs > startMs + Math.max(maxDelayMs, maxJumpMs)) {
        held.push(frame)
        continue
      }
      options.count(frame.index, metMs)
      believed.push(frame.tsMs)
      if (held.length > 0) votesAgainst++
      if (votesAgainst === 9) refuseHeld()
    }
    trust(startMs)
    for (const tsMs of believed) {
      confirm(tsMs)
      advance(tsMs)
    }
  }

  function refuseHeld(): void {
    for (const { index } of takeHeld()) options.quarantine(index)
  }

  function takeHeld(): readonly Arrival[] {
    const frames = held
    held = []
    votesAgainst = 0
    return frames
  }
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
