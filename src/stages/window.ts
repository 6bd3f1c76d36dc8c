/**
 * Frames to windowed frames: gives each its window of every kind, keeps trusted time and watermark
 * of each source, and marks what came late, or too late. It drops nothing; what the guard holds
 * comes out, accepted or quarantined, when that is decided.
 */
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import type { FrameBatch, Reject, WindowedBatch } from '../records.ts'
import { EXPIRED, LATE, ON_TIME } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Calendar } from '../time/calendar.ts'
import { SpanCache } from '../time/span-cache.ts'
import { SourceClock } from '../sources/watermark.ts'
import type { ExtractOut } from './extract.ts'
import { expired, frameReject, outOfRange, quarantined, type Why } from '../windows/frame-reject.ts'
import { sliceWindows } from '../windows/slice-windows.ts'
import { Silence } from '../sources/silence.ts'
import { SourceGuard } from '../sources/source-guard.ts'
import { SavedSources } from '../sources/saved-sources.ts'

export interface WindowOptions {
  readonly calendar: Calendar
  readonly maxDelayMs: number
  /** Undefined: every time is trusted. */
  readonly maxJumpMs: number | undefined
  /** Per kind of window, in the order of the calendar. */
  readonly latenessMs: readonly number[]
  /** False where the input is in no order: then none is late, none held, and no watermark passes. */
  readonly isOrdered?: boolean
  /** Frames before and from here on are refused. */
  readonly fromMs?: number
  readonly untilMs?: number
  /** Whether all that there is of a source has been read: else it is not silent. */
  readonly isReadToItsEnd?: (source: number) => boolean
  /** A source that is silent for so long by the wall clock is idle; undefined: none ever is. */
  readonly idleMs?: number | undefined
  /** Whether a reject shows the raw line, as where raw frames are read, or time and user. */
  readonly showsRaw: boolean
  readonly ledger: Ledger
}

/** Where --max-jump is off, a stream is live when its time is this near to the wall clock. */
const usualJumpMs = 3_600_000

export type WindowOut = WindowedBatch | Reject | Control

export type WindowStage = Stage<ExtractOut, WindowOut>

export function windowStage(options: WindowOptions): WindowStage {
  const { calendar, maxJumpMs, latenessMs, showsRaw, ledger } = options
  const { isOrdered = true, fromMs = -Infinity, untilMs = Infinity } = options
  const { idleMs, isReadToItsEnd = () => true } = options
  const { kinds } = calendar
  const spans = kinds.map((kind) => new SpanCache(kind))
  const overlapping = sliceWindows(kinds, latenessMs)
  const account = ledger.open({
    accepted: 0,
    quarantined: 0,
    outOfRange: 0,
    held: 0,
    unread: 0,
    late: 0,
    latestMs: -Infinity,
  })
  const ofKinds = kinds.map(({ name }) => ledger.open({ kind: name, expired: 0 }))
  const guards = new Map<number, SourceGuard>()
  const silence = idleMs === undefined
    ? undefined
    : new Silence({ idleMs, liveMs: maxJumpMs ?? usualJumpMs, isReadToItsEnd })
  const saved = new SavedSources(guards, guardOf)
  let startsMs = kinds.map(() => new Float64Array(0))
  let verdicts = kinds.map(() => new Uint8Array(0))
  let out: Emit<WindowOut>

  /** Accepted frames in a row, not yet emitted: [from, to) of `frames`. */
  let frames: FrameBatch | undefined
  let from = 0
  let to = 0

  /** What a reject that ends the run has thrown; told when the frame in hand is accounted for. */
  let ending: { readonly error: unknown } | undefined

  function send(message: WindowOut): void {
    try {
      out(message)
    } catch (error) {
      ending ??= { error }
    }
  }

  function throwEnding(): void {
    if (ending === undefined) return
    const { error } = ending
    ending = undefined
    throw error
  }

  function flush(): void {
    const begin = from
    from = to
    if (frames === undefined || to === begin) return
    account.accepted += to - begin
    send({ type: 'windowed', frames, from: begin, to, startsMs, verdicts })
  }

  /** What falls due comes out before the next frame is judged. */
  function tell(source: number, clock: SourceClock): void {
    if (clock.trustedMs === -Infinity || !clock.isDue()) return
    flush()
    send({ type: 'watermark', source, watermarkMs: clock.watermarkMs })
  }

  function guardOf(source: number): SourceGuard {
    let guard = guards.get(source)
    if (guard === undefined) guards.set(source, guard = newGuard(source))
    return guard
  }

  function newGuard(source: number): SourceGuard {
    const clock = new SourceClock(options)
    return new SourceGuard({
      clock,
      maxDelayMs: options.maxDelayMs,
      maxJumpMs,
      accept(batch, i) {
        tell(source, clock)
        accept(batch, i, clock.watermarkMs)
      },
      quarantine(batch, i) {
        account.quarantined++
        reject(batch, i, quarantined(batch.tsMs[i]!, clock.trustedMs))
      },
    })
  }

  function accept(batch: FrameBatch, i: number, watermarkMs: number): void {
    append(batch, i, i + 1)
    judge(batch, i, watermarkMs)
  }

  function append(batch: FrameBatch, begin: number, end: number): void {
    if (batch !== frames || begin !== to) {
      flush()
      frames = batch
      from = begin
      reserve(batch.count)
    }
    to = end
  }

  /**
   * Takes the frames from `begin` on that fall into the windows of the frame judged last, on time,
   * and by which nothing else happens: most of a batch. Returns the place behind them.
   */
  function takeQuiet(batch: FrameBatch, begin: number, guard: SourceGuard): number {
    const { tsMs, count } = batch
    let firstMs = fromMs
    let lastMs = Math.min(untilMs - 1, isOrdered ? guard.quietUntilMs : Infinity)
    for (let k = 0; k < spans.length; k++) {
      const { startMs, endMs } = spans[k]!.last
      if (startMs > firstMs) firstMs = startMs
      if (endMs - 1 < lastMs) lastMs = endMs - 1
      if (isOrdered && guard.clock.watermarkMs >= endMs) return begin
    }
    let latestMs = -Infinity
    let end = begin
    for (; end < count; end++) {
      const ms = tsMs[end]!
      if (!(ms >= firstMs && ms <= lastMs)) break
      if (ms > latestMs) latestMs = ms
    }
    if (end === begin) return begin
    if (latestMs > account.latestMs) account.latestMs = latestMs
    if (isOrdered) guard.clock.trust(latestMs)
    append(batch, begin, end)
    for (let k = 0; k < spans.length; k++) {
      startsMs[k]!.fill(spans[k]!.last.startMs, begin, end)
      verdicts[k]!.fill(ON_TIME, begin, end)
    }
    return end
  }

  function judge(batch: FrameBatch, i: number, watermarkMs: number): void {
    const tsMs = batch.tsMs[i]!
    let isExpired = false
    if (tsMs > account.latestMs) account.latestMs = tsMs
    for (let k = 0; k < spans.length; k++) {
      const { startMs, endMs } = spans[k]!.at(tsMs)
      let verdict = ON_TIME
      if (watermarkMs >= endMs) {
        const isOver = overlapping[k]?.isOver(startMs, watermarkMs) ??
          watermarkMs >= endMs + latenessMs[k]!
        verdict = isOver ? EXPIRED : LATE
        if (k === 0) account.late++
      }
      startsMs[k]![i] = startMs
      verdicts[k]![i] = verdict
      if (verdict === EXPIRED) {
        isExpired = true
        ofKinds[k]!.expired++
      }
    }
    if (!isExpired) return
    const over = kinds.flatMap(({ name }, k) => {
      return verdicts[k]![i] === EXPIRED ? [{ name, startMs: startsMs[k]![i]! }] : []
    })
    reject(batch, i, expired(tsMs, watermarkMs, over))
  }

  function refuseOutOfRange(batch: FrameBatch, i: number): void {
    account.outOfRange++
    reject(batch, i, outOfRange(batch.tsMs[i]!, fromMs, untilMs))
  }

  function reject(batch: FrameBatch, i: number, why: Why): void {
    flush() // a reject may end the run, and the frames before are counted
    send(frameReject(batch, i, why, showsRaw))
  }

  function reserve(count: number): void {
    if (startsMs[0]!.length >= count) return
    startsMs = kinds.map(() => new Float64Array(count * 2))
    verdicts = kinds.map(() => new Uint8Array(count * 2))
  }

  function take(batch: FrameBatch): void {
    const { source, count, tsMs } = batch
    const guard = guardOf(source)
    const heldBefore = guard.held.count
    for (let i = 0; i < count; i++) {
      i = takeQuiet(batch, i, guard)
      if (i === count) break
      if (tsMs[i]! < fromMs || tsMs[i]! >= untilMs) refuseOutOfRange(batch, i)
      else if (isOrdered) guard.take(batch, i)
      else accept(batch, i, -Infinity)
      if (ending === undefined) continue
      account.unread += count - i - 1
      break
    }
    account.held += guard.held.count - heldBefore
    release()
    tell(source, guard.clock)
    silence?.heard(source, guard.clock.trustedMs)
  }

  /** Columns are used again when push returns. */
  function release(): void {
    flush()
    frames = undefined
  }

  function endSource(source: number): void {
    const guard = guards.get(source)
    if (guard !== undefined) decide(guard)
    release()
    guards.delete(source)
    silence?.ended(source)
  }

  function decide(guard: SourceGuard): void {
    account.held -= guard.held.count
    guard.end()
  }

  function decideAll(emit: Emit<WindowOut>): void {
    out = emit
    for (const guard of guards.values()) decide(guard)
    release()
    throwEnding()
  }

  return {
    push(message, emit) {
      out = emit
      if (message.type === 'frames') {
        take(message)
        return throwEnding()
      }
      if (message.type === 'source' && !guards.has(message.source)) {
        silence?.heard(message.source, guardOf(message.source).clock.trustedMs)
      }
      if (message.type === 'source-end') endSource(message.source)
      send(message)
      throwEnding()
    },
    name: 'window',
    ...withAccounts([account, ...ofKinds], {
      save: (put) => saved.save(put),
      load(records) {
        saved.load(records)
        for (const [source, { clock }] of guards) silence?.heard(source, clock.trustedMs)
      },
    }),
    end: decideAll,
    stop: decideAll, // what is held is shown as well as it can be known now
    ...(silence !== undefined && {
      tick(nowMs: number, emit: Emit<WindowOut>) {
        out = emit
        for (const source of silence.tick(nowMs)) emit({ type: 'idle', source })
        for (const [source, timeMs] of silence.timesGoneOn(nowMs)) {
          const guard = guardOf(source)
          account.held -= guard.held.count
          guard.goOn(timeMs)
          account.held += guard.held.count
          release()
          tell(source, guard.clock)
        }
        throwEnding()
      },
    }),
  }
}
