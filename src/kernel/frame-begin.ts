/** What tells by its bytes where a frame begins that is no line, and what separates frames. */
import {
  CR,
  LF,
  OPEN_BRACE,
  OPEN_BRACKET,
  RECORD_SEPARATOR,
  skipMarks,
  skipSpace,
} from './json-tokens.ts'
import { ValueWalker } from './value-walker.ts'

export const blank = 0x20
const tab = 0x09

/**
 * Whether a line that is known in part may be other than one frame: an array, what a separator
 * precedes, or, of one that is longer than it may be, an object with something behind it.
 */
export function beginsFramed(
  bytes: Uint8Array,
  from: number,
  to: number,
  maxLineBytes: number,
): boolean {
  const first = skipSpace(bytes, skipMarks(bytes, from))
  if (first >= to) return false
  return bytes[first] === OPEN_BRACKET || bytes[first] === RECORD_SEPARATOR ||
    (maxLineBytes > 0 && beginsWithFrame(bytes, first, to, maxLineBytes))
}

/** Whether a line is an object with something behind it, or broken by a separator. */
export function beginsWithFrame(
  bytes: Uint8Array,
  first: number,
  end: number,
  mostBytes: number,
): boolean {
  if (bytes[first] !== OPEN_BRACE) return false
  if (hasSeparator(bytes, first, Math.min(end, first + mostBytes + 1))) return true
  const walker = new ValueWalker()
  walker.begin(first)
  if (walker.walk(bytes, end) !== 'whole' || walker.at - first > mostBytes) return false
  const next = skipSpace(bytes, walker.at)
  return next < end && isOpening(bytes[next]!)
}

/** What may begin behind a whole frame in its line. */
export function isOpening(byte: number): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === RECORD_SEPARATOR
}

/** The first place from `i` on that is no white space, or `end`. */
export function behindSpace(bytes: Uint8Array, i: number, end: number): number {
  while (i < end && isSpace(bytes[i]!)) i++
  return i
}

export function isSpace(byte: number): boolean {
  return byte === blank || byte === LF || byte === CR || byte === tab
}

export function hasSeparator(bytes: Uint8Array, from: number, to: number): boolean {
  const found = bytes.subarray(0, to).indexOf(RECORD_SEPARATOR, from)
  return found >= 0
}
