/** The compiled assembly/: what its instances export, and the columns that they fill. */
import { copyRows, fewRows, type FrameColumns, type Rows } from './columns.ts'
import { scannerWasm } from './scanner-wasm.js'

interface Global<Value> {
  value: Value
}

/** What assembly/index.ts exports. */
export interface Scanner {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  configure(uidBytes: number, tsBytes: number, maxLineBytes: number, isLazy: boolean): void
  setUnit(isSeconds: boolean, unitsPerMs: number): void
  scan(from: number, to: number, shift: number): number
  scanWindowed(from: number, to: number, shift: number, maxLineBytes: number): number
  readonly stoppedAt: Global<number>
  readonly isLeftToTwin: Global<number>
  readonly oddCount: Global<number>
  readonly lineNumber: Global<number>
  readonly rowCapacity: Global<number>
  readonly nameCapacity: Global<number>
  readonly tailCount: Global<number>
  readonly tailCapacity: Global<number>
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
  readonly oddRowsAt: Global<number>
  readonly tailsAt: Global<number>
  readonly tailBytesAt: Global<number>
  readonly rowTailAt: Global<number>
}

/** As much of it as is used here; neither TypeScript's es2023 nor Node's types declare it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: unknown }
} | undefined

/** How far the assembly may read behind its input: blocks, keys of which each letter is escaped, tails. */
export const readAhead = 1024
const pageBytes = 64 * 1024

let compiled: object | undefined

/** The compiled module, which threads can share; undefined where WebAssembly has no SIMD. */
export function compiledScanner(): object | undefined {
  return compiled ??= compile()
}

/** Another thread has compiled it. */
export function useCompiledScanner(module: object | undefined): void {
  compiled ??= module
}

/**
 * One with so much memory for input, for good; undefined where WebAssembly has no SIMD, or finds no
 * memory: for each instance runtimes reserve gigabytes of addresses, which `ulimit -v` may not allow.
 */
export function newScanner(inputBytes: number): Scanner | undefined {
  try {
    return instance(inputBytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function instance(inputBytes: number): Scanner | undefined {
  const module = compiledScanner()
  if (module === undefined || WebAssembly === undefined) return undefined
  const scanner = new WebAssembly.Instance(module).exports as Scanner
  const { memory, inputAt } = scanner
  const missing = inputAt.value + inputBytes + readAhead - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
  return scanner
}

function compile(): object | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = Uint8Array.from(atob(scannerWasm), (letter) => letter.charCodeAt(0))
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined
}

/** Its columns in the memory. */
export function rowsOf({ memory: { buffer }, rowCapacity, ...at }: Scanner): Rows {
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

/** Appends the first `count` of them. */
export function takeRows(rows: Rows, count: number, columns: FrameColumns): void {
  if (count === 0) return
  columns.reserve(count)
  const at = columns.count
  if (count <= fewRows) return copyRows(columns, rows, [0, count])
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
