/**
 * `--parser json`: lines to frames by JSON.parse, the plain way that the scanner is compared with.
 * Its limits are JSON.parse's: `ts` goes through a double, a numeric uid beyond 2^53 has lost
 * digits and is refused. The kernel is asked only for the words of a refusal, and its parser for the
 * bytes of a uid that is not UTF-8.
 */
import { ReaderAccount } from '../account.ts'
import { FrameColumns } from '../kernel/columns.ts'
import { FrameParser } from '../kernel/frame-parser.ts'
import { Framing, type FramingHost } from '../kernel/framing.ts'
import { breakdownsOf, noGroupKeys } from '../kernel/group-keys.ts'
import { groupValue } from '../kernel/group-value.ts'
import { CR, LF, skipMarks, STRING } from '../kernel/json-tokens.ts'
import { type Kernel, type KernelOptions, type Refusal, tooLong } from '../kernel/kernel.ts'
import { shownBytes } from '../kernel/lines.ts'
import type { ScannedLines } from '../kernel/scanned-lines.ts'
import type { Ledger } from '../ledger.ts'
import { rawContent } from '../ndjson/raw.ts'
import type { RejectContent, SourceMark } from '../records.ts'
import type { SourceProgress } from '../sources/source-progress.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import { unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Emit, Stage } from '../stage.ts'
import { parseTime } from '../time/unix-time.ts'
import {
  cutArray,
  type ExtractIn,
  type ExtractOut,
  type FramingWatch,
  malformed,
} from './extract.ts'
import { parsedValue } from './parsed-value.ts'

export interface PlainExtractOptions extends Omit<KernelOptions, 'parser'> {
  /** Whether marks turn to and fro between inputs, rather than end the one before. */
  readonly isInterleaved?: boolean
  /** Where it is noted how far each source has come, for a reader that asks. */
  readonly progress?: SourceProgress | undefined
  /** Whether each line is one frame, and no array: those of messages. */
  readonly hasLinesOnly?: boolean
  /** Where it is noted whether a frame or an array is open, for who splits lines. */
  readonly watch?: FramingWatch | undefined
  readonly kernel: Kernel
  readonly ledger: Ledger
}

/** A line without its break: its text, or its bytes where they are not UTF-8. */
export type PlainLine = string | Uint8Array | OverlongLine | LinePart

/** What has come of a line that holds many frames; more of it follows. */
export interface LinePart {
  readonly type: 'part'
  readonly bytes: Uint8Array
}

/** A line that is too long, by its beginning. */
export interface OverlongLine {
  readonly type: 'overlong'
  readonly head: Uint8Array
  readonly lineBytes: number
}

/** So many decoded bytes more of the input are in lines: for who keeps its state. */
export interface Reached {
  readonly type: 'reached'
  readonly bytes: number
}

/** What is read, and how far. */
interface PlainInput {
  lineNumber: number
  readonly framing: Framing
}

/** A line is refused. */
type Why = Pick<Refusal, 'fault' | 'detail'>

interface Frame {
  readonly uid: string
  readonly tsMs: number
  readonly root: unknown
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function plainExtractStage(
  options: PlainExtractOptions,
): Stage<PlainLine | Reached | Exclude<ExtractIn, ScannedLines>, ExtractOut> {
  const { uidKeys, tsKeys, tsUnit, tsZone } = options
  const { maxLineBytes, isInterleaved, progress, kernel, ledger } = options
  const { hasLinesOnly = false, watch } = options
  const account = ledger.open(new ReaderAccount())
  const { groupKeys = noGroupKeys } = options
  const columns = new FrameColumns(1, breakdownsOf(groupKeys))
  const parser = new FrameParser(options)
  const host: FramingHost = {
    maxLineBytes,
    isLazy: false,
    isFree: !hasLinesOnly,
    get lineNumber() {
      return input.lineNumber
    },
    set lineNumber(number) {
      input.lineNumber = number
    },
    get refusal() {
      return refusal
    },
    scan(bytes, from, to) {
      refusal = undefined
      let next = from
      while (next < to && refusal === undefined) {
        const lf = bytes.indexOf(LF, next)
        const lineEnd = lf > next && bytes[lf - 1] === CR ? lf - 1 : lf
        takeBytes(bytes, next, lineEnd)
        next = lf + 1
      }
      return next
    },
    refuse,
    overlong(head, lineBytes, byte) {
      input.lineNumber++
      const detail = lineBytes > maxLineBytes
        ? tooLong(lineBytes, maxLineBytes)
        : `line has ${lineBytes} bytes, which JSON.parse does not take; --parser strict does`
      const why: Why = { fault: 'too-long', detail }
      reject(why, byte, () => rawContent(head, 0, head.length, lineBytes))
    },
  }
  /** Those that are read side by side with this one. */
  const inputs = new Map<number, PlainInput>()
  const newInput = (): PlainInput => ({ lineNumber: 0, framing: new Framing(host) })
  let input = newInput()
  let source = 0
  let place = 'stdin'
  let refusal: Refusal | undefined
  let emit: Emit<ExtractOut>
  const records = new ChangedRecords()

  function frameOf(line: string): Frame | undefined {
    let root: unknown
    try {
      root = JSON.parse(line)
    } catch {
      return undefined
    }
    const uid = parsedValue(root, uidKeys)
    const hasUid = typeof uid === 'string' ? uid !== '' : Number.isSafeInteger(uid)
    const ts = parsedValue(root, tsKeys)
    const hasTs = typeof ts === 'string' || (typeof ts === 'number' && tsUnit !== 'iso')
    if (!hasUid || !hasTs) return undefined
    const tsMs = parseTime(String(ts), tsUnit, tsZone)
    return tsMs < 0 ? undefined : { uid: String(uid), tsMs, root }
  }

  function whyOf(bytes: Uint8Array): Why {
    const line = withBreak(bytes)
    kernel.scan(line, 0, line.length)
    kernel.columns.clear()
    if (kernel.refusal !== undefined) return kernel.refusal
    parser.walk(line, 0)
    const detail = `"${parser.uid.chosen.name}" is a number that JSON.parse would round; ` +
      '--parser strict keeps its digits'
    return { fault: 'uid-rounded', detail }
  }

  function turnTo(mark: SourceMark): void {
    if (isInterleaved === true) inputs.set(source, input)
    source = mark.source
    place = mark.name
    input = inputs.get(source) ?? newInput()
    inputs.delete(source)
    if (mark.line !== undefined) input.lineNumber = mark.line
  }

  /** There is no more of that source. */
  function finish(ended: number): void {
    const { framing } = ended === source ? input : inputs.get(ended) ?? newInput()
    inputs.delete(ended)
    const arrayLine = framing.end()
    if (arrayLine !== undefined) throw cutArray(place, arrayLine)
  }

  /** A line that was begun is not in it: whoever splits lines feeds that again. */
  function fields(): RecordWriter {
    const record = new RecordWriter().number(source).text(place)
    write(record, input)
    record.count(inputs.size)
    for (const [other, input] of inputs) write(record.number(other), input)
    return record
  }

  function write(record: RecordWriter, { lineNumber, framing }: PlainInput): void {
    framing.writeTo(record.number(lineNumber))
  }

  function read(record: RecordReader): void {
    source = record.number()
    place = record.text()
    input = readInput(record)
    for (let left = record.count(); left > 0; left--) {
      inputs.set(record.number(), readInput(record))
    }
    record.end()
  }

  function readInput(record: RecordReader): PlainInput {
    const input = newInput()
    input.lineNumber = record.number()
    input.framing.readFrom(record)
    return input
  }

  /** Lines as they come, unless they are in a frame or an array, or may be. */
  function takeLine(line: string | Uint8Array): void {
    const isText = typeof line === 'string'
    const whole = isText ? encoder.encode(line) : line
    if (!input.framing.isOpen) {
      const text = isText ? line.replace(/^\ufeff+/, '') : undefined
      input.lineNumber++
      if (takeFrame(whole.subarray(skipMarks(whole, 0)), whole.length, text)) return
      input.lineNumber--
    }
    const broken = withBreak(whole, whole.at(-1) === CR) // of CR CR LF only the last CR went
    input.framing.lines(broken, 0, broken.length)
  }

  /** The line [from, to), which is refused where it is no frame. */
  function takeBytes(bytes: Uint8Array, from: number, to: number): void {
    const lineStart = to - from > maxLineBytes ? from : skipMarks(bytes, from)
    const line = bytes.subarray(lineStart, to)
    input.lineNumber++
    if (takeFrame(line, to - from)) return
    const { fault, detail }: Why = to - from > maxLineBytes
      ? { fault: 'too-long', detail: tooLong(to - from, maxLineBytes) }
      : whyOf(line)
    refusal = { lineStart, lineEnd: to, fault, detail }
  }

  /** Returns whether the line is a frame, or blank. `text`: what it decodes to. */
  function takeFrame(line: Uint8Array, lineBytes: number, text = decoder.decode(line)): boolean {
    if (lineBytes > maxLineBytes) return false
    if (/^[ \t\r]*$/.test(text)) return true
    const frame = frameOf(text)
    if (frame === undefined) return false
    account.lines++
    account.frames++
    columns.clear()
    const row = columns.add()
    columns.tsMs[row] = frame.tsMs
    columns.lineStart[row] = 0
    columns.lineEnd[row] = line.length
    columns.lineNumber[row] = input.lineNumber
    const isUtf8 = !text.includes('\ufffd')
    if (isUtf8 || !takeUid(row, line)) columns.setUid(row, frame.uid)
    account.notUtf8 += columns.notUtf8
    if (groupKeys.keys.length > 0) setGroups(row, line, frame.root)
    const frames = columns.batch(source, place, line)
    progress?.observe(frames)
    emit(frames)
    return true
  }

  function setGroups(row: number, line: Uint8Array, root: unknown): void {
    const values = groupKeys.keys.map((key) => parsedValue(root, [key]))
    const isRounded = values.some((value) => {
      return typeof value === 'number' && (!Number.isFinite(value) || isLarge(value))
    })
    const broken = withBreak(line)
    if (isRounded) parser.walk(broken, 0) // for their digits
    const names = isRounded
      ? parser.groups.map(({ chosen }) => groupValue(broken, chosen))
      : values.map((value = null) => JSON.stringify(value))
    for (const [place, keys] of groupKeys.breakdowns.entries()) {
      const group = columns.groups[place]!
      group.set(row, group.idOf(keys.map((key) => names[key]!).join('\n')))
    }
  }

  /** The uid of a line that may not be UTF-8, where it is a string. */
  function takeUid(row: number, line: Uint8Array): boolean {
    if (parser.walk(withBreak(line), 0) < 0) return false
    const uid = parser.uid.chosen
    if (uid.kind !== STRING) return false
    columns.uidStart[row] = uid.start
    columns.uidEnd[row] = uid.end
    columns.hash(row, line, true)
    return true
  }

  function refuse(bytes: Uint8Array, refusal: Refusal, byte?: number): void {
    const { lineStart, lineEnd } = refusal
    const lineBytes = lineEnd - lineStart
    const keptEnd = lineBytes > maxLineBytes ? lineStart + Math.min(shownBytes, lineBytes) : lineEnd
    reject(refusal, byte, () => rawContent(bytes, lineStart, keptEnd, lineBytes))
  }

  function reject(
    { fault, detail }: Why,
    byte: number | undefined,
    content: () => RejectContent,
  ): void {
    account.lines++
    account.malformed++
    emit(malformed({ fault, detail, source: place, line: input.lineNumber, byte, content }))
  }

  return {
    name: 'extract-plain',
    ...withAccounts([account], {
      save: (put) => records.save(put, [['inputs', fields()]]),
      load(loaded) {
        for (const [key, value] of loaded) {
          if (key !== 'inputs') throw unknownRecord(key)
          read(new RecordReader(key, value))
          records.stands(key, value)
        }
      },
    }),
    push(message, emitted) {
      emit = emitted
      if (typeof message === 'string' || message instanceof Uint8Array) {
        takeLine(message)
      } else if (message.type === 'overlong') {
        input.framing.overlong(message.head, message.lineBytes)
      } else if (message.type === 'part') {
        input.framing.lines(message.bytes, 0, message.bytes.length)
      } else if (message.type !== 'reached') {
        if (
          message.type === 'source-end' || (message.type === 'source' && isInterleaved !== true)
        ) {
          finish(message.source)
        }
        if (message.type === 'source') turnTo(message)
        emit(message)
      }
      if (watch !== undefined) watch.isOpen = input.framing.isOpen
    },
    end(emitted) {
      emit = emitted
      finish(source)
    },
    stop(emitted) {
      emit = emitted
      input.framing.stop()
    },
  }
}

/** Whether it may have lost digits. */
function isLarge(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}

/** As the scanners want it. */
function withBreak(bytes: Uint8Array, hasReturn = false): Uint8Array {
  const line = new Uint8Array(bytes.length + (hasReturn ? 2 : 1))
  line.set(bytes)
  if (hasReturn) line[bytes.length] = CR
  line[line.length - 1] = LF
  return line
}
