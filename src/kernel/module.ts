/** The compiled assembly/: what its instances export, and the columns that they fill. */
import type { Columns } from '../records.ts'
import { type Column, columnsOf, inOrder } from './columns.ts'
import { scannerWasm } from './scanner-wasm.js'

interface Global<Value> {
  value: Value
}

/** Where each column lies. */
type ColumnsAt = { readonly [Name in keyof Columns as `${Name}At`]: Global<number> }

/** What assembly/index.ts exports. */
export interface Scanner extends ColumnsAt {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  configure(uidBytes: number, tsBytes: number, maxLineBytes: number, isLazy: boolean): void
  /** Before it, where there are more names than two, or paths (assembly/layout.ts). */
  configurePaths(roots: number, names: number, uidPlaces: number, tsPlaces: number): void
  /** Behind it: how many keys and breakdowns frames are split by. */
  configureGroups(keys: number, breakdowns: number): void
  /** 0: seconds, 1: parts of a millisecond, 2: text, 3: any of these. */
  setUnit(kind: number, unitsPerMs: number): void
  /** The local times of which texts without a zone have this offset. */
  setLocalSpan(fromMs: number, untilMs: number, offsetMs: number): void
  scan(from: number, to: number, shift: number): number
  scanWindowed(from: number, to: number, shift: number, maxLineBytes: number): number
  readonly stoppedAt: Global<number>
  readonly isLeftToTwin: Global<number>
  readonly oddCount: Global<number>
  readonly lineNumber: Global<number>
  readonly rowCapacity: Global<number>
  readonly nameCapacity: Global<number>
  readonly pathNameCapacity: Global<number>
  readonly pathNamesAt: Global<number>
  readonly pathNameBytesAt: Global<number>
  readonly placeCapacity: Global<number>
  readonly placeBytes: Global<number>
  readonly groupKeyCapacity: Global<number>
  readonly groupPlacesOfKey: Global<number>
  readonly groupPlacesAt: Global<number>
  readonly groupPlaceCountsAt: Global<number>
  readonly breakdownBytes: Global<number>
  readonly breakdownsAt: Global<number>
  readonly groupHashesAt: Global<number>
  readonly valueStartsAt: Global<number>
  readonly valueEndsAt: Global<number>
  readonly uidPlacesAt: Global<number>
  readonly tsPlacesAt: Global<number>
  readonly tailCount: Global<number>
  readonly tailCapacity: Global<number>
  readonly inputAt: Global<number>
  readonly uidNameAt: Global<number>
  readonly tsNameAt: Global<number>
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
  const letters = atob(scannerWasm)
  const bytes = new Uint8Array(letters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i) // as from() takes 3 ms
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined
}

/** Its columns in the memory, in order. */
export function rowsOf(scanner: Scanner): readonly Column[] {
  const { memory: { buffer }, rowCapacity: { value: length } } = scanner
  const at = (name: keyof Columns) => scanner[`${name}At`].value
  return inOrder(columnsOf((name, Type) => new Type(buffer, at(name), length)))
}
