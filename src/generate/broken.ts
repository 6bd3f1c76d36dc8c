/**
 * Broken lines, of each kind equally many: malformed ones (malformed.ts) and good frames with a
 * wrong clock (wrong-clock.ts).
 */
import type { Line, WriteBody } from './body.ts'
import { emptyMember, type Member, writeTs } from './counted-members.ts'
import { malformedKinds } from './malformed.ts'
import { below, type Random } from './random.ts'
import { isOutOfYears, wrongClock, wrongClockKinds } from './wrong-clock.ts'

export type Fault = 'malformed' | 'wrong clock'

export interface BrokenOptions {
  /** Decides what is broken … */
  readonly events: Random
  /** … and this one, in which way. */
  readonly random: Random
  readonly body: WriteBody
  /** No good frame of the stream lies outside of these two. */
  readonly firstMs: number
  readonly lastMs: number
}

/** What the frame would have been, had it not been broken. */
export interface GoodFrame {
  readonly uid: Member
  readonly ts: Member
  readonly tsMs: number
}

/** Writes a broken line and says what is wrong with it. */
export function brokenLine(options: BrokenOptions): (line: Line, frame: GoodFrame) => Fault {
  const { events, random, body, firstMs, lastMs } = options
  const wrongTs = emptyMember()
  const wrongSeconds = wrongClock({ random: events, firstMs, lastMs })
  return (line, { uid, ts, tsMs }) => {
    const malformed = malformedKinds[below(events, malformedKinds.length + wrongClockKinds)]
    if (malformed !== undefined) {
      malformed({ line, uid, ts, body, random })
      return 'malformed'
    }
    const seconds = wrongSeconds(Math.floor(tsMs / 1000))
    writeTs(wrongTs, random, seconds * 1000, 'whole')
    body(line, uid, wrongTs)
    return isOutOfYears(seconds) ? 'malformed' : 'wrong clock'
  }
}
