/**
 * Bytes to frames. Also the reader of a pipe that carries frames: a stream that begins with a
 * header is read as one, its control lines become messages again.
 */
import { ReaderAccount } from '../account.ts'
import { UcError } from '../errors.ts'
import { type Kernel, type Refusal, tooLong } from '../kernel/kernel.ts'
import { LineBuffer, type LineSink, shownBytes } from '../kernel/lines.ts'
import { batchOf, type ScannedLines } from '../kernel/scanned-lines.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { Protocol } from '../ndjson/protocol.ts'
import { rawContent } from '../ndjson/raw.ts'
import type {
  FrameBatch,
  IdleMark,
  Reject,
  RejectContent,
  SourceEnd,
  SourceMark,
} from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import { type Input, SavedInputs } from '../sources/saved-inputs.ts'
import type { SourceProgress } from '../sources/source-progress.ts'

export interface ExtractOptions {
  readonly kernel: Kernel
  readonly maxLineBytes: number
  /** Whether marks turn to and fro between inputs, rather than end the one before. */
  readonly isInterleaved?: boolean
  /** Where it is noted how far each source has come, for a reader that asks. */
  readonly progress?: SourceProgress | undefined
  readonly ledger: Ledger
}

export type ExtractIn =
  | Uint8Array
  | ScannedLines
  | SourceMark
  | SourceEnd
  | IdleMark

export type ExtractOut = FrameBatch | Reject | Control

export function extractStage(options: ExtractOptions): Stage<ExtractIn, ExtractOut> {
  const { kernel, maxLineBytes, isInterleaved = false, progress, ledger } = options
  const account = ledger.open(new ReaderAccount())
  const room = kernel.room()
  /** Several where they are read side by side: each has a line under way and a number of its own. */
  const inputs = new Map<number, Input>()
  let input = newInput('stdin')
  let source = 0
  let out: Emit<ExtractOut>

  function newInput(place: string): Input {
    const buffer = new LineBuffer(maxLineBytes, room)
    return { place, buffer, protocol: new Protocol(), lineNumber: 0 }
  }

  const saved = new SavedInputs({
    inputs,
    newInput,
    get now() {
      input.lineNumber = kernel.lineNumber
      return { input, source }
    },
    set now(now) {
      input = now.input
      source = now.source
      kernel.lineNumber = input.lineNumber
    },
  })

  const sink: LineSink = {
    lines(bytes, from, to) {
      let next = from
      while (next < to) {
        next = kernel.scan(bytes, next, to)
        flush(bytes)
        if (kernel.refusal !== undefined) refuse(bytes, kernel.refusal)
      }
    },
    overlong(head, lineBytes) {
      kernel.lineNumber++
      const detail = tooLong(lineBytes, maxLineBytes)
      reject(detail, () => rawContent(head, 0, head.length, lineBytes))
    },
  }

  function flush(bytes: Uint8Array): void {
    const { columns } = kernel
    if (columns.count === 0) return
    send(columns.batch(source, input.place, bytes))
    columns.clear()
  }

  function send(frames: FrameBatch): void {
    input.protocol.settle()
    account.lines += frames.count
    account.frames += frames.count
    account.notUtf8 += frames.notUtf8
    progress?.observe(frames)
    out(frames)
  }

  /** Lines that were scanned elsewhere, as if they had been scanned here. */
  function takeScanned(scanned: ScannedLines): void {
    let lineShift = kernel.lineNumber - scanned.lineBefore
    let from = 0
    const flushTo = (to: number) => {
      const rows = [from, to] as const
      if (to > from) send(batchOf(scanned, rows, { source, place: input.place, lineShift }))
      from = to
    }
    const { count, row, lineNumber, lineStart, lineEnd, detail, details } = scanned.refused
    for (let i = 0; i < count; i++) {
      flushTo(row[i]!)
      kernel.lineNumber = lineNumber[i]! + lineShift
      refuse(scanned.bytes, {
        lineStart: lineStart[i]!,
        lineEnd: lineEnd[i]!,
        detail: details[detail[i]!]!,
      })
      lineShift = kernel.lineNumber - lineNumber[i]! // a control line may have set it
    }
    flushTo(scanned.count)
    kernel.lineNumber = scanned.lastLine + lineShift
  }

  function refuse(bytes: Uint8Array, { lineStart, lineEnd, detail }: Refusal): void {
    const lineBytes = lineEnd - lineStart
    if (lineBytes > maxLineBytes) {
      const keptEnd = lineStart + Math.min(shownBytes, lineBytes)
      reject(detail, () => rawContent(bytes, lineStart, keptEnd, lineBytes))
      return
    }
    const control = input.protocol.control(bytes, lineStart, lineEnd, kernel.lineNumber)
    if (control !== undefined) obey(control)
    else reject(detail, () => rawContent(bytes, lineStart, lineEnd))
  }

  function obey(control: Control): void {
    if (control.type === 'header' && control.windows !== undefined) {
      throw new UcError('failed', `input comes from uc-${control.from}; pipe that into uc-count`)
    }
    if (isInterleaved) return obeyInside(control)
    if (control.type === 'source') {
      source = control.source
      if (control.line !== undefined) {
        input.place = control.name
        kernel.lineNumber = control.line
      }
    }
    if (control.type === 'end') account.join(control.counts)
    out(control)
  }

  /** Of files side by side each is one source, whatever another command has written into it. */
  function obeyInside(control: Control): void {
    if (control.type === 'end') account.join(control.counts)
  }

  /** The following bytes are of that source. */
  function turnTo(mark: SourceMark): void {
    input.lineNumber = kernel.lineNumber
    input.buffer.trim()
    input = inputs.get(mark.source) ?? newInput(mark.name)
    inputs.set(mark.source, input)
    source = mark.source
    kernel.lineNumber = mark.line ?? input.lineNumber
  }

  /** The last line of a file may lack its line break. */
  function finish(ended: number): void {
    input.buffer.end(sink)
    inputs.delete(ended)
    input.protocol.end(input.place)
  }

  function reject(detail: string, content: () => RejectContent): void {
    input.protocol.settle()
    account.lines++
    account.malformed++
    const line = kernel.lineNumber
    out({ type: 'reject', reason: 'malformed', detail, source: input.place, line, content })
  }

  return {
    name: 'extract',
    ...withAccounts([account], saved),
    push(message, emit) {
      out = emit
      if (message instanceof Uint8Array) {
        input.buffer.push(message, sink)
        return
      }
      if (message.type === 'scanned') return takeScanned(message)
      if (message.type === 'idle') return emit(message)
      if (message.type === 'source-end' || !isInterleaved) finish(message.source)
      if (message.type === 'source') turnTo(message)
      emit(message)
    },
    end(emit) {
      out = emit
      finish(source)
    },
    stop() {
      input.buffer.clear() // the line that was begun has not been read
    },
  }
}
