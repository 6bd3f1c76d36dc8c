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
import type { Span, WindowKind } from '../time/calendar.ts'
import type { ZonedKind } from '../time/zoned-kinds.ts'
import { admission, type AdmitOptions, type Admitted, type NotMergeable } from '../merging/admit.ts'
import type { Result } from './count.ts'
import { GatheredWindow } from '../merging/gathered-window.ts'
import { type GroupsWritten, MergedWindow } from '../merging/merged-window.ts'
import { ByWindow } from '../merging/by-window.ts'
import { MergedZeros } from '../merging/merged-zeros.ts'
import { targetWindows } from '../merging/target-windows.ts'
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
  /** Whether windows of all frames have lines. */
  readonly hasTotal?: boolean
  /** So many groups of a window and breakdown have lines, and the rest has one; undefined: all. */
  readonly top?: number | undefined
  /** So many groups of a window and breakdown are told apart; further ones are in that rest. */
  readonly mostGroups?: number
  readonly ledger: Ledger
}

/** So many lines are written at the end before outputs keep pace. */
const linesPerStep = 1000

export type MergeOut = Result | Reject

export function mergeStage(options: MergeOptions): Stage<ReadResults, MergeOut> {
  const { isDisjoint, latenessMs, partial: hasSet = false, ledger } = options
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
  const written: GroupsWritten = {
    hasTotal: options.hasTotal !== false,
    top: options.top,
    mostGroups: options.mostGroups ?? Infinity,
    folded: () => folding.folded++,
  }
  /** Of kinds whose windows overlap, the last slice that is there. */
  const lastSlices = new Map<string, number>()
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
    const { part, by, kind: { kind }, startMs, endMs, targets } = admitted
    const dueMs = endMs + latenessMs(kind)
    const isWritten = targets.some((each) => firstOf(each, kind.name, startMs).endMs <= writtenMs)
    if (dueMs <= union.watermarkMs || isWritten) {
      const detail = `came when the line of its ${kind.name} was complete; expected lines in ` +
        'order of time, --order none takes them in any, a longer --lateness some of them'
      return { reason: 'expired', detail }
    }
    const known = gathered.get(kind.name, startMs)
    const window = known ?? new GatheredWindow(admitted, { isDisjoint, dueMs })
    const lines = window.of(by)
    const isContradicted = lines.isContradictedBy(part)
    const replaced = lines.add(part)
    if ('reason' in replaced) return replaced
    if (isContradicted) account.contradicted++
    if (known === undefined) {
      gathered.set(kind.name, startMs, window)
      toUnite.push(window)
      for (const target of [admitted.kind, ...targets]) {
        longestMs = Math.max(longestMs, latenessMs(target.kind))
      }
      for (const target of targets) expect(target, kind.name, startMs)
    }
    if (by === undefined && written.hasTotal) {
      for (const target of targets) {
        zeros?.expect(target, firstOf(target, kind.name, startMs).startMs)
      }
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
  function expect(target: ZonedKind, kindName: string, ms: number): void {
    const { name, overlap } = target.kind
    if (overlap !== undefined && name !== kindName) {
      const { startMs } = target.kind.spanAt(ms)
      lastSlices.set(name, Math.max(lastSlices.get(name) ?? startMs, startMs))
    }
    for (const { startMs } of targetWindows(target.kind, kindName, ms)) {
      let window = merged.get(name, startMs)
      if (window === undefined) {
        window = new MergedWindow(target, startMs, written)
        merged.set(name, startMs, window)
        toWrite.push(window)
      }
      window.hasOwn ||= name === kindName
    }
  }

  function settle(reachedMs: number): void {
    let window: GatheredWindow | undefined
    while ((window = toUnite.peek()) !== undefined && window.dueMs <= reachedMs) {
      gathered.delete(window.kindName, window.startMs)
      unite(toUnite.pop()!)
    }
  }

  function unite(window: GatheredWindow): void {
    const { kindName, startMs, targets } = window
    for (const { kind } of targets) {
      for (const { startMs: targetMs } of targetWindows(kind, kindName, startMs)) {
        merged.get(kind.name, targetMs)!.take(window)
      }
    }
  }

  /** Unites no more than what the next window needs, and lets go of it, as memory may be short. */
  function* inSteps(how: 'end' | 'stop', emit: Emit<MergeOut>): Generator<void> {
    const left = toUnite.data.sort((a, b) => b.endMs - a.endMs)
    toUnite = newQueue()
    gathered.clear()
    let lines = 0
    for (let window; (window = toWrite.peek()) !== undefined;) {
      const { endMs } = window
      while (left.length > 0 && left.at(-1)!.endMs <= endMs) unite(left.pop()!)
      for (const line of writable(endMs, how === 'stop')) {
        put(line, emit)
        if (++lines % linesPerStep === 0) yield
      }
    }
  }

  function write(completeMs: number, emit: Emit<MergeOut>): void {
    for (const line of writable(completeMs)) put(line, emit)
  }

  function* writable(completeMs: number, isCut = false): Generator<ResultLine> {
    writtenMs = Math.max(writtenMs, completeMs)
    let window: MergedWindow | undefined
    while ((window = toWrite.peek()) !== undefined && window.endMs <= completeMs) {
      toWrite.pop()
      merged.delete(window.name, window.startMs)
      if (isBeyond(window)) continue
      yield* zeros?.before(window) ?? []
      yield* window.toLines({ isCut, hasSet })
      if (window.hasTotal) zeros?.written(window)
    }
  }

  /** Whether it ends behind the last slice that there is. */
  function isBeyond({ name, endMs, hasOwn, kind: { overlap } }: MergedWindow): boolean {
    return !hasOwn && overlap !== undefined &&
      overlap.slice.spanAt(lastSlices.get(name)!).endMs < endMs
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

function inOrder(a: MergedWindow, b: MergedWindow): number {
  return a.endMs - b.endMs || a.nominalMs - b.nominalMs || (a.name < b.name ? -1 : 1)
}

/** Of the windows that the line goes into. */
function firstOf({ kind }: ZonedKind, kindName: string, startMs: number): Span {
  return targetWindows(kind, kindName, startMs).next().value as Span
}
