/**
 * The name of a value in a group: its JSON in one spelling, so that what JSON.parse takes for equal
 * is one group. A number is spelled as JSON.stringify does it, but for whole ones that a double
 * would round, and those beyond it: their digits stay.
 */
import {
  ARRAY,
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  NONE,
  OBJECT,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  STRING,
} from './json-tokens.ts'
import { decodedString } from './key-path.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** A value of that kind (json-tokens.ts) that begins at `start`, in a line that is JSON. */
export interface FoundValue {
  readonly kind: number
  /** Behind the quote of a string. */
  readonly start: number
  readonly end: number
}

export function groupValue(bytes: Uint8Array, { kind, start, end }: FoundValue): string {
  if (kind === NONE) return 'null'
  if (kind === STRING) return JSON.stringify(decodedString(bytes, start, end))
  const isContainer = kind === OBJECT || kind === ARRAY
  return groupText(bytes, start, isContainer ? containerEnd(bytes, start) : end)
}

/** The same of any value, by its text [start, end). What is no JSON, as a lazy walk may find, is text. */
export function groupText(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end))
  if (/^[-\d]/.test(text)) return groupNumber(text)
  return /^(null|true|false)$/.test(text) ? text : groupJson(text)
}

/** An object as it is written; undefined: it is none. */
export function objectText(bytes: Uint8Array, { kind, start }: FoundValue): string | undefined {
  if (kind !== OBJECT) return undefined
  return decoder.decode(bytes.subarray(start, containerEnd(bytes, start)))
}

export function groupNumber(text: string): string {
  const value = Number(text)
  if (Number.isNaN(value)) return JSON.stringify(text)
  const isRounded = !Number.isFinite(value) ||
    (/^-?\d+$/.test(text) && !Number.isSafeInteger(value))
  return isRounded ? text : JSON.stringify(value)
}

/** Of text, an object or an array. */
function groupJson(text: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return JSON.stringify(text)
  }
  try {
    return JSON.stringify(value)
  } catch {
    return text // it is too deep
  }
}

/** Behind the bracket that closes the one at `at`. */
export function containerEnd(bytes: Uint8Array, at: number): number {
  for (let depth = 0;; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      for (at++; bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1
    }
  }
}
