/** A frame that is not counted, as a reject. */
import { uidOf } from '../kernel/columns.ts'
import { groupsOf } from '../ndjson/group-members.ts'
import { frameContent, rawContent } from '../ndjson/raw.ts'
import type { FrameBatch, Reject } from '../records.ts'

export type Why = Pick<Reject, 'reason' | 'detail' | 'windows' | 'late'>

/** `showsRaw`: by its line; else by time and user, where the line is not what the user has sent. */
export function frameReject(batch: FrameBatch, i: number, why: Why, showsRaw: boolean): Reject {
  return {
    type: 'reject',
    ...why,
    source: batch.place,
    line: batch.lineNumber[i]!,
    content: () =>
      showsRaw
        ? rawContent(batch.bytes, batch.lineStart[i]!, batch.lineEnd[i]!)
        : frameContent(batch.tsMs[i]!, uidOf(batch, i), groupsOf(batch.groups, i)),
  }
}

/** Of a frame whose time is not in the range asked for. */
export function outOfRange(tsMs: number, fromMs: number, untilMs: number): Why {
  const [bound, boundMs] = tsMs < fromMs
    ? ['before --from', fromMs]
    : ['not before --until', untilMs]
  const detail = `${tsMs / 1000} is ${bound}, which is ${boundMs / 1000}`
  return { reason: 'out-of-range', detail }
}

/** Of a frame that is too far ahead of its source's trusted time. */
export function quarantined(tsMs: number, trustedMs: number): Why {
  const aheadSeconds = (tsMs - trustedMs) / 1000
  const detail = `${aheadSeconds} s ahead of the trusted time ${
    trustedMs / 1000
  }, which is more than --max-jump`
  return { reason: 'quarantined', detail }
}

/** A window that was over, by its kind. */
export interface OverWindow {
  readonly name: string
  readonly startMs: number
}

/** Of a frame that came when these windows were over. */
export function expired(tsMs: number, watermarkMs: number, over: readonly OverWindow[]): Why {
  const [ts, lateBy] = [tsMs / 1000, (watermarkMs - tsMs) / 1000]
  const closed = over.map(({ name, startMs }) => `${name} ${rfc3339(startMs)}`).join(', ')
  return {
    reason: 'expired',
    detail: `${ts} (${rfc3339(tsMs)}) is ${lateBy} s behind the watermark; ${closed} had closed`,
    windows: over.map(({ name }) => name),
    late: { ts, starts: over.map(({ startMs }) => startMs / 1000), lateBy },
  }
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
