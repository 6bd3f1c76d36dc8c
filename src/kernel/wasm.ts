/**
 * The kernel in WebAssembly with SIMD (assembly/). Input that was read into its room is scanned
 * where it lies, other input is copied piece by piece; the columns of many lines are copied out
 * together. It decides the lines that it can decide exactly; every other one goes through the twin,
 * which fills the same columns. So what is rare is slow, never different.
 *
 * Its memory never grows, as that would detach the room in the middle of a scan:
 *
 *   | tables, masks, columns | room | read ahead | piece | read ahead |
 */
import { type LocalOffsets, spanOf } from '../time/local-offsets.ts'
import { noGroupKeys } from './group-keys.ts'
import { LF } from './json-tokens.ts'
import type { Kernel, KernelOptions, Refusal } from './kernel.ts'
import { Room, roomBytes } from './lines.ts'
import { newScanner, readAhead, rowsOf } from './module.ts'
import { firstNames, setScannedNames } from './scanned-names.ts'
import { ScannedGroups } from './scanned-groups.ts'
import { twinKernel } from './twin.ts'

/** How much is copied at once. A longer line that does not lie in the room goes through the twin. */
const pieceBytes = 1024 * 1024
/** For setUnit: which kind, and how many a millisecond has. */
const scannedUnits = {
  s: [0, 0],
  ms: [1, 1],
  us: [1, 1000],
  ns: [1, 1_000_000],
  iso: [2, 0],
  auto: [3, 0],
} as const

export interface WasmKernel extends Kernel {
  /** How many lines had to go through the twin. */
  linesByTwin: number
}

/** Undefined where WebAssembly has no SIMD, and for keys that only the twin finds. */
export function wasmKernel(options: KernelOptions): WasmKernel | undefined {
  const { tsUnit, tsZone, maxLineBytes, parser } = options
  const scanner = newScanner(roomBytes + readAhead + pieceBytes)
  if (scanner === undefined || !setScannedNames(scanner, options)) return undefined
  const { scan, stoppedAt, isLeftToTwin, lineNumber, rowCapacity, oddCount } = scanner
  const twin = twinKernel(options)
  const { columns } = twin
  const roomAt = scanner.inputAt.value
  const pieceAt = roomAt + roomBytes + readAhead
  const memory = new Uint8Array(scanner.memory.buffer)
  const room = new Room(memory.subarray(roomAt, roomAt + roomBytes))
  const rows = rowsOf(scanner)
  const groups = (options.groupKeys ?? noGroupKeys).breakdowns.map((keys, place) => {
    return new ScannedGroups(scanner, columns.groups[place]!, place, keys)
  })
  const oddRows = new Uint32Array(memory.buffer, scanner.oddRowsAt.value, rowCapacity.value)
  const [uidName, tsName] = firstNames(options)
  const configure = (isLazy: boolean) =>
    scanner.configure(uidName.length, tsName.length, maxLineBytes, isLazy)
  configure(parser === 'lazy')
  let isToEnd = false
  const [unit, perMs] = scannedUnits[tsUnit]
  scanner.setUnit(unit, perMs)

  /** Times without a zone mostly have the offset of the one before. */
  function expectLocal(zone: LocalOffsets): void {
    if (columns.count === 0) return
    const utcMs = columns.tsMs[columns.count - 1]!
    const { fromMs, untilMs, offsetMs } = spanOf(zone, utcMs + spanOf(zone, utcMs).offsetMs)
    scanner!.setLocalSpan(fromMs, untilMs, offsetMs)
  }

  /** One line by the twin. Returns the place behind it. */
  function takeByTwin(bytes: Uint8Array, lineStart: number): number {
    const next = bytes.indexOf(LF, lineStart) + 1
    kernel.linesByTwin++
    twin.lineNumber = kernel.lineNumber
    twin.scan(bytes, lineStart, next)
    kernel.lineNumber = twin.lineNumber
    kernel.refusal = twin.refusal
    if (tsZone !== undefined) expectLocal(tsZone)
    return next
  }

  /**
   * Takes lines that lie at [at, end) of the memory, and at `bytes` less `shift`. Returns the place
   * behind the last one that is whole.
   */
  function scanAt(bytes: Uint8Array, at: number, end: number, shift: number): number {
    while (at < end && kernel.refusal === undefined) {
      lineNumber.value = kernel.lineNumber
      const count = scan(at, end, shift)
      kernel.lineNumber = lineNumber.value
      const firstRow = columns.count
      if (count > 0) columns.take(rows, 0, count)
      for (const each of groups) each.take(bytes, firstRow, count)
      for (let n = 0; n < oddCount.value; n++) columns.decode(firstRow + oddRows[n]!, bytes)
      at = stoppedAt.value
      if (isLeftToTwin.value !== 0) at = takeByTwin(bytes, at + shift) - shift
      else if (count < rowCapacity.value) break
    }
    return at
  }

  const kernel = {
    columns,
    lineNumber: 0,
    linesByTwin: 0,
    refusal: undefined as Refusal | undefined,

    room: () => room,

    readToEnd(isAsked: boolean): void {
      if (parser !== 'lazy' || isAsked === isToEnd) return
      configure(!isAsked)
      isToEnd = isAsked
    },

    scan(bytes: Uint8Array, from: number, to: number): number {
      kernel.refusal = undefined
      if (room.holds(bytes)) {
        const shift = -bytes.byteOffset
        return scanAt(bytes, from - shift, to - shift, shift) + shift
      }
      let next = from
      while (next < to && kernel.refusal === undefined) {
        const piece = bytes.subarray(next, Math.min(to, next + pieceBytes))
        const end = pieceAt + piece.length
        memory.set(piece, pieceAt)
        memory[end] = LF // where the last line, which is not whole, must not be read on
        const shift = next - pieceAt
        const reached = scanAt(bytes, pieceAt, end, shift) + shift
        next = reached > next ? reached : takeByTwin(bytes, next)
      }
      return next
    },
  }
  return kernel
}
