/**
 * `--parser json`: lines to frames by JSON.parse, the plain way that the scanner is compared with.
 * Its limits are JSON.parse's: `ts` goes through a double, a numeric uid beyond 2^53 has lost
 * digits and is refused. The kernel is asked only for the words of a refusal.
 */
import { fingerprintOfText, newFingerprint } from '../counter/hash.ts'
import { FrameColumns } from '../kernel/columns.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { shownBytes } from '../kernel/lines.ts'
import type { ScannedLines } from '../kernel/scanned-lines.ts'
import type { Ledger } from '../ledger.ts'
import { rawContent } from '../ndjson/raw.ts'
import type { SourceMark } from '../records.ts'
import type { Stage } from '../stage.ts'
import { parseTime, type TsUnit } from '../time/unix-time.ts'
import type { ExtractIn, ExtractOut } from './extract.ts'

export interface PlainExtractOptions {
  readonly uidKey: string
  readonly tsKey: string
  readonly tsUnit: TsUnit
  readonly maxLineBytes: number
  /** Whether marks turn to and fro between inputs, rather than end the one before. */
  readonly isInterleaved?: boolean
  readonly kernel: Kernel
  readonly ledger: Ledger
}

interface Frame {
  readonly uid: string
  readonly tsMs: number
}

const encoder = new TextEncoder()

export function plainExtractStage(
  options: PlainExtractOptions,
): Stage<string | Exclude<ExtractIn, Uint8Array | ScannedLines>, ExtractOut> {
  const { uidKey, tsKey, tsUnit, maxLineBytes, isInterleaved, kernel, ledger } = options
  const uidPath = uidKey.split('.')
  const tsPath = tsKey.split('.')
  const columns = new FrameColumns()
  const hash = newFingerprint()
  /** Line numbers of the inputs that are read side by side with this one. */
  const lineNumbers = new Map<number, number>()
  let source = 0
  let place = 'stdin'
  let lineNumber = 0

  function frameOf(line: string): Frame | undefined {
    let root: unknown
    try {
      root = JSON.parse(line)
    } catch {
      return undefined
    }
    const uid = valueAt(root, uidPath)
    const hasUid = typeof uid === 'string' ? uid !== '' : Number.isSafeInteger(uid)
    const ts = valueAt(root, tsPath)
    const hasTs = typeof ts === 'string' || (typeof ts === 'number' && tsUnit !== 'iso')
    if (!hasUid || !hasTs) return undefined
    const tsMs = parseTime(String(ts), tsUnit)
    return tsMs < 0 ? undefined : { uid: String(uid), tsMs }
  }

  function detailOf(bytes: Uint8Array): string {
    const line = new Uint8Array(bytes.length + 1)
    line.set(bytes)
    line[bytes.length] = 0x0a
    kernel.lineNumber = lineNumber - 1
    kernel.scan(line, 0, line.length)
    kernel.columns.clear()
    return kernel.refusal?.detail ??
      `"${uidKey}" is a number that JSON.parse would round; --parser strict keeps its digits`
  }

  function turnTo(mark: SourceMark): void {
    lineNumbers.set(source, lineNumber)
    source = mark.source
    place = mark.name
    lineNumber = mark.line ?? (isInterleaved ? lineNumbers.get(source) ?? 0 : 0)
  }

  return {
    push(message, emit) {
      if (typeof message !== 'string') {
        if (message.type === 'source') turnTo(message)
        emit(message)
        return
      }
      lineNumber++
      const line = lineNumber === 1 && message.startsWith('\ufeff') ? message.slice(1) : message
      if (/^[ \t\r]*$/.test(line)) return
      ledger.lines++
      const bytes = encoder.encode(line)
      const frame = bytes.length > maxLineBytes ? undefined : frameOf(line)
      if (frame === undefined) {
        ledger.malformed++
        const detail = detailOf(bytes)
        const keptBytes = bytes.length > maxLineBytes ? shownBytes : bytes.length
        const content = () => rawContent(bytes, 0, keptBytes, bytes.length)
        emit({
          type: 'reject',
          reason: 'malformed',
          detail,
          source: place,
          line: lineNumber,
          content,
        })
        return
      }
      ledger.frames++
      columns.clear()
      const row = columns.add()
      fingerprintOfText(frame.uid, hash)
      columns.tsMs[row] = frame.tsMs
      columns.hashHi[row] = hash.hi
      columns.hashLo[row] = hash.lo
      columns.decodedUids.set(row, frame.uid)
      columns.lineStart[row] = 0
      columns.lineEnd[row] = bytes.length
      columns.lineNumber[row] = lineNumber
      emit(columns.batch(source, place, bytes))
    },
    end() {}, // holds nothing back
    stop() {},
  }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const key of path) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !Object.hasOwn(value as object, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
