/**
 * What README says of a frame, for one line, written on JSON.parse of the decoded text and sharing
 * nothing with the scanner. JSON.parse does not give the source text of a number, so where a number
 * counts, the line is parsed once more with every number in it turned into an object that holds its
 * text.
 */
import { decimalTime, type DecimalUnit } from './decimal-time.ts'

export interface OracleOptions {
  readonly uidKey: string | readonly string[]
  readonly tsKey: string | readonly string[]
  readonly tsUnit: DecimalUnit
  /** Whether a number is its source text, or what is left of that after JSON.parse. */
  readonly numbers: 'text' | 'double'
}

export interface OracleFrame {
  readonly uid: string
  /** Its bytes without escapes, where those in the line are not UTF-8. */
  readonly uidBytes?: Uint8Array
  readonly tsMs: number
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** `line` is without line break and byte order marks. */
export function oracleFrame(
  line: Uint8Array,
  options: OracleOptions,
): OracleFrame | 'blank' | 'malformed' {
  const text = decoder.decode(line)
  if (/^[ \t\r]*$/.test(text)) return 'blank'
  const root = parsed(text)
  if (!isObject(root)) return 'malformed'
  const uid = named(root, options.uidKey)
  const ts = named(root, options.tsKey)
  const isUid = typeof uid === 'number' || (typeof uid === 'string' && uid !== '')
  if (!isUid || (typeof ts !== 'string' && typeof ts !== 'number')) return 'malformed'

  const uidBytes = typeof uid === 'string' && text.includes('\ufffd')
    ? bytesOf(named(parsed(markedText(line)), options.uidKey) as string)
    : undefined
  const withBytes = (frame: OracleFrame | 'malformed') =>
    frame === 'malformed' || uidBytes === undefined ? frame : { ...frame, uidBytes }

  if (options.numbers === 'double') {
    if (typeof uid === 'number' && !Number.isSafeInteger(uid)) return 'malformed'
    return withBytes(frame(String(uid), String(ts), options))
  }
  if (typeof uid === 'string' && typeof ts === 'string') return withBytes(frame(uid, ts, options))
  const source = parsed(text.replaceAll(stringOrNumber, (token) => {
    return token.startsWith('"') ? token : `{"${sourceKey}":"${token}"}`
  }))
  return withBytes(frame(textAt(source, options.uidKey), textAt(source, options.tsKey), options))
}

function frame(uid: string, ts: string, { tsUnit }: OracleOptions): OracleFrame | 'malformed' {
  const tsMs = decimalTime(ts, tsUnit)
  return typeof tsMs === 'number' ? { uid, tsMs } : 'malformed'
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** From here on characters stand for bytes. No generator makes them. */
const firstMarked = 0xf0000

/** The text of the line with each byte that is of no character as a character of its own. */
function markedText(line: Uint8Array): string {
  let text = ''
  for (let i = 0; i < line.length;) {
    const bytes = [1, 2, 3, 4].find((length) => isCharacter(line.subarray(i, i + length)))
    text += bytes === undefined
      ? String.fromCodePoint(firstMarked + line[i]!)
      : decoder.decode(line.subarray(i, i + bytes))
    i += bytes ?? 1
  }
  return text
}

function isCharacter(bytes: Uint8Array): boolean {
  try {
    return [...strictDecoder.decode(bytes)].length === 1
  } catch {
    return false
  }
}

function bytesOf(marked: string): Uint8Array | undefined {
  const bytes: number[] = []
  let isText = true
  for (const character of marked) {
    const code = character.codePointAt(0)!
    if (code >= firstMarked && code < firstMarked + 256) {
      isText = false
      bytes.push(code - firstMarked)
    } else if (code >= 0xd800 && code <= 0xdfff) {
      bytes.push(0xed, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f)
    } else {
      bytes.push(...new TextEncoder().encode(character))
    }
  }
  return isText ? undefined : Uint8Array.from(bytes)
}

const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*/g
const sourceKey = 'source text of a number'

function textAt(root: unknown, keys: string | readonly string[]): string {
  const value = named(root, keys)
  return typeof value === 'string' ? value : String((value as Record<string, unknown>)[sourceKey])
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

/** The first that is there and neither null nor empty. */
function named(root: unknown, keys: string | readonly string[]): unknown {
  return [keys].flat().map((key) => {
    if (key.startsWith('/')) {
      const steps = key.split('/').slice(1)
      return valueAt(root, steps.map((step) => step.split('~1').join('/').split('~0').join('~')))
    }
    const nested = valueAt(root, key.split('.'), isObject)
    return nested === undefined ? valueAt(root, [key], isObject) : nested
  }).find((value) => value !== undefined && value !== null && value !== '')
}

function valueAt(
  root: unknown,
  path: readonly string[],
  isOpen: (value: unknown) => boolean = (value) => typeof value === 'object' && value !== null,
): unknown {
  return path.reduce<unknown>((value, key) => {
    const isStep = isOpen(value) && (!Array.isArray(value) || /^(0|[1-9][0-9]*)$/.test(key))
    return isStep && Object.hasOwn(value as object, key)
      ? (value as Record<string, unknown>)[key]
      : undefined
  }, root)
}
