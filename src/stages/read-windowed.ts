/** Bytes to windowed frames: the reading side of uc-count. */
import { ReaderAccount } from '../account.ts'
import { FrameColumns } from '../kernel/columns.ts'
import { breakdownsOf, type GroupKeys, noGroupKeys } from '../kernel/group-keys.ts'
import type { Ledger } from '../ledger.ts'
import { NumberedLines } from '../ndjson/numbered-lines.ts'
import { Protocol } from '../ndjson/protocol.ts'
import { rawContent } from '../ndjson/raw.ts'
import { WindowedLine } from '../ndjson/windowed-line.ts'
import type { WindowedScanner, Windows } from '../ndjson/windowed-scanner.ts'
import { EXPIRED, type RejectContent } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { Calendar } from '../time/calendar.ts'
import type { WindowOut } from './window.ts'

export interface ReadWindowedOptions {
  readonly calendar: Calendar
  readonly maxLineBytes: number
  /** Reads the lines that it knows; undefined: all are read in the plain way. */
  readonly scanner?: WindowedScanner | undefined
  /** Where the values stand by which frames are split. */
  readonly groupKeys?: GroupKeys
  readonly ledger: Ledger
}

/** Frames are handed on after so many, since a chunk may hold any number. */
const batchFrames = 4096

export function readWindowedStage(options: ReadWindowedOptions): Stage<Uint8Array, WindowOut> {
  const { calendar, maxLineBytes, scanner, ledger } = options
  const { kinds } = calendar
  const names = kinds.map(({ name }) => name)
  const protocol = new Protocol()
  const { groupKeys = noGroupKeys } = options
  const columns = new FrameColumns(undefined, breakdownsOf(groupKeys))
  const read = new WindowedLine(calendar, groupKeys)
  const startsMs = kinds.map(() => new Float64Array(batchFrames))
  const verdicts = kinds.map(() => new Uint8Array(batchFrames))
  const account = ledger.open(new ReaderAccount())
  const judged = ledger.open({ accepted: 0 })
  const ofKinds = kinds.map(({ name }) => ledger.open({ kind: name, expired: 0 }))
  let source = 0
  let out: Emit<WindowOut>

  const lines = new NumberedLines({
    maxLineBytes,
    room: scanner?.room,
    line: readLine,
    ...(scanner !== undefined && { known: (...lines) => scan(scanner, ...lines) }),
    refuse,
    release: flush,
  })

  function scan(
    scanner: WindowedScanner,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): number {
    let next = from
    for (let count = scanner.mostFrames; next < to && count === scanner.mostFrames;) {
      if (columns.count + scanner.mostFrames > batchFrames) flush(bytes)
      const first = columns.count
      count = scanner.scan(bytes, next, to, columns)
      if (count === 0) break
      protocol.settle()
      next = columns.lineEnd[columns.count - 1]! + 1
      for (let row = first; row < columns.count; row++) {
        columns.lineNumber[row] = ++lines.lineNumber
      }
      for (let i = 0; i < count;) {
        const end = scanner.endOfRun(i, count)
        note(scanner.windowsOf(i), first + i, first + end)
        i = end
      }
    }
    return next
  }

  /** Frames [from, to) fall into these windows. */
  function note(windows: Windows, from: number, to: number): void {
    for (let k = 0; k < kinds.length; k++) {
      const verdict = windows.verdicts[k]!
      startsMs[k]!.fill(windows.startsMs[k]!, from, to)
      verdicts[k]!.fill(verdict, from, to)
      if (verdict === EXPIRED) ofKinds[k]!.expired += to - from
    }
  }

  function readLine(bytes: Uint8Array, start: number, end: number): void {
    const control = protocol.control(bytes, start, end, lines.lineNumber)
    if (control !== undefined) {
      flush(bytes)
      if (control.type === 'source') source = control.source
      if (control.type === 'end') account.join(control.counts)
      out(control)
      return
    }
    const problem = read.read(bytes, start, end)
    if (problem !== undefined) {
      refuse(problem, () => rawContent(bytes, start, end), bytes)
      return
    }
    append(bytes, start, end)
    scanner?.learn(read, names)
    if (columns.count === batchFrames) flush(bytes)
  }

  function append(bytes: Uint8Array, start: number, end: number): void {
    protocol.settle()
    const row = columns.add()
    columns.lineStart[row] = start
    columns.lineEnd[row] = end
    columns.lineNumber[row] = lines.lineNumber
    if (read.uidText === undefined) {
      columns.uidStart[row] = read.uidStart
      columns.uidEnd[row] = read.uidEnd
      columns.hash(row, bytes, read.isOdd)
    } else {
      columns.setUid(row, read.uidText)
    }
    for (const [place, group] of columns.groups.entries()) {
      group.set(row, group.idOf(read.groups[place]!))
    }
    for (let k = 0; k < kinds.length; k++) {
      startsMs[k]![row] = read.startsMs[k]!
      verdicts[k]![row] = read.verdicts[k]!
      if (read.verdicts[k] === EXPIRED) ofKinds[k]!.expired++
    }
  }

  function flush(bytes: Uint8Array): void {
    const { count } = columns
    if (count === 0) return
    account.lines += count
    account.frames += count
    judged.accepted += count
    account.notUtf8 += columns.notUtf8
    const frames = columns.batch(source, 'stdin', bytes)
    out({ type: 'windowed', frames, from: 0, to: count, startsMs, verdicts })
    columns.clear()
  }

  function refuse(detail: string, content: () => RejectContent, bytes: Uint8Array): void {
    flush(bytes)
    protocol.settle()
    account.lines++
    account.malformed++
    const line = lines.lineNumber
    out({ type: 'reject', reason: 'malformed', detail, source: 'stdin', line, content })
  }

  return lines.stage((emit) => out = emit)
}
