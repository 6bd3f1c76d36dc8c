/**
 * Walks one JSON value over bytes of which the rest may still have to come, line breaks being white
 * space: what tells where a frame ends that is not a line. It accepts what frame-parser.ts accepts of
 * an object, and stops at the same byte where that refuses it.
 */
import type { RecordReader, RecordWriter } from '../state/record.ts'
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  CR,
  endsPlain,
  failedAt,
  isHexDigit,
  isShortEscape,
  LF,
  literalLetters,
  numberEnd,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-tokens.ts'

export type Walked = 'whole' | 'wrong' | 'more'

/** What may come next, or that nothing may. */
const VALUE = 0
const FIRST_KEY = 1
const KEY = 2
const KEY_END = 3
const NEXT = 4
const FIRST_ELEMENT = 5
const IN_STRING = 6
const IN_KEY = 7
const WHOLE = 8
const WRONG = 9

export class ValueWalker {
  /** How far it has come: behind the value, or at the byte that cannot stand there. */
  at = 0
  #expected = VALUE
  /** Where each open container begins, and whether it is an object. */
  readonly #opens: number[] = []
  readonly #areObjects: boolean[] = []

  begin(at: number): void {
    this.at = at
    this.#expected = VALUE
    this.#opens.length = this.#areObjects.length = 0
  }

  /** The bytes lie so much further behind now. */
  shift(bytes: number): void {
    this.at += bytes
    for (let i = 0; i < this.#opens.length; i++) this.#opens[i]! += bytes
  }

  /** Where it stands, without the places of what is behind. */
  writeTo(record: RecordWriter): void {
    record.count(this.#expected).count(this.#areObjects.length)
    for (const isObject of this.#areObjects) record.flag(isObject)
  }

  readFrom(record: RecordReader): void {
    this.begin(0)
    this.#expected = record.count()
    for (let left = record.count(); left > 0; left--) {
      this.#areObjects.push(record.flag())
      this.#opens.push(0)
    }
  }

  /** Containers that are still open, from the outermost. */
  get opens(): readonly number[] {
    return this.#opens
  }

  /** Goes on with the bytes before `end`. */
  walk(bytes: Uint8Array, end: number): Walked {
    let i = this.at
    for (;;) {
      const expected = this.#expected
      if (expected >= WHOLE) return expected === WHOLE ? 'whole' : 'wrong'
      if (expected >= IN_STRING) {
        while (i < end && endsPlain[bytes[i]!] === 0) i++
      } else {
        while (i < end && isSpace(bytes[i]!)) i++
      }
      if (i === end) return this.#pause(i)
      const byte = bytes[i]!
      if (expected >= IN_STRING) {
        if (byte === QUOTE) {
          i++
          if (expected === IN_KEY) this.#expected = KEY_END
          else this.#close()
        } else if (byte === BACKSLASH) {
          const next = escapeEnd(bytes, i, end)
          if (next === 0) return this.#pause(i)
          if (next < 0) return this.#fail(-1 - next)
          i = next
        } else {
          return this.#fail(i)
        }
        this.at = i
        continue
      }
      if (expected === NEXT) {
        const isObject = this.#areObjects.at(-1)!
        if (byte === COMMA) this.#expected = isObject ? KEY : VALUE
        else if (byte === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) this.#pop()
        else return this.#fail(i)
        i++
      } else if (expected === KEY_END) {
        if (byte !== COLON) return this.#fail(i)
        this.#expected = VALUE
        i++
      } else if (expected === KEY || expected === FIRST_KEY) {
        if (byte === QUOTE) this.#expected = IN_KEY
        else if (byte === CLOSE_BRACE && expected === FIRST_KEY) this.#pop()
        else return this.#fail(i)
        i++
      } else if (byte === QUOTE) {
        this.#expected = IN_STRING
        i++
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#opens.push(i)
        this.#areObjects.push(byte === OPEN_BRACE)
        this.#expected = byte === OPEN_BRACE ? FIRST_KEY : FIRST_ELEMENT
        i++
      } else if (byte === CLOSE_BRACKET && expected === FIRST_ELEMENT) {
        this.#pop()
        i++
      } else {
        const next = scalarEnd(bytes, i, end)
        if (next === 0) return this.#pause(i)
        if (next < 0) return this.#fail(-1 - next)
        this.#close()
        i = next
      }
      this.at = i
    }
  }

  #pop(): void {
    this.#opens.pop()
    this.#areObjects.pop()
    this.#close()
  }

  /** A value has ended. */
  #close(): void {
    this.#expected = this.#opens.length === 0 ? WHOLE : NEXT
  }

  #pause(at: number): Walked {
    this.at = at
    return 'more'
  }

  #fail(at: number): Walked {
    this.at = at
    this.#expected = WRONG
    return 'wrong'
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === CR || byte === 0x09
}

/** The place behind the escape at `i`; 0: more of it has to come. */
function escapeEnd(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 === end) return 0
  if (isShortEscape[bytes[i + 1]!] === 1) return i + 2
  if (bytes[i + 1] !== 0x75) return failedAt(i + 1)
  for (let digit = i + 2; digit < i + 6; digit++) {
    if (digit === end) return 0
    if (isHexDigit[bytes[digit]!] === 0) return failedAt(digit)
  }
  return i + 6
}

/** The place behind the number or literal at `i`; 0: more of it may come. */
function scalarEnd(bytes: Uint8Array, i: number, end: number): number {
  const letters = literalLetters(bytes[i]!)
  if (letters === undefined) {
    let tokenEnd = i
    while (tokenEnd < end && isOfNumber(bytes[tokenEnd]!)) tokenEnd++
    return tokenEnd === end ? 0 : numberEnd(bytes, i)
  }
  for (const letter of letters) {
    if (++i === end) return 0
    if (bytes[i] !== letter) return failedAt(i)
  }
  return i + 1
}

function isOfNumber(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e ||
    (byte | 0x20) === 0x65
}
