/**
 * Bytes to frames. Also the reader of a pipe that carries frames: a stream that begins with a
 * header is read as one, its control lines become messages again.
 */
import { ReaderAccount } from '../account.ts'
import { UcError } from '../errors.ts'
import { Framing, type FramingHost } from '../kernel/framing.ts'
import { type Kernel, type Refusal, tooLong } from '../kernel/kernel.ts'
import { LineBuffer, shownBytes } from '../kernel/lines.ts'
import { batchOf, type ScannedLines } from '../kernel/scanned-lines.ts'
import type { Ledger } from '../ledger.ts'
import type { Control } from '../ndjson/control.ts'
import { Protocol } from '../ndjson/protocol.ts'
import { rawContent } from '../ndjson/raw.ts'
import type {
  FrameBatch,
  Header,
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
  /** `lazy`: the kernel may read lines in part. */
  readonly parser?: 'strict' | 'lazy' | 'json'
  /** Whether each line is one frame, and no array: those of messages. */
  readonly hasLinesOnly?: boolean
  /** Where it is noted whether a frame or an array is open, for a reader that asks. */
  readonly watch?: FramingWatch | undefined
  /** Where it is noted how far each source has come, for a reader that asks. */
  readonly progress?: SourceProgress | undefined
  /** Told of the header, where there is one, before any frame. */
  readonly headed?: ((header: Header) => void) | undefined
  readonly ledger: Ledger
}

/** Whether what follows is to be read by who has read what is before it. */
export interface FramingWatch {
  isOpen: boolean
}

export type ExtractIn =
  | Uint8Array
  | ScannedLines
  | SourceMark
  | SourceEnd
  | IdleMark

export type ExtractOut = FrameBatch | Reject | Control

export function extractStage(options: ExtractOptions): Stage<ExtractIn, ExtractOut> {
  const { kernel, maxLineBytes, isInterleaved = false, progress, ledger, watch } = options
  const { parser, hasLinesOnly = false } = options
  const account = ledger.open(new ReaderAccount())
  const room = kernel.room()
  /** Several where they are read side by side: each has a line under way and a number of its own. */
  const inputs = new Map<number, Input>()
  const host: FramingHost = {
    maxLineBytes,
    isLazy: parser === 'lazy',
    get isFree() {
      return !hasLinesOnly && !input.protocol.isHeaded
    },
    get lineNumber() {
      return kernel.lineNumber
    },
    set lineNumber(number) {
      kernel.lineNumber = number
    },
    get refusal() {
      return kernel.refusal
    },
    scan(bytes, from, to, isStrict) {
      kernel.readToEnd?.(isStrict)
      let next = from
      do {
        next = kernel.scan(bytes, next, to)
        flush(bytes)
      } while (next < to && kernel.refusal === undefined)
      return next
    },
    refuse,
    overlong(head, lineBytes, byte) {
      kernel.lineNumber++
      const detail = tooLong(lineBytes, maxLineBytes)
      const content = () => rawContent(head, 0, head.length, lineBytes)
      reject({ fault: 'too-long', detail }, byte, content)
    },
  }
  let input = newInput('stdin')
  let source = 0
  let out: Emit<ExtractOut>

  function newInput(place: string): Input {
    const buffer = new LineBuffer(maxLineBytes, room)
    return { place, buffer, framing: new Framing(host), protocol: new Protocol(), lineNumber: 0 }
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
    const { count, row, lineNumber, lineStart, lineEnd, detail, details, faults } = scanned.refused
    for (let i = 0; i < count; i++) {
      flushTo(row[i]!)
      kernel.lineNumber = lineNumber[i]! + lineShift
      refuse(scanned.bytes, {
        lineStart: lineStart[i]!,
        lineEnd: lineEnd[i]!,
        detail: details[detail[i]!]!,
        fault: faults[detail[i]!]!,
      })
      lineShift = kernel.lineNumber - lineNumber[i]! // a control line may have set it
    }
    flushTo(scanned.count)
    kernel.lineNumber = scanned.lastLine + lineShift
  }

  /** `byte`: of a frame that is no line, which is no control line either. */
  function refuse(bytes: Uint8Array, refusal: Refusal, byte?: number): void {
    const { lineStart, lineEnd } = refusal
    const lineBytes = lineEnd - lineStart
    if (lineBytes > maxLineBytes) {
      const keptEnd = lineStart + Math.min(shownBytes, lineBytes)
      reject(refusal, byte, () => rawContent(bytes, lineStart, keptEnd, lineBytes))
      return
    }
    const control = byte === undefined
      ? input.protocol.control(bytes, lineStart, lineEnd, kernel.lineNumber)
      : undefined
    if (control !== undefined) obey(control)
    else reject(refusal, byte, () => rawContent(bytes, lineStart, lineEnd))
  }

  function obey(control: Control): void {
    if (control.type === 'header' && control.windows !== undefined) {
      throw new UcError('failed', `input comes from uc-${control.from}; pipe that into uc-count`)
    }
    if (control.type === 'header') options.headed?.(control)
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

  /** Whoever reads on lazily would not notice several frames in a line. */
  function isLazilyFramed(): boolean {
    return host.isLazy && input.framing.isFramed
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
    const { buffer, framing, place, protocol } = input
    buffer.end(framing)
    const arrayLine = framing.end()
    inputs.delete(ended)
    protocol.end(place)
    if (arrayLine !== undefined) throw cutArray(place, arrayLine)
  }

  function reject(
    { detail, fault }: Pick<Refusal, 'detail' | 'fault'>,
    byte: number | undefined,
    content: () => RejectContent,
  ): void {
    input.protocol.settle()
    account.lines++
    account.malformed++
    const [line, source] = [kernel.lineNumber, input.place]
    out(malformed({ fault, detail, source, line, byte, content }))
  }

  return {
    name: 'extract',
    ...withAccounts([account], saved),
    push(message, emit) {
      out = emit
      if (message instanceof Uint8Array) {
        input.buffer.push(message, input.framing)
        if (watch !== undefined) watch.isOpen = input.framing.isOpen || isLazilyFramed()
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
    stop(emit) {
      out = emit
      input.buffer.clear() // the line that was begun has not been read
      input.framing.stop()
    },
  }
}

/** What is refused; `byte` is told where it does not begin its line. */
export function malformed(
  { fault, detail, source, line, byte = 1, content }: Omit<Reject, 'type' | 'reason' | 'byte'> & {
    readonly byte: number | undefined
  },
): Reject {
  const reason = 'malformed'
  if (byte === 1) return { type: 'reject', reason, fault, detail, source, line, content }
  return { type: 'reject', reason, fault, detail, source, line, byte, content }
}

/** The input has ended in an array. */
export function cutArray(place: string, line: number): UcError {
  return new UcError(
    'failed',
    `${place}:${line}: the array that begins here is cut short; what was whole of it is counted`,
  )
}
