/**
 * Windowed frames to result lines: the unique users of every window, as the union over the sources.
 * A line comes out when every source's watermark has come to the time at which it falls due: the
 * window's end, and for late frames the next multiple of 10 s, or the end of the allowed lateness.
 */
import TinyQueue from 'tinyqueue'
import type { Counted, Counter } from '../counter/counter.ts'
import type { GroupedUsersOptions } from '../counter/grouped-users.ts'
import type { Shortage } from '../counter/shortage.ts'
import { Sketch } from '../counter/sketch.ts'
import type { Breakdown } from '../group.ts'
import { endOfRun } from '../kernel/window-runs.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { type PaneUsers, partialLine, type PartialPane } from '../ndjson/partial.ts'
import type { FrameBatch, Reject, ResultLine, WindowedBatch } from '../records.ts'
import { EXPIRED, LATE, windowKey } from '../records.ts'
import type { Emit, Held, Stage } from '../stage.ts'
import { type Put, type StateRecord, unknownRecord } from '../state/kept.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Calendar, Span } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import { nextRevisionMs } from '../sources/watermark.ts'
import { type EmptyWindow, EmptyWindows } from '../windows/empty-windows.ts'
import { frameReject } from '../windows/frame-reject.ts'
import type { CountedWindow } from '../windows/counted-window.ts'
import { GroupRecords } from '../windows/group-records.ts'
import { GroupTally } from '../windows/group-tally.ts'
import { GroupWindow } from '../windows/group-window.ts'
import { OpenWindow } from '../windows/open-window.ts'
import { type LineConstants, resultLines } from '../windows/result-lines.ts'
import { SavedProgress } from '../windows/saved-progress.ts'
import { SavedWindows } from '../windows/saved-windows.ts'
import { sliceWindows } from '../windows/slice-windows.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import { type AnyTally, type IsDue, type Joining, type Taker, Tally } from '../windows/tally.ts'
import { TotalTally } from '../windows/total-tally.ts'
import { windowAccount } from '../windows/window-account.ts'
import { Union } from '../sources/union.ts'
import type { WindowOut } from './window.ts'

export interface CountOptions extends LineConstants {
  readonly calendar: Calendar
  /** Per kind of window, in the order of the calendar. */
  readonly latenessMs: readonly number[]
  readonly newCounter: () => Counter
  /** Whether windows of all frames have lines. */
  readonly hasTotal?: boolean
  /** What frames are split by, as their batches are; of each there are lines beside the total. */
  readonly breakdowns?: readonly Breakdown[]
  /** How users of groups are counted; where there are breakdowns. */
  readonly grouped?: Omit<GroupedUsersOptions, 'newCounter'>
  /** So many groups of a window and breakdown have lines, and the rest has one; undefined: all. */
  readonly top?: number | undefined
  /** So many groups of a window and breakdown are told apart; further ones are in that rest. */
  readonly mostGroups?: number
  /** Asked as windows open, of which one batch of a thread may open a hundred thousand. */
  readonly shortage?: Shortage
  /** Every so long, by the wall clock, open windows are shown as they stand. */
  readonly earlyMs?: number | undefined
  /** Whether no user is in two sources, and partial panes tell how many each has. */
  readonly isDisjoint?: boolean
  /** Whether a window has one line only, when it is over. */
  readonly isFinal?: boolean
  /** Whether empty windows have lines: between those that have users, or these times. */
  readonly hasZeros?: boolean
  /** So many of them in a row at most. */
  readonly mostZeros?: number
  readonly fromMs?: number
  readonly untilMs?: number
  readonly ledger: Ledger
}

/** So many lines are shown at the end, or early, before outputs keep pace. */
const linesPerStep = 1000
/** So many windows are asked for together, and each takes about so much. */
const windowsPerAsking = 4096
const windowBytes = 600

/** Frames, or what sources have made of theirs (stages/partials.ts). */
export type CountIn = WindowOut | PartialPane

export interface CountStage extends Stage<CountIn, CountOut> {
  /** Windows that are open or revisable. */
  readonly openWindows: number
  /** Takes a while where many windows are open. */
  held(): Held
  /**
   * Where sources are disjoint: refuses the windows that are open now and begin before that time.
   */
  refuse(repartition: Repartition, emit: Emit<CountOut>): void
}

export interface Repartition {
  readonly was: number
  readonly is: number
  readonly beforeMs: number
  /** Where that was read. */
  readonly place: string
  readonly line: number
}

export interface Result {
  readonly type: 'result'
  readonly line: ResultLine
}

export type CountOut = Result | Reject | Control

export function countStage(options: CountOptions): CountStage {
  const { calendar, latenessMs, newCounter, isDisjoint, shortage, earlyMs, ledger } = options
  const { isFinal = false } = options
  const { kinds } = calendar
  const toLine = resultLines(options)
  const savedWindows = new SavedWindows()
  const sliding = slidingWindows(options, savedWindows)
  const total = new TotalTally(new Tally(kinds.length, newWindow), sliding)
  const folding = options.breakdowns === undefined ? undefined : ledger.open({ folded: 0 })
  const groups = groupTallies({ ...options, folded: () => folding!.folded++ })
  const tallies: readonly AnyTally[] = options.hasTotal === false ? groups : [total, ...groups]
  const account = ledger.open({ opened: 0, accepted: 0, unread: 0 })
  const ofKinds = kinds.map((kind) => ledger.open(windowAccount(kind)))
  const overlapping = sliceWindows(kinds, latenessMs)
  const hasOverlap = overlapping.some((each) => each !== undefined)
  /** Kinds whose windows are over, while a run of frames is counted. */
  const over: number[] = []
  const union = new Union()
  let due = new TinyQueue<Due>([], inOrder)
  let opened = 0
  /** What a line says of an empty window. */
  let nobody: Counted | undefined
  let shownAtMs = NaN
  const zeros = options.hasZeros === true ? ledger.open({ unfilled: 0 }) : undefined
  const empties = zeros && emptyWindows(options, (windows) => zeros.unfilled += windows)
  const savedProgress = new SavedProgress(union, empties)

  function count(batch: WindowedBatch, emit: Emit<CountOut>): void {
    union.heard(batch.frames.source)
    for (const tally of tallies) tally.begin(batch)
    let ending: { readonly error: unknown } | undefined
    const emitAll: Emit<CountOut> = (message) => {
      try {
        emit(message)
      } catch (error) {
        ending ??= { error } // a reject may end the run, but not in mid-batch
      }
    }
    for (let i = batch.from; i < batch.to;) {
      const end = endOfRun(batch, i)
      countRun(batch, i, end, emitAll)
      i = end
      const short = shortage?.told()
      if (short === undefined) continue
      takeBack(batch, end)
      throw short.cause
    }
    for (const tally of tallies) tally.end()
    if (ending !== undefined) throw ending.error
  }

  /** Nobody has looked at the frames from there on. */
  function takeBack({ to, verdicts }: WindowedBatch, from: number): void {
    account.unread += to - from
    account.accepted -= to - from
    for (const [k, counts] of ofKinds.entries()) {
      for (let i = from; i < to; i++) if (verdicts[k]![i] === EXPIRED) counts.expired--
    }
  }

  /** Frames that fall into the same windows. */
  function countRun(batch: WindowedBatch, from: number, to: number, emit: Emit<CountOut>): void {
    const { frames, startsMs, verdicts } = batch
    for (let k = 0; k < kinds.length; k++) {
      const startMs = startsMs[k]![from]!
      const verdict = verdicts[k]![from]!
      for (const tally of tallies) tally.expect(k, false)
      if (verdict === EXPIRED) continue
      if (overlapping[k] !== undefined) {
        const isCounted = countInEach(frames, { k, startMs, from, to })
        if (isCounted) ofKinds[k]!.counted += to - from
        else over.push(k)
        continue
      }
      let isOver = false
      for (const tally of tallies) {
        const window = tally.current(k, startMs) ?? windowAt(tally, k, startMs)
        isOver = window === undefined
        if (window === undefined) continue
        if (verdict === LATE || window.endMs <= union.watermarkMs) {
          for (let i = from; i < to; i++) addLate(window, frames, i)
        } else {
          tally.expect(k, true)
        }
      }
      if (isOver) over.push(k)
      else ofKinds[k]!.counted += to - from
    }
    if (over.length > 0) refuseRun(batch, from, to, emit)
    for (const tally of tallies) tally.count(frames, from, to)
  }

  /** Frames of one slice, in each window that holds it. Whether any takes them still. */
  function countInEach(frames: FrameBatch, { k, startMs, from, to }: OfSlice): boolean {
    const dueMs = overlapping[k]!.dueMs(kinds[k]!.spanAt(startMs), reachedBy(frames.source))
    if (dueMs === undefined) return false
    const windows = windowsAt(k, startMs, dueMs)
    if (windows.length < kinds[k]!.overlap!.count) ofKinds[k]!.partly! += to - from
    for (const tally of tallies) {
      const takers = takersIn(tally, { k, windows, dueMs })
      tally.countSlice(k, { startMs, takers, dueMs }, { frames, from, to }, pushDue(dueMs))
    }
    return true
  }

  function pushDue(dueMs: number): IsDue {
    return (window) => due.push({ dueMs, window })
  }

  /** The windows of a slice that take what falls due then. */
  function windowsAt(k: number, startMs: number, dueMs: number): readonly Span[] {
    const windows = overlapping[k]!.windowsOf(startMs)
    const isTaking = ({ endMs }: Span) => endMs + latenessMs[k]! >= dueMs
    return isTaking(windows[0]!) ? windows : windows.filter(isTaking)
  }

  function takersIn(tally: AnyTally, { k, windows, dueMs }: TakenBy): Taker[] {
    return windows.map(({ startMs, endMs }) => {
      return { window: windowAt(tally, k, startMs)!, isLate: endMs < dueMs }
    })
  }

  /** Of these frames, in the kinds that are over: frame by frame, wherever a batch may end. */
  function refuseRun({ frames }: WindowedBatch, from: number, to: number, emit: Emit<CountOut>) {
    const ofRun = over.splice(0)
    for (let i = from; i < to; i++) {
      for (const k of ofRun) expire(frames, i, k, emit)
    }
  }

  /** When a late frame is shown, its own source's watermark decides, so that no other does. */
  function reachedBy(source: number): number {
    return Math.max(union.watermarkOf(source), union.watermarkMs)
  }

  function addLate(window: CountedWindow, frames: FrameBatch, i: number): void {
    const dueMs = Math.min(nextRevisionMs(reachedBy(frames.source)), window.expiryMs)
    if (window.addLate(frames, i, dueMs)) due.push({ dueMs, window })
  }

  /** What one source has counted, by its own watermark. */
  function unite(pane: PartialPane, emit: Emit<CountOut>): void {
    const { source, kind, startMs, frames, users, group, dueMs = -Infinity } = pane
    union.heard(source)
    if (frames === 0 && isNobody(users)) return
    const k = kinds.findIndex(({ name }) => name === kind)
    const tally = group === undefined ? total : groups[group.place]!
    const isCounted = tally === tallies[0]
    if (overlapping[k] !== undefined) return uniteInEach(pane, { k, tally, isCounted }, emit)
    const window = windowAt(tally, k, startMs)
    if (window === undefined) return isCounted ? expirePane(pane, k, emit) : undefined
    if (isCounted) ofKinds[k]!.counted += frames
    if (window instanceof OpenWindow) refuseMixed(window, pane, emit)
    const { endMs, expiryMs } = window
    if (dueMs === -Infinity && endMs > union.watermarkMs) {
      window.addUsers(pane)
    } else {
      const isPast = dueMs <= union.watermarkMs
      const shownMs = Math.min(isPast ? nextRevisionMs(union.watermarkMs) : dueMs, expiryMs)
      if (window.addLateUsers(pane, shownMs)) due.push({ dueMs: shownMs, window })
    }
    united(tally)
  }

  /** A pane of one slice, in each window that holds it. */
  function uniteInEach(
    pane: PartialPane,
    { k, tally, isCounted }: { k: number; tally: AnyTally; isCounted: boolean },
    emit: Emit<CountOut>,
  ): void {
    const { startMs, frames, dueMs: toldMs = -Infinity } = pane
    const dueMs = toldMs > union.watermarkMs
      ? toldMs
      : overlapping[k]!.dueMs(kinds[k]!.spanAt(startMs), union.watermarkMs)
    if (dueMs === undefined) return isCounted ? expirePane(pane, k, emit) : undefined
    if (isCounted) ofKinds[k]!.counted += frames
    const windows = windowsAt(k, startMs, dueMs)
    const isMissed = windows.length < kinds[k]!.overlap!.count
    if (isCounted && isMissed) ofKinds[k]!.partly! += frames
    const takers = takersIn(tally, { k, windows, dueMs })
    tally.uniteSlice(k, { startMs, takers, dueMs }, pane, pushDue(dueMs))
    united(tally)
  }

  function united(tally: AnyTally): void {
    tally.end()
    const short = shortage?.told()
    if (short !== undefined) throw short.cause
  }

  function refuseMixed(window: OpenWindow, pane: PartialPane, emit: Emit<CountOut>): void {
    const { of: is = 0, wasOf = is, place = 'partials', line = 0 } = pane
    const was = wasOf !== is || window.of === 0 ? wasOf : window.of
    if (was !== is && window.refuse()) emit(repartitioned(window, { was, is, place, line }))
  }

  function refuse(repartition: Repartition, emit: Emit<CountOut>): void {
    for (const window of [...total.plainWindows()].sort(inOrderOfEnds)) {
      if (window.isClosed || window.startMs >= repartition.beforeMs || !window.refuse()) continue
      savedWindows.touch(window)
      emit(repartitioned(window, repartition))
    }
  }

  /** The window of kind `k`, or undefined where it is over. */
  function windowAt(tally: AnyTally, k: number, startMs: number): CountedWindow | undefined {
    const window = tally.turnTo(k, startMs) ?? newlyOpen(tally, k, startMs)
    if (window !== undefined) touch(window)
    return window
  }

  function newlyOpen(tally: AnyTally, k: number, startMs: number): CountedWindow | undefined {
    const expiryMs = windowFrom(kinds[k]!, startMs).endMs + latenessMs[k]!
    if (expiryMs <= union.watermarkMs) return undefined
    if (++opened % windowsPerAsking === 0) shortage?.reserve(windowsPerAsking * windowBytes)
    const window = tally.open(k, startMs)
    if (window.place === 0) empties?.expect(k, startMs)
    due.push({ dueMs: window.endMs, window })
    if (k === 0 && tally === tallies[0]) account.opened++
    return tally.turnTo(k, startMs)
  }

  function newWindow(k: number, startMs: number): OpenWindow {
    return new OpenWindow({
      kind: kinds[k]!,
      rank: k,
      startMs,
      latenessMs: latenessMs[k]!,
      newCounter,
      isDisjoint,
    })
  }

  /** Only for a source that nobody waited for: its own watermark has not come so far. */
  function expire(frames: FrameBatch, i: number, k: number, emit: Emit<CountOut>): void {
    const { name } = kinds[k]!
    ofKinds[k]!.expired++
    const detail = wasIdle('its source', name)
    emit(frameReject(frames, i, { reason: 'expired', detail, windows: [name] }, true))
  }

  function expirePane(pane: PartialPane, k: number, emit: Emit<CountOut>): void {
    const { source, kind, frames, place = 'partials', line = 0 } = pane
    ofKinds[k]!.expired += frames
    if (frames === 0) return // said of the pane before
    emit({
      type: 'reject',
      reason: 'expired',
      detail: `${frames} frames: ${wasIdle(`source ${source}`, kind)}`,
      source: place,
      line,
      windows: [kind],
      content: () => ({ raw: partialLine(pane).trimEnd() }),
    })
  }

  /** Prints what falls due up to `untilMs`, and lets go of the windows that are over. */
  function settle(untilMs: number, emit: Emit<CountOut>): void {
    for (const _ of settling(untilMs, emit));
  }

  /** In steps, after so many lines. */
  function* settling(untilMs: number, emit: Emit<CountOut>): Generator<void> {
    let lines = 0
    if (untilMs === Infinity && hasOverlap) dropWindowsToCome()
    const counting: Emit<CountOut> = (message) => {
      lines++
      emit(message)
    }
    for (let isMore = true; isMore;) {
      isMore = yield* settleNext(untilMs, counting)
      if (lines < linesPerStep) continue
      lines = 0
      yield
    }
  }

  /** Returns whether anything fell due. */
  function* settleNext(untilMs: number, emit: Emit<CountOut>): Generator<void, boolean> {
    const first = due.peek()
    const next = first === undefined || first.dueMs > untilMs ? undefined : first
    if (showEmpty(next, untilMs, emit)) return true
    if (next === undefined) return false
    const { dueMs, window } = next
    due.pop()
    if ('join' in window) {
      window.join(dueMs)
      return true
    }
    if (!('reach' in window)) {
      if (total.get(window.rank, window.startMs)?.isRevisedBy(dueMs) !== true) {
        show(emptyLine(window), emit)
      }
      return true
    }
    const { startMs, endMs, expiryMs } = window
    touch(window)
    const isOver = dueMs === expiryMs
    const pane = window.reach(dueMs)
    if (!isFinal && pane !== undefined) {
      yield* showAll(window.lines(pane, toLine), emit)
      expectEmpty(window, dueMs)
    } else if (isFinal && isOver && tallyOf(window).get(window.rank, startMs) !== undefined) {
      yield* showAll(window.finalLines(toLine), emit)
      if (window.lastPane !== undefined) expectEmpty(window, dueMs)
    }
    if (isOver) letGo(window)
    else if (dueMs === endMs) due.push({ dueMs: expiryMs, window })
    return true
  }

  /** A line of that window has come: those behind it that have none. */
  function expectEmpty(window: CountedWindow, dueMs: number): void {
    if (window.place !== 0) return
    for (const empty of empties?.behind(window) ?? []) due.push({ dueMs, window: empty })
  }

  /** Whether something is done about an empty window that comes before `next`. */
  function showEmpty(next: Due | undefined, untilMs: number, emit: Emit<CountOut>): boolean {
    const empty = empties?.next(emptyDueMs)
    if (empty === undefined) return false
    const dueMs = emptyDueMs(empty)
    if (dueMs > untilMs || (next !== undefined && inOrder(next, { dueMs, window: empty }) <= 0)) {
      return false
    }
    show(emptyLine(empty), emit)
    empties!.pass(empty.rank)
    return true
  }

  function emptyDueMs({ rank, endMs }: EmptyWindow): number {
    return isFinal ? endMs + latenessMs[rank]! : endMs
  }

  function emptyLine(window: EmptyWindow): ResultLine {
    nobody ??= newCounter().estimate()
    return toLine({ window, counted: nobody, frames: 0, pane: 'on-time', revision: 0 })
  }

  function tallyOf({ place }: CountedWindow): AnyTally {
    return place === 0 ? total : groups[place - 1]!
  }

  function touch(window: CountedWindow): void {
    if (window instanceof OpenWindow) savedWindows.touch(window)
    else if (window instanceof GroupWindow) groups[window.place - 1]!.touch(window)
  }

  function letGo(window: CountedWindow): void {
    tallyOf(window).close(window.rank, window.startMs)
    if (window instanceof OpenWindow) savedWindows.over(window)
    else if (window instanceof GroupWindow) groups[window.place - 1]!.over(window)
  }

  function save(put: Put): void {
    savedProgress.save(put)
    savedWindows.save(total.holders(), put)
    total.save(put)
    for (const tally of groups) tally.save(put)
  }

  function load(records: Iterable<StateRecord>): void {
    for (const _ of loadInSteps(records));
  }

  function* loadInSteps(records: Iterable<StateRecord>): Generator<void> {
    const ofGroups = new GroupRecords()
    const ofWindows = total.load(ofGroups.load(savedProgress.load(records)))
    yield* savedWindows.loadInSteps(ofWindows, (kindName, startMs) => {
      const ofSlices = total.sliding.find(({ sliceName }) => sliceName === kindName)
      if (ofSlices !== undefined) return ofSlices.openSlice(startMs)
      const k = kinds.findIndex(({ name }) => name === kindName)
      const isThere = kinds[k]?.spanAt(startMs).startMs === startMs
      const window = isThere ? total.open(k, startMs) : undefined
      return window instanceof OpenWindow ? window : undefined
    })
    for (const each of total.sliding) {
      each.loaded()
      for (const slice of each.slices()) {
        for (const dueMs of slice.lateDuesMs) due.push({ dueMs, window: each.joining(slice) })
      }
    }
    const inGroups = [...ofGroups.all()].map((found) => {
      const window = found.source === undefined ? groups[found.place]?.load(found) : undefined
      if (window === undefined) throw unknownRecord(found.key)
      return window
    })
    for (const tally of groups) tally.loaded()
    for (const window of [...total.windows(), ...inGroups]) {
      due.push({ dueMs: window.isClosed ? window.expiryMs : window.endMs, window })
      for (const dueMs of window.lateDuesMs) due.push({ dueMs, window })
    }
  }

  function show(line: ResultLine, emit: Emit<CountOut>): void {
    emit({ type: 'result', line })
  }

  /** In steps, as a window may have a million groups. */
  function* showAll(lines: Iterable<ResultLine>, emit: Emit<CountOut>): Generator<void> {
    let n = 0
    for (const line of lines) {
      show(line, emit)
      if (++n % linesPerStep === 0) yield
    }
  }

  /** Those that are to be shown before their time, or at the end. */
  function windowsInOrder(): CountedWindow[] {
    const isToCome = windowsToCome()
    return tallies.flatMap((tally) => [...tally.windows()].filter((each) => !isToCome(each)))
      .sort(inOrderOfEnds)
  }

  /** Where windows overlap: whether one ends behind the last slice that has frames. */
  function windowsToCome(): (window: CountedWindow) => boolean {
    const lastMs = kinds.map(() => Infinity)
    for (const [k, { overlap }] of kinds.entries()) {
      if (overlap === undefined) continue
      let startMs = -Infinity
      for (const tally of tallies) {
        for (const window of tally.windows()) {
          if (window.rank === k && window.startMs > startMs) startMs = window.startMs
        }
      }
      if (startMs > -Infinity) lastMs[k] = overlap.slice.spanAt(startMs).endMs
    }
    return ({ rank, endMs }) => endMs > lastMs[rank]!
  }

  /** What has not begun to be over is not shown at the end: seven days, of which six are to come. */
  function dropWindowsToCome(): void {
    const isToCome = windowsToCome()
    for (const tally of tallies) {
      for (const window of [...tally.windows()]) if (isToCome(window)) letGo(window)
    }
    due = new TinyQueue(
      due.data.filter(({ window }) => !('reach' in window) || !isToCome(window)),
      inOrder,
    )
  }

  /** Lets go of each window when its line is made, as memory may be short. */
  function* inSteps(how: 'end' | 'stop', emit: Emit<CountOut>): Generator<void> {
    if (how === 'end') {
      empties?.end()
      yield* settling(Infinity, emit)
      empties?.finish()
      return
    }
    const windows = windowsInOrder().reverse()
    for (const tally of tallies) tally.clear()
    due = new TinyQueue<Due>([], inOrder)
    for (let window; (window = windows.pop()) !== undefined;) {
      yield* showAll(window.lastLines(toLine, isFinal), emit)
      if (windows.length % linesPerStep === 0) yield
    }
  }

  function* showEarly(emit: Emit<CountOut>): Generator<void> {
    let n = 0
    const shown = new Set<string>()
    for (const window of windowsInOrder()) {
      if (window.isClosed) continue
      const name = `${window.place} ${window.rank}`
      if (window.kind.overlap !== undefined && shown.has(name)) continue // of many only the next
      shown.add(name)
      for (const line of window.earlyLines(toLine)) {
        touch(window)
        show(line, emit)
        if (++n % linesPerStep === 0) yield
      }
    }
  }

  return {
    name: 'count',
    ...withAccounts([account, ...ofKinds, zeros, folding].flatMap((each) => each ?? []), {
      save,
      load,
      loadInSteps,
    }),
    push(message, emit) {
      if (message.type === 'windowed') {
        count(message, emit)
      } else if (message.type === 'partial') {
        unite(message, emit)
      } else if (message.type === 'watermark') {
        union.advance(message.source, message.watermarkMs)
        settle(union.watermarkMs, emit)
      } else {
        if (message.type === 'source') union.exists(message.source)
        if (message.type === 'idle') union.idle(message.source)
        if (message.type === 'source-end') union.ended(message.source)
        settle(union.watermarkMs, emit)
        emit(message)
      }
    },
    get openWindows() {
      return tallies.reduce((sum, { size }) => sum + size, 0)
    },
    held() {
      const held = { windows: this.openWindows, exactBytes: 0, sketchBytes: 0 }
      for (const tally of tallies) {
        for (const { exactBytes, sketchBytes } of tally.windows()) {
          held.exactBytes += exactBytes
          held.sketchBytes += sketchBytes
        }
      }
      for (const { exactBytes, sketchBytes } of total.sliding) {
        held.exactBytes += exactBytes
        held.sketchBytes += sketchBytes
      }
      return held
    },
    refuse,
    inSteps,
    end(emit) {
      for (const _ of inSteps('end', emit));
    },
    stop(emit) {
      for (const _ of inSteps('stop', emit));
    },
    ...(earlyMs !== undefined && {
      *tick(nowMs: number, emit: Emit<CountOut>) {
        if (nowMs - shownAtMs < earlyMs) return
        const isFirst = Number.isNaN(shownAtMs)
        shownAtMs = nowMs
        if (!isFirst) yield* showEarly(emit)
      },
    }),
  }
}

function slidingWindows(
  { calendar: { kinds }, latenessMs, newCounter, shortage }: CountOptions,
  saved: SavedWindows,
): readonly (SlidingWindows | undefined)[] {
  return kinds.map((kind, rank) => {
    const { overlap } = kind
    if (overlap === undefined) return undefined
    return new SlidingWindows({
      kind: { ...kind, overlap },
      rank,
      latenessMs: latenessMs[rank]!,
      newCounter,
      reserve: shortage?.reserve,
      touch: (slice) => saved.touch(slice),
      over: (slice) => saved.over(slice),
    })
  })
}

function groupTallies(options: CountOptions & { readonly folded: () => void }): GroupTally[] {
  const { calendar: { kinds }, breakdowns = [], grouped, mostGroups = Infinity } = options
  if (grouped === undefined) return []
  return breakdowns.map((breakdown, index) => {
    return new GroupTally({ ...options, ...grouped, kinds, mostGroups, breakdown, index })
  })
}

function emptyWindows(
  { calendar: { kinds }, fromMs = -Infinity, untilMs = Infinity, mostZeros = 1e5 }: CountOptions,
  leftOut: (windows: number) => void,
): EmptyWindows {
  return new EmptyWindows({ kinds, fromMs, untilMs, mostInARow: mostZeros, leftOut })
}

function wasIdle(source: string, kindName: string): string {
  return `${source} was idle, and ${kindName} was over by the watermark of the others`
}

function isNobody(users: PaneUsers): boolean {
  if (users instanceof Sketch) return false
  return (users instanceof Uint32Array ? users.length : users.users) === 0
}

function repartitioned(
  { kind: { name: window }, startMs }: OpenWindow,
  { was, is, place, line }: Omit<Repartition, 'beforeMs'>,
): Reject {
  const key = windowKey({ window, start: startMs / 1000 })
  return {
    type: 'reject',
    reason: 'repartitioned',
    detail: `${key}: its frames were keyed to ${was} partitions and to ${is}, so that users may ` +
      'be in two of them; no further line of it is written, count it without --disjoint',
    source: place,
    line,
    windows: [window],
    content: () => ({ raw: key }),
  }
}

/** Frames [from, to) of a batch. */
interface OfSlice {
  readonly k: number
  readonly startMs: number
  readonly from: number
  readonly to: number
}

/** Windows of kind `k` that take what falls due then. */
interface TakenBy {
  readonly k: number
  readonly windows: readonly Span[]
  readonly dueMs: number
}

/** Something happens to a window: its line falls due, or it is over. An empty one has just a line. */
interface Due {
  readonly dueMs: number
  readonly window: CountedWindow | EmptyWindow | Joining
}

/** What has a place among windows. */
type Placed = Pick<CountedWindow, 'endMs' | 'rank'> & { readonly place?: number }

function inOrder(a: { dueMs: number; window: Placed }, b: { dueMs: number; window: Placed }) {
  return a.dueMs - b.dueMs || inOrderOfEnds(a.window, b.window)
}

function inOrderOfEnds(a: Placed, b: Placed): number {
  return a.endMs - b.endMs || a.rank - b.rank || (a.place ?? 0) - (b.place ?? 0)
}
