/**
 * Walks one line of JSON over its bytes, once, and finds two keys on the way. It accepts exactly
 * what JSON.parse accepts of the decoded line and whose root is an object: outside of strings only
 * ASCII is legal, and inside of them any byte from 0x20 on is, since what is not UTF-8 decodes to
 * U+FFFD. Containers lie on a stack of its own, so depth has no limit but the line's length.
 */
import {
  ARRAY,
  failedAt,
  LF,
  literalEnd,
  literalKind,
  NONE,
  NUMBER,
  numberEnd,
  OBJECT,
  QUOTE,
  skipSpace,
  STRING,
  stringEnd,
} from './json-tokens.ts'
import { KeyPath } from './key-path.ts'

const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

export class FrameParser {
  readonly uid: KeyPath
  readonly ts: KeyPath
  /** Kind of each container that is open, from the root. */
  #open = new Uint8Array(64)

  constructor(uidKey: string, tsKey: string) {
    this.uid = new KeyPath(uidKey)
    this.ts = new KeyPath(tsKey)
  }

  /**
   * Walks the line that begins at `i` and ends in LF. Returns the place of that LF, or, where the
   * line is not one JSON object, failedAt(the first byte that cannot stand there).
   */
  walk(bytes: Uint8Array, i: number): number {
    const { uid, ts } = this
    uid.reset()
    ts.reset()
    i = skipSpace(bytes, i)
    if (bytes[i] !== OPEN_BRACE) return failedAt(i)
    this.#open[0] = OBJECT
    let depth = 1
    let isEmpty = true // nothing stands yet in the innermost container
    i++

    while (depth > 0) {
      const inObject = this.#open[depth - 1] === OBJECT
      i = skipSpace(bytes, i)
      let byte = bytes[i]!

      if (byte === (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        if (uid.level === depth) uid.level--
        if (ts.level === depth) ts.level--
        depth--
        isEmpty = false
        i++
        continue
      }
      if (!isEmpty) {
        if (byte !== COMMA) return failedAt(i)
        i = skipSpace(bytes, i + 1)
        byte = bytes[i]!
      }

      let isUid = false
      let isTs = false
      if (inObject) {
        if (byte !== QUOTE) return failedAt(i)
        const keyStart = i + 1
        i = stringEnd(bytes, keyStart)
        if (i < 0) return i
        isUid = uid.level === depth && uid.matches(bytes, keyStart, i)
        isTs = ts.level === depth && ts.matches(bytes, keyStart, i)
        i = skipSpace(bytes, i + 1)
        if (bytes[i] !== COLON) return failedAt(i)
        i = skipSpace(bytes, i + 1)
        byte = bytes[i]!
      }

      let kind: number
      let start = i
      let end: number
      if (byte === QUOTE) {
        kind = STRING
        start = i + 1
        end = stringEnd(bytes, start)
        i = end < 0 ? end : end + 1
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        kind = byte === OPEN_BRACE ? OBJECT : ARRAY
        end = ++i
      } else {
        kind = literalKind(byte)
        if (kind === NONE) {
          kind = NUMBER
          i = end = numberEnd(bytes, i)
        } else {
          i = end = literalEnd(bytes, i)
        }
      }
      if (i < 0) return i

      const uidGoesOn = isUid && uid.take(kind, start, end)
      const tsGoesOn = isTs && ts.take(kind, start, end)
      isEmpty = kind === OBJECT || kind === ARRAY
      if (isEmpty) {
        if (uidGoesOn) uid.level++
        if (tsGoesOn) ts.level++
        if (depth === this.#open.length) this.#grow()
        this.#open[depth++] = kind
      }
    }

    i = skipSpace(bytes, i)
    return bytes[i] === LF ? i : failedAt(i)
  }

  #grow(): void {
    const larger = new Uint8Array(this.#open.length * 2)
    larger.set(this.#open)
    this.#open = larger
  }
}
