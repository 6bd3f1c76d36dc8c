/**
 * Walks one line of JSON over its bytes, once, and finds two values on the way. It accepts exactly
 * what JSON.parse accepts of the decoded line and whose root is an object: outside of strings only
 * ASCII is legal, and inside of them any byte from 0x20 on is, since what is not UTF-8 decodes to
 * U+FFFD. Containers lie on a stack of its own, so depth has no limit but the line's length.
 */
import {
  ARRAY,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  failedAt,
  LF,
  literalEnd,
  literalKind,
  NONE,
  NUMBER,
  numberEnd,
  OBJECT,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  STRING,
  stringEnd,
} from './json-tokens.ts'
import type { GroupKeys } from './group-keys.ts'
import type { KeyName } from './key-name.ts'
import type { KeyPath } from './key-path.ts'
import { NamedValue } from './named-value.ts'

/** Under which names user and time stand; at least one each. */
export interface FrameKeys {
  readonly uidKeys: readonly KeyName[]
  readonly tsKeys: readonly KeyName[]
  /** What they are split by; undefined: by nothing. */
  readonly groupKeys?: GroupKeys | undefined
}

export class FrameParser {
  readonly uid: NamedValue
  readonly ts: NamedValue
  /** Of each key by which frames are split. */
  readonly groups: readonly NamedValue[]
  readonly #paths: readonly KeyPath[]
  /** Those that the key, or element, just walked belongs to. */
  readonly #wanted: KeyPath[] = []
  /** Kind of each container that is open, from the root. */
  #open = new Uint8Array(64)

  constructor({ uidKeys, tsKeys, groupKeys }: FrameKeys) {
    this.uid = new NamedValue(uidKeys)
    this.ts = new NamedValue(tsKeys)
    this.groups = (groupKeys?.keys ?? []).map((key) => new NamedValue([key]))
    const values = [this.uid, this.ts, ...this.groups]
    this.#paths = values.flatMap(({ paths }) => paths)
  }

  /**
   * Walks the line that begins at `i` and ends in LF. Returns the place of that LF, or, where the
   * line is not one JSON object, failedAt(the first byte that cannot stand there).
   */
  walk(bytes: Uint8Array, i: number): number {
    const paths = this.#paths
    const wanted = this.#wanted
    for (const path of paths) path.reset()
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
        for (const path of paths) if (path.level === depth) path.level--
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

      wanted.length = 0
      if (inObject) {
        if (byte !== QUOTE) return failedAt(i)
        const keyStart = i + 1
        i = stringEnd(bytes, keyStart)
        if (i < 0) return i
        for (const path of paths) {
          if (path.level === depth && path.matches(bytes, keyStart, i)) wanted.push(path)
        }
        i = skipSpace(bytes, i + 1)
        if (bytes[i] !== COLON) return failedAt(i)
        i = skipSpace(bytes, i + 1)
        byte = bytes[i]!
      } else {
        for (const path of paths) {
          if (path.level === depth && path.matchesElement()) wanted.push(path)
        }
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

      for (const path of wanted) if (path.take(kind, start, end)) path.level++
      isEmpty = kind === OBJECT || kind === ARRAY
      if (isEmpty) {
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
