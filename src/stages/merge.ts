/**
 * Result lines of several runs to those of one: of each window the lines of all shards united, or
 * those of all finer windows in it. In order of the windows' ends, from fine to coarse.
 *
 * A window is united when every input has come past its end and its allowed lateness, until which
 * the runs themselves may have revised it, and written when none that ends before can follow. So
 * inputs in order of time take memory for that long, and not for their length. How far an input has
 * come is told by the starts of its lines: an early line, or the last ones of a run, end far ahead.
 */
import TinyQueue from 'tinyqueue'
import type { Ledger } from '../ledger.ts'
import type { ReadLine, Reject, ResultLine } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { WindowKind } from '../time/calendar.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import { admission, type AdmitOptions, type Admitted, type NotMergeable } from '../merging/admit.ts'
import type { Result } from './count.ts'
import { GatheredWindow } from '../merging/gathered-window.ts'
import { windowsWith } from '../merging/nesting.ts'
import { linesOfGroups } from '../merging/groups-of-window.ts'
import { MergedWindow } from '../merging/merged-window.ts'
import { ByWindow } from '../merging/by-window.ts'
import { MergedZeros } from '../merging/merged-zeros.ts'
import type { Part } from '../merging/part.ts'
import type { ReadResults } from './read-results.ts'
import { Union } from '../sources/union.ts'

export interface MergeOptions extends AdmitOptions {
  /** How long after its end a window may be revised; Infinity: to the end of the input. */
  readonly latenessMs: (kind: WindowKind) => number
  /** Whether sets of users are passed on. */
  readonly partial?: boolean
  /** Whether empty windows have lines. */
  readonly hasZeros?: boolean
  /** Whether windows of all frames have lines, and how many groups of each window and breakdown. */
  readonly hasTotal?: boolean
  readonly top?: number | undefined
  readonly mostGroups?: number
  readonly ledger: Ledger
}

/** So many windows are written at the end before outputs keep pace. */
const windowsPerStep = 1000

export type MergeOut = Result | Reject

export function mergeStage(options: MergeOptions): Stage<ReadResults, MergeOut> {
  const { isDisjoint, latenessMs, partial: hasSet = false, ledger } = options
  const { hasTotal = true, top, mostGroups = Infinity } = options
  const admit = admission(options)
  const union = new Union()
  const gathered = new ByWindow<GatheredWindow>()
  const merged = new ByWindow<MergedWindow>()
  let toUnite = newQueue()
  const toWrite = new TinyQueue<MergedWindow>([], inOrder)
  /** Of the kinds so far: what ends by the watermark minus this is complete, whatever its kind. */
  let longestMs = 0
  /** What ends by then is written. */
  let writtenMs = -Infinity
  /** Of kinds that overlap: the end of the last slice that there is. Windows that end later are not over. */
  let isEnding = false
  const lastSliceMs = new Map<string, number>()
  const account = ledger.open({
    lines: 0,
    malformed: 0,
    unmergeable: 0,
    expired: 0,
    replaced: 0,
    merged: 0,
    written: 0,
    repeated: 0,
    contradicted: 0,
  })

  const folding = ledger.open({ folded: 0 })
  const unfilled = options.hasZeros === true ? ledger.open({ unfilled: 0 }) : undefined
  const zeros = unfilled &&
    new MergedZeros({ hasSet, leftOut: (windows) => unfilled.unfilled += windows })

  function take(read: ReadLine, emit: Emit<MergeOut>): void {
    account.lines++
    const admitted = admit(read)
    const refusal = 'reason' in admitted ? admitted : gather(admitted)
    if (refusal !== undefined) refuse(read, refusal, emit)
    // What is refused may be wrong about its time, and an open window may lie ahead of others.
    if (refusal !== undefined || 'reason' in admitted || admitted.part.pane === 'early') return
    union.advance(read.source, Math.max(union.watermarkOf(read.source), admitted.startMs))
    settle(union.watermarkMs)
    write(union.watermarkMs - longestMs, emit)
  }

  function gather(admitted: Admitted): NotMergeable | undefined {
    const { part, kind: { kind }, startMs, endMs, targets } = admitted
    const dueMs = endMs + latenessMs(kind)
    const isWritten = targets.some((each) => {
      return windowsWith({ fine: kind, coarse: each.kind, ms: startMs })[0]!.endMs <= writtenMs
    })
    if (dueMs <= union.watermarkMs || isWritten) {
      const detail = `came when the line of its ${kind.name} was complete; expected lines in ` +
        'order of time, --order none takes them in any, a longer --lateness some of them'
      return { reason: 'expired', detail }
    }
    const place = { kindName: kind.name, startMs, by: part.by }
    const known = gathered.get(place)
    const window = known ?? new GatheredWindow(admitted, { isDisjoint, dueMs })
    const isContradicted = window.isContradictedBy(part)
    const replaced = window.add(part)
    if ('reason' in replaced) return replaced
    if (isContradicted) account.contradicted++
    if (known === undefined) {
      gathered.set(place, window)
      toUnite.push(window)
      for (const target of [admitted.kind, ...targets]) {
        longestMs = Math.max(longestMs, latenessMs(target.kind))
      }
      for (const target of targets) expect(target, admitted)
    }
    note(part, replaced)
    return undefined
  }

  function note(part: Part, replaced: readonly Part[]): void {
    account.merged += 1 - replaced.length
    account.replaced += replaced.length
    const [before] = replaced
    if (before === undefined || before === part || before.source !== part.source) return
    const isRevised = before.pane === 'early' || part.pane === 'early' ||
      part.revision > before.revision
    if (!part.isNamed && !isRevised) account.repeated++
  }

  /** The windows of that kind have lines from now on. */
  function expect(
    target: ZonedKind,
    { kind: { kind }, startMs: ms, part: { by } }: Admitted,
  ): void {
    const { name, overlap } = target.kind
    if (overlap !== undefined && kind.name !== name) {
      const lastMs = overlap.slice.spanAt(ms).endMs
      lastSliceMs.set(name, Math.max(lastMs, lastSliceMs.get(name) ?? -Infinity))
    }
    for (const { startMs } of windowsWith({ fine: kind, coarse: target.kind, ms })) {
      const place = { kindName: name, startMs, by }
      if (merged.get(place) !== undefined) continue
      const window = new MergedWindow(target, startMs, by)
      if (by === undefined) zeros?.expect(target, startMs)
      merged.set(place, window)
      toWrite.push(window)
    }
  }

  function settle(reachedMs: number): void {
    let window: GatheredWindow | undefined
    while ((window = toUnite.peek()) !== undefined && window.dueMs <= reachedMs) {
      gathered.delete(window)
      unite(toUnite.pop()!)
    }
  }

  function unite(window: GatheredWindow): void {
    const { kindName, kind: fine, startMs, targets, by } = window
    const united = window.unite()
    for (const { kind: coarse } of targets) {
      for (const { startMs: ofWindowMs } of windowsWith({ fine, coarse, ms: startMs })) {
        merged.get({ kindName: coarse.name, startMs: ofWindowMs, by })!.take(united, kindName)
      }
    }
  }

  /** Unites no more than what the next window needs, and lets go of it, as memory may be short. */
  function* inSteps(how: 'end' | 'stop', emit: Emit<MergeOut>): Generator<void> {
    isEnding = true
    const left = toUnite.data.sort((a, b) => b.endMs - a.endMs)
    toUnite = newQueue()
    gathered.clear()
    let steps = 0
    for (let window; (window = toWrite.peek()) !== undefined;) {
      const { endMs } = window
      while (left.length > 0 && left.at(-1)!.endMs <= endMs) unite(left.pop()!)
      write(endMs, emit, how === 'stop')
      if (++steps % windowsPerStep === 0) yield
    }
  }

  function write(completeMs: number, emit: Emit<MergeOut>, isCut = false): void {
    writtenMs = Math.max(writtenMs, completeMs)
    let window: MergedWindow | undefined
    while ((window = toWrite.peek()) !== undefined && window.endMs <= completeMs) {
      for (const line of zeros?.before(window) ?? []) put(line, emit)
      if (window.by !== undefined) {
        writeGroups(popGroups(window), emit, isCut)
        continue
      }
      pop()
      if (isToCome(window)) continue
      if (hasTotal) put(window.line({ isCut, hasSet }), emit)
      zeros?.written(window)
    }
  }

  function pop(): MergedWindow {
    const window = toWrite.pop()!
    merged.delete({ kindName: window.name, startMs: window.startMs, by: window.by })
    return window
  }

  /** Those of one window and breakdown, which stand behind one another. */
  function popGroups(first: MergedWindow): MergedWindow[] {
    const groups: MergedWindow[] = []
    for (let next; (next = toWrite.peek()) !== undefined && inOrder(next, first) === 0;) {
      groups.push(pop())
    }
    return groups.filter((each) => !isToCome(each))
  }

  /** Whether slices of it are behind all that there are, now that no more come. */
  function isToCome(window: MergedWindow): boolean {
    return isEnding && window.endMs > (lastSliceMs.get(window.name) ?? Infinity) && !window.hasOwn
  }

  function writeGroups(groups: readonly MergedWindow[], emit: Emit<MergeOut>, isCut: boolean) {
    if (groups.length === 0) return
    const folded = (count: number) => folding.folded += count
    for (const each of linesOfGroups(groups, groups[0]!.zonedKind, { top, mostGroups, folded })) {
      put(each.line({ isCut, hasSet }), emit)
    }
  }

  function put(line: ResultLine, emit: Emit<MergeOut>): void {
    account.written++
    emit({ type: 'result', line })
  }

  function refuse(read: ReadLine, { reason, detail }: NotMergeable, emit: Emit<MergeOut>): void {
    if (reason === 'malformed') account.malformed++
    else if (reason === 'expired') account.expired++
    else account.unmergeable++
    const { place: source, lineNumber: line, content } = read
    emit({ type: 'reject', reason, detail, source, line, content: () => content })
  }

  return {
    push(message, emit) {
      if (message.type === 'line') return take(message, emit)
      if (message.type === 'source') union.exists(message.source)
      else union.ended(message.source)
      settle(union.watermarkMs)
      write(union.watermarkMs - longestMs, emit)
    },
    inSteps,
    end(emit) {
      for (const _ of inSteps('end', emit));
    },
    stop(emit) {
      for (const _ of inSteps('stop', emit));
    },
  }
}

function newQueue(): TinyQueue<GatheredWindow> {
  return new TinyQueue<GatheredWindow>([], (a, b) => a.dueMs - b.dueMs)
}

/** 0: groups of one window and breakdown. */
function inOrder(a: MergedWindow, b: MergedWindow): number {
  if (a.endMs !== b.endMs) return a.endMs - b.endMs
  if (a.nominalMs !== b.nominalMs) return a.nominalMs - b.nominalMs
  return compareText(a.name, b.name) || compareText(a.breakdownName, b.breakdownName)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
