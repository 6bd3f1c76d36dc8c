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
import { LF } from './json-tokens.ts'
import type { Kernel, KernelOptions, Refusal } from './kernel.ts'
import { Room, roomBytes } from './lines.ts'
import { scannerWasm } from './scanner-wasm.js'
import { twinKernel } from './twin.ts'

/** How much is copied at once. A longer line that does not lie in the room goes through the twin. */
const pieceBytes = 1024 * 1024
/** The assembly may read so far behind its input: blocks, and keys of which each letter is escaped. */
const readAhead = 1024
const pageBytes = 64 * 1024

interface Global<Value> {
  value: Value
}

/** What assembly/index.ts exports. */
interface Scanner {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  configure(uidBytes: number, tsBytes: number, maxLineBytes: number, isLazy: boolean): void
  setUnit(isSeconds: boolean, unitsPerMs: number): void
  scan(from: number, to: number, shift: number): number
  readonly stoppedAt: Global<number>
  readonly isLeftToTwin: Global<number>
  readonly lineNumber: Global<number>
  readonly rowCapacity: Global<number>
  readonly nameCapacity: Global<number>
  readonly inputAt: Global<number>
  readonly uidNameAt: Global<number>
  readonly tsNameAt: Global<number>
  readonly tsMsAt: Global<number>
  readonly lineNumberAt: Global<number>
  readonly hashHiAt: Global<number>
  readonly hashLoAt: Global<number>
  readonly uidStartAt: Global<number>
  readonly uidEndAt: Global<number>
  readonly lineStartAt: Global<number>
  readonly lineEndAt: Global<number>
}

/** As much of it as is used here; neither TypeScript's es2023 nor Node's types declare it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: unknown }
} | undefined

/** Each unit, in how many of it a millisecond has; seconds are read otherwise. */
const unitsPerMs = { s: 0, ms: 1, us: 1000, ns: 1_000_000 } as const

let compiled: object | undefined

export interface WasmKernel extends Kernel {
  /** How many lines had to go through the twin. */
  linesByTwin: number
}

/** Undefined where WebAssembly has no SIMD, and for keys and times that only the twin finds. */
export function wasmKernel(options: KernelOptions): WasmKernel | undefined {
  const { uidKey, tsKey, tsUnit, maxLineBytes, parser } = options
  if (tsUnit === 'iso' || !isSimple(uidKey) || !isSimple(tsKey)) return undefined
  compiled ??= compile()
  if (compiled === undefined || WebAssembly === undefined) return undefined
  const scanner = new WebAssembly.Instance(compiled).exports as Scanner
  const { scan, stoppedAt, isLeftToTwin, lineNumber } = scanner
  const twin = twinKernel(options)
  const { columns } = twin
  const roomAt = scanner.inputAt.value
  const pieceAt = roomAt + roomBytes + readAhead
  const missing = pieceAt + pieceBytes + readAhead - scanner.memory.buffer.byteLength
  if (missing > 0) scanner.memory.grow(Math.ceil(missing / pageBytes))
  const memory = new Uint8Array(scanner.memory.buffer)
  const rows = rowsOf(scanner)
  writeName(uidKey, scanner.uidNameAt.value)
  writeName(tsKey, scanner.tsNameAt.value)
  scanner.configure(uidKey.length, tsKey.length, maxLineBytes, parser === 'lazy')
  scanner.setUnit(tsUnit === 's', unitsPerMs[tsUnit])

  function writeName(name: string, at: number): void {
    memory.set(Array.from(name, (letter) => letter.charCodeAt(0)), at)
  }

  /** Appends what `scan` has written. */
  function take(count: number): void {
    if (count === 0) return
    columns.reserve(count)
    const at = columns.count
    columns.tsMs.set(rows.tsMs.subarray(0, count), at)
    columns.hashHi.set(rows.hashHi.subarray(0, count), at)
    columns.hashLo.set(rows.hashLo.subarray(0, count), at)
    columns.uidStart.set(rows.uidStart.subarray(0, count), at)
    columns.uidEnd.set(rows.uidEnd.subarray(0, count), at)
    columns.lineStart.set(rows.lineStart.subarray(0, count), at)
    columns.lineEnd.set(rows.lineEnd.subarray(0, count), at)
    columns.lineNumber.set(rows.lineNumber.subarray(0, count), at)
    columns.count += count
  }

  /** One line by the twin. Returns the place behind it. */
  function takeByTwin(bytes: Uint8Array, lineStart: number): number {
    const next = bytes.indexOf(LF, lineStart) + 1
    kernel.linesByTwin++
    twin.lineNumber = kernel.lineNumber
    twin.scan(bytes, lineStart, next)
    kernel.lineNumber = twin.lineNumber
    kernel.refusal = twin.refusal
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
      take(count)
      at = stoppedAt.value
      if (isLeftToTwin.value !== 0) at = takeByTwin(bytes, at + shift) - shift
      else if (count < scanner.rowCapacity.value) break
    }
    return at
  }

  const kernel = {
    columns,
    lineNumber: 0,
    linesByTwin: 0,
    refusal: undefined as Refusal | undefined,

    room: () => new Room(memory.subarray(roomAt, roomAt + roomBytes)),

    scan(bytes: Uint8Array, from: number, to: number): number {
      kernel.refusal = undefined
      if (bytes.buffer === memory.buffer) {
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

/** Whether the assembly finds the key: of the root, of ASCII, not too long. */
function isSimple(name: string): boolean {
  return /^[ -\-/-~]{1,48}$/.test(name)
}

function compile(): object | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = Uint8Array.from(atob(scannerWasm), (letter) => letter.charCodeAt(0))
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined
}

/** Views on the columns in the memory, until it grows. */
function rowsOf({ memory: { buffer }, rowCapacity, ...at }: Scanner) {
  const length = rowCapacity.value
  return {
    tsMs: new Float64Array(buffer, at.tsMsAt.value, length),
    hashHi: new Uint32Array(buffer, at.hashHiAt.value, length),
    hashLo: new Uint32Array(buffer, at.hashLoAt.value, length),
    uidStart: new Uint32Array(buffer, at.uidStartAt.value, length),
    uidEnd: new Uint32Array(buffer, at.uidEndAt.value, length),
    lineStart: new Uint32Array(buffer, at.lineStartAt.value, length),
    lineEnd: new Uint32Array(buffer, at.lineEndAt.value, length),
    lineNumber: new Float64Array(buffer, at.lineNumberAt.value, length),
  }
}
