/**
 * Windowed frames to partial panes: what each source brings to the union over all of them, which
 * another process makes by the count stage. Lines there are those that it would have made of the
 * frames. What comes waits for a pass, so that a user travels once, and one watermark of many.
 */
import type { Counter } from '../counter/counter.ts'
import type { GroupedUsersOptions } from '../counter/grouped-users.ts'
import { ExactSet } from '../counter/exact.ts'
import type { Shortage } from '../counter/shortage.ts'
import type { Breakdown } from '../group.ts'
import { endOfRun } from '../kernel/window-runs.ts'
import type { Ledger } from '../ledger.ts'
import { type Control, isMark, type Mark } from '../ndjson/control.ts'
import type { PartialPane } from '../ndjson/partial.ts'
import type { Reject, WindowedBatch } from '../records.ts'
import { EXPIRED, LATE } from '../records.ts'
import type { Emit, Held, Stage } from '../stage.ts'
import type { Put, StateRecord } from '../state/kept.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Calendar } from '../time/calendar.ts'
import { GroupNames } from '../windows/group-names.ts'
import type { GroupPartialWindow } from '../windows/group-partial-window.ts'
import type { GroupingOptions } from '../windows/group-window.ts'
import { windowAccount } from '../windows/window-account.ts'
import { OnTimeFrames } from '../windows/on-time.ts'
import { PartialSource } from '../windows/partial-source.ts'
import type { PartialWindow } from '../windows/partial-window.ts'
import { type PartialWindowPlace, SavedPartials } from '../windows/saved-partials.ts'
import type { WindowOut } from './window.ts'

export interface PartialsOptions {
  readonly calendar: Calendar
  /** Per kind of window, in the order of the calendar. */
  readonly latenessMs: readonly number[]
  /** Counts as that of the union does: by the same method, limit and precision. */
  readonly newCounter: () => Counter
  /** As in CountOptions. */
  readonly hasTotal?: boolean
  readonly breakdowns?: readonly Breakdown[]
  readonly grouped?: Omit<GroupedUsersOptions, 'newCounter'>
  readonly mostGroups?: number
  /** Whether no user is in two sources: then numbers travel, not users. */
  readonly isDisjoint?: boolean
  /** Asked as windows open. */
  readonly shortage?: Shortage
  readonly ledger: Ledger
}

export type PartialsOut = PartialPane | Reject | Control

export interface PartialsStage extends Stage<WindowOut, PartialsOut> {
  /** Windows that a source may still bring something to. */
  readonly openWindows: number
  /** What waits lets others wait: a window may close by it, or a source is new, idle or over. */
  readonly isDue: boolean
  /**
   * Emits what has come since the last pass: of each source the mark of a new one, panes, the last
   * watermark, idle, source-end. A message is valid until the next one is pushed. To be called
   * right before `save`, which throws where something waits: a state holds nothing that waits.
   */
  pass(emit: Emit<PartialsOut>): void
  /** Takes a while where many windows are open. */
  held(): Held
}

/** So many windows are asked for together, and each takes about so much. */
const windowsPerAsking = 4096
const windowBytes = 600

export function partialsStage(options: PartialsOptions): PartialsStage {
  const { calendar, shortage, ledger } = options
  const { kinds } = calendar
  const account = ledger.open({ opened: 0, accepted: 0, unread: 0 })
  const ofKinds = kinds.map((kind) => ledger.open(windowAccount(kind)))
  const { hasTotal = true } = options
  const onTime = new OnTimeFrames<PartialWindow>(kinds.length)
  const folding = options.breakdowns === undefined ? undefined : ledger.open({ folded: 0 })
  const groupings = groupingsOf(options, () => folding!.folded++)
  const inGroups = groupings.map(() => new OnTimeFrames<GroupPartialWindow>(kinds.length))
  const saved = new SavedPartials()
  const sources = new Map<number, PartialSource>()
  /** Of the frames before, in the same batch. */
  const current = kinds.map((): PartialWindow | undefined => undefined)
  /** Of sources that are over. */
  let ready: (PartialPane | Mark)[] = []
  let opened = 0

  function sourceOf(source: number): PartialSource {
    let found = sources.get(source)
    if (found === undefined) {
      found = new PartialSource(source, { ...options, kinds, groupings, saved })
      sources.set(source, found)
    }
    return found
  }

  function count(batch: WindowedBatch): void {
    const source = sourceOf(batch.frames.source)
    source.heard(batch.startsMs[0]![batch.from]!)
    current.fill(undefined)
    for (const { names, index } of groupings) {
      names.begin(batch.frames, index, batch.from, batch.to)
    }
    for (let i = batch.from; i < batch.to;) {
      const end = endOfRun(batch, i)
      countRun(source, batch, { from: i, to: end })
      i = end
      const short = shortage?.told()
      if (short === undefined) continue
      takeBack(batch, end)
      throw short.cause
    }
    for (const { names } of groupings) names.end()
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
  function countRun(
    source: PartialSource,
    { frames, startsMs, verdicts }: WindowedBatch,
    { from, to }: { readonly from: number; readonly to: number },
  ): void {
    const { hashHi, hashLo } = frames
    for (let k = 0; k < kinds.length; k++) {
      onTime.windows[k] = undefined
      for (const each of inGroups) each.windows[k] = undefined
      const verdict = verdicts[k]![from]
      if (verdict === EXPIRED) continue
      const startMs = startsMs[k]![from]!
      let window = current[k]
      if (window?.startMs !== startMs) current[k] = window = windowAt(source, k, startMs)
      ofKinds[k]!.counted += to - from
      if (verdict === LATE && source.isMissedBySome(window)) ofKinds[k]!.partly! += to - from
      for (const [place, each] of inGroups.entries()) {
        const ofGroups = source.groupWindowAt(place, k, startMs)
        if (verdict !== LATE) each.windows[k] = ofGroups
        else for (let i = from; i < to; i++) ofGroups.addLate(frames, i, source.lateDueMs(ofGroups))
      }
      if (verdict !== LATE) {
        onTime.windows[k] = hasTotal ? window : undefined
      } else if (hasTotal) {
        const dueMs = source.lateDueMs(window)
        for (let i = from; i < to; i++) window.addLate(hashHi[i]!, hashLo[i]!, dueMs)
      }
    }
    onTime.count(frames, from, to)
    for (const each of inGroups) each.count(frames, from, to)
  }

  function windowAt(source: PartialSource, k: number, startMs: number): PartialWindow {
    if (!source.hasWindow(k, startMs)) {
      if (++opened % windowsPerAsking === 0) shortage?.reserve(windowsPerAsking * windowBytes)
      if (k === 0) account.opened++
    }
    return source.windowAt(k, startMs)
  }

  function mark(message: Mark): void {
    const { source: number } = message
    const isNew = !sources.has(number)
    const source = sourceOf(number)
    if (message.type === 'watermark') source.advance(message.watermarkMs)
    if (message.type === 'idle') source.idle()
    if (message.type === 'source' && isNew) source.exists(message)
    if (message.type !== 'source-end') return
    source.end()
    ready.push(...source.take(), message)
    sources.delete(number)
  }

  function pass(emit: Emit<PartialsOut>): void {
    const before = ready
    ready = []
    for (const message of before) emit(message)
    for (const source of sources.values()) for (const message of source.take()) emit(message)
  }

  function save(put: Put): void {
    const all = [...sources.values()]
    if (ready.length > 0 || all.some(({ isWaiting }) => isWaiting)) {
      throw new Error('partial panes wait for a pass, and no state holds them')
    }
    saved.save(all, put)
  }

  function* loadInSteps(records: Iterable<StateRecord>): Generator<void> {
    yield* saved.loadInSteps(records, { sourceOf, newWindow, newGroupWindow })
  }

  function newGroupWindow(
    { source, kindName, startMs }: PartialWindowPlace,
    place: number,
  ): GroupPartialWindow | undefined {
    const k = kinds.findIndex(({ name }) => name === kindName)
    if (kinds[k]?.spanAt(startMs).startMs !== startMs || place >= groupings.length) return undefined
    return sourceOf(source).newGroupWindow(place, k, startMs)
  }

  function newWindow({ source, kindName, startMs }: PartialWindowPlace): PartialWindow | undefined {
    const k = kinds.findIndex(({ name }) => name === kindName)
    if (kinds[k]?.spanAt(startMs).startMs !== startMs) return undefined
    return sourceOf(source).newWindow(k, startMs)
  }

  return {
    name: 'partials',
    ...withAccounts([account, ...ofKinds, folding].flatMap((each) => each ?? []), {
      save,
      load(records) {
        for (const _ of loadInSteps(records));
      },
      loadInSteps,
    }),
    push(message, emit) {
      if (message.type === 'windowed') count(message)
      else if (isMark(message)) mark(message)
      else emit(message)
    },
    pass,
    end: pass,
    stop: pass,
    get isDue() {
      return ready.length > 0 || [...sources.values()].some(({ isDue }) => isDue)
    },
    get openWindows() {
      return [...sources.values()].reduce((sum, { openWindows }) => sum + openWindows, 0)
    },
    held() {
      const bytes = { exact: 0, sketch: 0 }
      for (const source of sources.values()) {
        for (const { users, gatheredBytes } of source.windows()) {
          bytes.exact += gatheredBytes
          bytes[users.state instanceof ExactSet ? 'exact' : 'sketch'] += users.bytes
        }
        for (const { exactBytes, sketchBytes } of source.groupWindows()) {
          bytes.exact += exactBytes
          bytes.sketch += sketchBytes
        }
      }
      return { windows: this.openWindows, exactBytes: bytes.exact, sketchBytes: bytes.sketch }
    },
  }
}

function groupingsOf(options: PartialsOptions, folded: () => void): readonly GroupingOptions[] {
  const { breakdowns = [], grouped, newCounter, mostGroups = Infinity } = options
  if (grouped === undefined) return []
  return breakdowns.map((breakdown, index) => {
    return { ...grouped, newCounter, breakdown, index, names: new GroupNames(), mostGroups, folded }
  })
}
