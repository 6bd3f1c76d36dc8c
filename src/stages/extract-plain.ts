/**
 * `--parser json`: lines to frames by JSON.parse, the plain way that the scanner is compared with.
 * Its limits are JSON.parse's: `ts` goes through a double, a numeric uid beyond 2^53 has lost
 * digits and is refused. The kernel is asked only for the words of a refusal, and its parser for the
 * bytes of a uid that is not UTF-8.
 */
import { ReaderAccount } from '../account.ts'
import { FrameColumns } from '../kernel/columns.ts'
import { FrameParser } from '../kernel/frame-parser.ts'
import { LF, skipMarks, STRING } from '../kernel/json-tokens.ts'
import { type Kernel, type KernelOptions, tooLong } from '../kernel/kernel.ts'
import { shownBytes } from '../kernel/lines.ts'
import type { ScannedLines } from '../kernel/scanned-lines.ts'
import type { Ledger } from '../ledger.ts'
import { rawContent } from '../ndjson/raw.ts'
import type { SourceMark } from '../records.ts'
import type { SourceProgress } from '../sources/source-progress.ts'
import { ChangedRecords } from '../state/changed-records.ts'
import { unknownRecord } from '../state/kept.ts'
import { RecordReader, RecordWriter } from '../state/record.ts'
import { withAccounts } from '../state/saved-accounts.ts'
import type { Emit, Stage } from '../stage.ts'
import { parseTime } from '../time/unix-time.ts'
import type { ExtractIn, ExtractOut } from './extract.ts'
import { parsedValue } from './parsed-value.ts'

export interface PlainExtractOptions extends Omit<KernelOptions, 'parser'> {
  /** Whether marks turn to and fro between inputs, rather than end the one before. */
  readonly isInterleaved?: boolean
  /** Where it is noted how far each source has come, for a reader that asks. */
  readonly progress?: SourceProgress | undefined
  readonly kernel: Kernel
  readonly ledger: Ledger
}

/** A line without its break: its text, or its bytes where they are not UTF-8. */
export type PlainLine = string | Uint8Array | OverlongLine

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

interface Frame {
  readonly uid: string
  readonly tsMs: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function plainExtractStage(
  options: PlainExtractOptions,
): Stage<PlainLine | Reached | Exclude<ExtractIn, ScannedLines>, ExtractOut> {
  const { uidKeys, tsKeys, tsUnit, tsZone } = options
  const { maxLineBytes, isInterleaved, progress, kernel, ledger } = options
  const account = ledger.open(new ReaderAccount())
  const columns = new FrameColumns()
  const parser = new FrameParser(options)
  /** Line numbers of the inputs that are read side by side with this one. */
  const lineNumbers = new Map<number, number>()
  let source = 0
  let place = 'stdin'
  let lineNumber = 0
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
    return tsMs < 0 ? undefined : { uid: String(uid), tsMs }
  }

  function detailOf(bytes: Uint8Array): string {
    const line = withBreak(bytes)
    kernel.scan(line, 0, line.length)
    kernel.columns.clear()
    if (kernel.refusal !== undefined) return kernel.refusal.detail
    parser.walk(line, 0)
    return `"${parser.uid.chosen.name}" is a number that JSON.parse would round; --parser strict ` +
      'keeps its digits'
  }

  function turnTo(mark: SourceMark): void {
    lineNumbers.set(source, lineNumber)
    source = mark.source
    place = mark.name
    lineNumber = mark.line ?? (isInterleaved ? lineNumbers.get(source) ?? 0 : 0)
  }

  /** A line that was begun is not in it: whoever splits lines feeds that again. */
  function fields(): RecordWriter {
    const record = new RecordWriter().number(source).text(place).number(lineNumber)
    record.count(lineNumbers.size)
    for (const [other, number] of lineNumbers) record.number(other).number(number)
    return record
  }

  function read(record: RecordReader): void {
    source = record.number()
    place = record.text()
    lineNumber = record.number()
    for (let left = record.count(); left > 0; left--) {
      lineNumbers.set(record.number(), record.number())
    }
    record.end()
  }

  function takeLine(line: string | Uint8Array, emit: Emit<ExtractOut>): void {
    const whole = typeof line === 'string' ? encoder.encode(line) : line
    if (whole.length > maxLineBytes) {
      return refuse(
        tooLong(whole.length, maxLineBytes),
        whole.subarray(0, shownBytes),
        whole.length,
        emit,
      )
    }
    const bytes = whole.subarray(skipMarks(whole, 0))
    const text = typeof line === 'string' ? line.replace(/^\ufeff+/, '') : decoder.decode(bytes)
    if (/^[ \t\r]*$/.test(text)) return
    const frame = frameOf(text)
    if (frame === undefined) return refuse(detailOf(bytes), bytes, bytes.length, emit)
    account.lines++
    account.frames++
    columns.clear()
    const row = columns.add()
    columns.tsMs[row] = frame.tsMs
    columns.lineStart[row] = 0
    columns.lineEnd[row] = bytes.length
    columns.lineNumber[row] = lineNumber
    if (typeof line === 'string' || !takeBytes(row, bytes)) columns.setUid(row, frame.uid)
    account.notUtf8 += columns.notUtf8
    const frames = columns.batch(source, place, bytes)
    progress?.observe(frames)
    emit(frames)
  }

  /** The uid of a line that is not UTF-8, where it is a string. */
  function takeBytes(row: number, bytes: Uint8Array): boolean {
    if (parser.walk(withBreak(bytes), 0) < 0) return false
    const uid = parser.uid.chosen
    if (uid.kind !== STRING) return false
    columns.uidStart[row] = uid.start
    columns.uidEnd[row] = uid.end
    columns.hash(row, bytes, true)
    return true
  }

  /** Of the line only `kept` is at hand. */
  function refuse(
    detail: string,
    kept: Uint8Array,
    lineBytes: number,
    emit: Emit<ExtractOut>,
  ): void {
    account.lines++
    account.malformed++
    const content = () => rawContent(kept, 0, kept.length, lineBytes)
    emit({ type: 'reject', reason: 'malformed', detail, source: place, line: lineNumber, content })
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
    push(message, emit) {
      if (typeof message === 'string' || message instanceof Uint8Array) {
        lineNumber++
        takeLine(message, emit)
      } else if (message.type === 'overlong') {
        lineNumber++
        const { head, lineBytes } = message
        const detail = lineBytes > maxLineBytes
          ? tooLong(lineBytes, maxLineBytes)
          : `line has ${lineBytes} bytes, which JSON.parse does not take; --parser strict does`
        refuse(detail, head, lineBytes, emit)
      } else if (message.type !== 'reached') {
        if (message.type === 'source') turnTo(message)
        emit(message)
      }
    },
    end() {}, // holds nothing back
    stop() {},
  }
}

/** As the scanners want it. */
function withBreak(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(bytes.length + 1)
  line.set(bytes)
  line[bytes.length] = LF
  return line
}
