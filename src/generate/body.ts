/**
 * Puts a frame together: the two members that count at random places among filler from the pool.
 *
 *     {  run … run  "uid":"…",  run … run  "ts":…,  run … run  }
 *
 * A run is a few neighbours of the pool, copied at once. Every member ends in a comma; the last one
 * is overwritten by the brace. What was too small for a further member is added to the next frame's
 * size, so that the mean is right even where frames are hardly longer than one member.
 */
import { maxMemberBytes, type MemberPool } from './members.ts'
import { type Member, put } from './counted-members.ts'
import { below, type Random } from './random.ts'

/** A line under construction: bytes from `start` up to `end`, without its line break. */
export interface Line {
  readonly bytes: Uint8Array
  start: number
  end: number
}

export interface BodyOptions {
  readonly pool: MemberPool
  readonly random: Random
  /** Mean length of a line, its line break included. */
  readonly frameBytes: number
  readonly lineBreakBytes: number
}

/** Writes a frame with these two members from `line.start` on and sets `line.end`. */
export type WriteBody = (line: Line, uid: Member, ts: Member) => void

/** Sizes are spread evenly over a quarter below and above the mean. */
const spread = 0.5

/** No line that `frameBody` writes is longer. */
export function maxLineBytes(frameBytes: number): number {
  return Math.ceil(frameBytes * (1 + spread / 2)) + 2 * maxMemberBytes
}

export function frameBody({ pool, random, frameBytes, lineBreakBytes }: BodyOptions): WriteBody {
  const { bytes: source, starts } = pool
  const members = starts.length - 1
  const varyingBytes = Math.round(frameBytes * spread)
  let owedBytes = 0

  return (line, uid, ts) => {
    const sizeBytes = frameBytes - varyingBytes / 2 + below(random, varyingBytes + 1) + owedBytes
    const roomBytes = Math.floor(sizeBytes) - 1 - uid.length - ts.length - lineBreakBytes
    const isUidFirst = below(random, 2) === 0
    const before = isUidFirst ? uid : ts
    const after = isUidFirst ? ts : uid
    const { bytes, start } = line
    let left = Math.max(0, roomBytes)
    let at = start
    bytes[at++] = 0x7b
    // What a part leaves goes to the next one, and what the last leaves to the next frame.
    let filled = fill(bytes, at, below(random, left + 1))
    left -= filled - at
    at = put(bytes, filled, before.bytes, before.length)
    filled = fill(bytes, at, below(random, left + 1))
    left -= filled - at
    at = put(bytes, filled, after.bytes, after.length)
    at = fill(bytes, at, left)
    bytes[at - 1] = 0x7d
    line.end = at
    owedBytes = Math.max(-frameBytes, sizeBytes - (at - start) - lineBreakBytes)
  }

  /** Copies runs from random places of the pool until the next member does not fit. */
  function fill(bytes: Uint8Array, start: number, roomBytes: number): number {
    let at = start
    for (let left = roomBytes; left > 0;) {
      const first = below(random, members)
      const from = starts[first] ?? 0
      const limit = from + Math.min(left, maxMemberBytes)
      let next = first + 1
      while ((starts[next] ?? Infinity) <= limit) next++
      const to = starts[next - 1] ?? 0
      if (to === from) break
      at = copy(bytes, at, source, from, to)
      left -= to - from
    }
    return at
  }
}

/** Below some 50 bytes a loop beats making a view; above, the view wins, by far for long runs. */
function copy(bytes: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number {
  if (to - from >= 50) bytes.set(source.subarray(from, to), at)
  else {
    for (let i = from; i < to; i++) bytes[at + i - from] = source[i] ?? 0
  }
  return at + to - from
}
