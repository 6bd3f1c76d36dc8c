/**
 * Bytes to frames. Also the reader of a pipe that carries frames: a stream that begins with a
 * header is read as one, its control lines become messages again.
 */
import { UcError } from '../errors.ts'
import { type Kernel, type Refusal, tooLong } from '../kernel/kernel.ts'
import { headBytes, LineBuffer, type LineSink } from '../kernel/lines.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { Protocol } from '../ndjson/protocol.ts'
import { rawContent } from '../ndjson/raw.ts'
import type { FrameBatch, Reject, RejectContent, SourceMark } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'

export interface ExtractOptions {
  readonly kernel: Kernel
  readonly maxLineBytes: number
  readonly ledger: Ledger
}

export type ExtractIn = Uint8Array | SourceMark
export type ExtractOut = FrameBatch | Reject | Control

export function extractStage(options: ExtractOptions): Stage<ExtractIn, ExtractOut> {
  const { kernel, maxLineBytes, ledger } = options
  const buffer = new LineBuffer(maxLineBytes)
  let source = 0
  let place = 'stdin'
  let protocol = new Protocol()
  let out: Emit<ExtractOut>

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
    protocol.settle()
    ledger.lines += columns.count
    ledger.frames += columns.count
    out(columns.batch(source, place, bytes))
    columns.clear()
  }

  function refuse(bytes: Uint8Array, { lineStart, lineEnd, detail }: Refusal): void {
    const lineBytes = lineEnd - lineStart
    if (lineBytes > maxLineBytes) {
      const keptEnd = lineStart + Math.min(headBytes, lineBytes)
      reject(detail, () => rawContent(bytes, lineStart, keptEnd, lineBytes))
      return
    }
    const control = protocol.control(bytes, lineStart, lineEnd, kernel.lineNumber)
    if (control !== undefined) obey(control)
    else reject(detail, () => rawContent(bytes, lineStart, lineEnd))
  }

  function obey(control: Control): void {
    if (control.type === 'header' && control.windows !== undefined) {
      throw new UcError('failed', `input comes from uc-${control.from}; pipe that into uc-count`)
    }
    if (control.type === 'source') source = control.source
    if (control.type === 'end') ledger.join(control.counts)
    out(control)
  }

  function reject(detail: string, content: () => RejectContent): void {
    protocol.settle()
    ledger.lines++
    ledger.malformed++
    const line = kernel.lineNumber
    out({ type: 'reject', reason: 'malformed', detail, source: place, line, content })
  }

  return {
    push(message, emit) {
      out = emit
      if (message instanceof Uint8Array) {
        buffer.push(message, sink)
        return
      }
      buffer.end(sink) // the last line of a file may lack its line break
      source = message.source
      place = message.name
      kernel.lineNumber = 0
      protocol = new Protocol() // each file may be what a command has written
      emit(message)
    },
    end(emit) {
      out = emit
      buffer.end(sink)
    },
    stop() {
      buffer.clear() // the line that was begun has not been read
    },
  }
}
