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
  NULL,
  NUMBER,
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
  if (kind === NONE || kind === NULL) return 'null'
  if (kind === STRING) return JSON.stringify(decodedString(bytes, start, end))
  if (kind === NUMBER) return groupNumber(decoder.decode(bytes.subarray(start, end)))
  if (kind !== OBJECT && kind !== ARRAY) return decoder.decode(bytes.subarray(start, end))
  return groupContainer(decoder.decode(bytes.subarray(start, containerEnd(bytes, start))))
}

export function groupNumber(text: string): string {
  const value = Number(text)
  const isRounded = !Number.isFinite(value) ||
    (/^-?\d+$/.test(text) && !Number.isSafeInteger(value))
  return isRounded ? text : JSON.stringify(value)
}

/** Of the text of an object or array. */
function groupContainer(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text.replaceAll('\n', ' ') // too deep for JSON.stringify
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
