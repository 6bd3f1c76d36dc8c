/**
 * Where a frame that is broken ends, so that no other one is lost with it: an element of an array, or
 * a frame over several lines. What comes first of:
 *
 *   its brackets close, and behind them stands what may stand behind an element
 *   a line that is indented no deeper than its own: `{"ts":` LF `{"ts":2},`
 *   a record separator
 *
 * Brackets tell nothing any more once a string has met the end of its line, or one of another kind
 * closes; nested objects on lines of their own lie deeper, so none of them is taken for a frame.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  LF,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  RECORD_SEPARATOR,
  skipSpace,
} from './json-tokens.ts'

export interface Broken {
  /** Where it begins, and up to where there are bytes; an LF stands before that if it is the end. */
  readonly from: number
  readonly end: number
  /** Of the line in which it begins. */
  readonly indent: number
  readonly inArray: boolean
  /** No more bytes will come. */
  readonly isLast: boolean
}

/** The place behind it; -1 where more bytes have to come. */
export function brokenEnd(bytes: Uint8Array, broken: Broken): number {
  const { from, end, indent, inArray, isLast } = broken
  const closers: number[] = []
  let hasBrackets = inArray
  let inString = false
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!
    if (byte === LF) {
      const next = dedented(bytes, i + 1, end, indent)
      if (next === -1) return isLast ? end : -1
      if (next === 0 && (closers.length > 0 || !hasBrackets || inString)) {
        if (inString) inString = hasBrackets = false
        continue
      }
      return next === 0 ? i : next
    }
    if (inString) {
      if (byte === BACKSLASH && bytes[i + 1] !== LF) i++
      else if (byte === QUOTE) inString = false
      else if (byte === RECORD_SEPARATOR && isSeparator(bytes, i, end)) return i
      continue
    }
    if (byte === QUOTE) {
      inString = hasBrackets
    } else if (byte === RECORD_SEPARATOR) {
      if (isSeparator(bytes, i, end)) return i
    } else if (!hasBrackets) {
      continue
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      closers.push(byte + 2)
    } else if (closers.length === 0) {
      if (byte === COMMA || byte === CLOSE_BRACKET) return i
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (closers.pop() !== byte) hasBrackets = false
    }
  }
  return isLast ? end : -1
}

/** Whether a record separator is one: before a frame or an array. */
export function isSeparator(bytes: Uint8Array, i: number, end: number): boolean {
  const next = skipSpace(bytes, i + 1)
  return next < end && (bytes[next] === OPEN_BRACE || bytes[next] === OPEN_BRACKET)
}

/**
 * Where a broken frame ends before the line at `start`, or behind the brace that this line begins
 * with; 0 where the line is of it; -1 where more bytes have to come.
 */
function dedented(bytes: Uint8Array, start: number, end: number, indent: number): number {
  const first = skipSpace(bytes, start)
  if (first >= end) return -1
  if (bytes[first] === LF || first - start > indent) return 0
  return bytes[first] === CLOSE_BRACE ? first + 1 : start - 1
}
