/** Bytes to windowed frames: the reading side of uc-count. */
import { fingerprint, fingerprintOfText, newFingerprint } from '../counter/hash.ts'
import { FrameColumns } from '../kernel/columns.ts'
import { CR, isBlank, LF } from '../kernel/json-tokens.ts'
import { tooLong } from '../kernel/kernel.ts'
import { headBytes, LineBuffer, type LineSink } from '../kernel/lines.ts'
import type { Ledger } from '../ledger.ts'
import { Protocol } from '../ndjson/protocol.ts'
import { rawContent } from '../ndjson/raw.ts'
import { WindowedLine } from '../ndjson/windowed-line.ts'
import { EXPIRED, type RejectContent } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { Calendar } from '../time/calendar.ts'
import type { WindowOut } from './window.ts'

export interface ReadWindowedOptions {
  readonly calendar: Calendar
  readonly maxLineBytes: number
  readonly ledger: Ledger
}

/** Frames are handed on after so many, since a chunk may hold any number. */
const batchFrames = 4096

export function readWindowedStage(options: ReadWindowedOptions): Stage<Uint8Array, WindowOut> {
  const { calendar, maxLineBytes, ledger } = options
  const { kinds } = calendar
  const buffer = new LineBuffer(maxLineBytes)
  const protocol = new Protocol()
  const columns = new FrameColumns()
  const line = new WindowedLine(calendar)
  const startsMs = kinds.map(() => new Float64Array(batchFrames))
  const verdicts = kinds.map(() => new Uint8Array(batchFrames))
  const accounts = kinds.map(() => ({ expired: 0 }))
  const hash = newFingerprint()
  kinds.forEach(({ name }, k) => ledger.windows.set(name, accounts[k]!))
  ledger.accepted = 0
  let source = 0
  let lineNumber = 0
  let out: Emit<WindowOut>

  const sink: LineSink = {
    lines(bytes, from, to) {
      for (let start = from; start < to;) {
        const lf = bytes.indexOf(LF, start)
        readLine(bytes, start, lf > start && bytes[lf - 1] === CR ? lf - 1 : lf)
        start = lf + 1
      }
      flush(bytes)
    },
    overlong(head, lineBytes) {
      lineNumber++
      refuse(tooLong(lineBytes, maxLineBytes), () => rawContent(head, 0, head.length, lineBytes))
    },
  }

  function readLine(bytes: Uint8Array, start: number, end: number): void {
    lineNumber++
    if (isBlank(bytes, start, end)) return
    const lineBytes = end - start
    if (lineBytes > maxLineBytes) {
      flush(bytes)
      const keptEnd = start + Math.min(headBytes, lineBytes)
      refuse(tooLong(lineBytes, maxLineBytes), () => rawContent(bytes, start, keptEnd, lineBytes))
      return
    }
    const control = protocol.control(bytes, start, end, lineNumber)
    if (control !== undefined) {
      flush(bytes)
      if (control.type === 'source') source = control.source
      if (control.type === 'end') ledger.join(control.counts)
      out(control)
      return
    }
    const problem = line.read(bytes, start, end)
    if (problem !== undefined) {
      flush(bytes)
      refuse(problem, () => rawContent(bytes, start, end))
      return
    }
    append(bytes, start, end)
    if (columns.count === batchFrames) flush(bytes)
  }

  function append(bytes: Uint8Array, start: number, end: number): void {
    protocol.settle()
    const row = columns.add()
    columns.lineStart[row] = start
    columns.lineEnd[row] = end
    columns.lineNumber[row] = lineNumber
    if (line.uidText === undefined) {
      columns.uidStart[row] = line.uidStart
      columns.uidEnd[row] = line.uidEnd
      fingerprint(bytes, line.uidStart, line.uidEnd, hash)
    } else {
      columns.decodedUids.set(row, line.uidText)
      fingerprintOfText(line.uidText, hash)
    }
    columns.hashHi[row] = hash.hi
    columns.hashLo[row] = hash.lo
    for (let k = 0; k < kinds.length; k++) {
      startsMs[k]![row] = line.startsMs[k]!
      verdicts[k]![row] = line.verdicts[k]!
      if (line.verdicts[k] === EXPIRED) accounts[k]!.expired++
    }
  }

  function flush(bytes: Uint8Array): void {
    const { count } = columns
    if (count === 0) return
    ledger.lines += count
    ledger.frames += count
    ledger.accepted! += count
    const frames = columns.batch(source, 'stdin', bytes)
    out({ type: 'windowed', frames, from: 0, to: count, startsMs, verdicts })
    columns.clear()
  }

  function refuse(detail: string, content: () => RejectContent): void {
    protocol.settle()
    ledger.lines++
    ledger.malformed++
    out({ type: 'reject', reason: 'malformed', detail, source: 'stdin', line: lineNumber, content })
  }

  return {
    push(chunk, emit) {
      out = emit
      buffer.push(chunk, sink)
    },
    end(emit) {
      out = emit
      buffer.end(sink)
    },
    stop() {
      buffer.clear()
    },
  }
}
