/** A frame that is not counted, as a reject. */
import { uidOf } from '../kernel/columns.ts'
import { frameContent, rawContent } from '../ndjson/raw.ts'
import type { FrameBatch, Reject } from '../records.ts'

export type Why = Pick<Reject, 'reason' | 'detail' | 'windows'>

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
        : frameContent(batch.tsMs[i]!, uidOf(batch, i)),
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

/** Of a frame that came when these kinds of window were over. */
export function expired(tsMs: number, watermarkMs: number, windows: readonly string[]): Why {
  const behindSeconds = (watermarkMs - tsMs) / 1000
  const detail = `${behindSeconds} s behind the watermark; ${windows.join(', ')} had closed`
  return { reason: 'expired', detail, windows }
}
