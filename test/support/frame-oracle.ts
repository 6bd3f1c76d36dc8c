/**
 * What README says of a frame, for one line, written on JSON.parse of the decoded text and sharing
 * nothing with the scanner. JSON.parse does not give the source text of a number, so where a number
 * counts, the line is parsed once more with every number in it turned into an object that holds its
 * text.
 */
import { decimalTime, type DecimalUnit } from './decimal-time.ts'

export interface OracleOptions {
  readonly uidKey: string
  readonly tsKey: string
  readonly tsUnit: DecimalUnit
  /** Whether a number is its source text, or what is left of that after JSON.parse. */
  readonly numbers: 'text' | 'double'
}

export interface OracleFrame {
  readonly uid: string
  readonly tsMs: number
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** `line` is without line break and, where it is the first one, without byte order mark. */
export function oracleFrame(
  line: Uint8Array,
  options: OracleOptions,
): OracleFrame | 'blank' | 'malformed' {
  const text = decoder.decode(line)
  if (/^[ \t\r]*$/.test(text)) return 'blank'
  const root = parsed(text)
  if (!isObject(root)) return 'malformed'
  const uidPath = options.uidKey.split('.')
  const tsPath = options.tsKey.split('.')
  const uid = valueAt(root, uidPath)
  const ts = valueAt(root, tsPath)
  const isUid = typeof uid === 'number' || (typeof uid === 'string' && uid !== '')
  if (!isUid || (typeof ts !== 'string' && typeof ts !== 'number')) return 'malformed'

  if (options.numbers === 'double') {
    if (typeof uid === 'number' && !Number.isSafeInteger(uid)) return 'malformed'
    return frame(String(uid), String(ts), options)
  }
  if (typeof uid === 'string' && typeof ts === 'string') return frame(uid, ts, options)
  const source = parsed(text.replaceAll(stringOrNumber, (token) => {
    return token.startsWith('"') ? token : `{"${sourceKey}":"${token}"}`
  }))
  return frame(textAt(source, uidPath), textAt(source, tsPath), options)
}

function frame(uid: string, ts: string, { tsUnit }: OracleOptions): OracleFrame | 'malformed' {
  const tsMs = decimalTime(ts, tsUnit)
  return typeof tsMs === 'number' ? { uid, tsMs } : 'malformed'
}

const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*/g
const sourceKey = 'source text of a number'

function textAt(root: unknown, path: readonly string[]): string {
  const value = valueAt(root, path)
  return typeof value === 'string' ? value : String(valueAt(value, [sourceKey]))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }, root)
}
