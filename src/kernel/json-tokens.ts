/**
 * The tokens of JSON (RFC 8259) over bytes. Every line in the buffer ends in LF, and LF is part of
 * no token here, so LF is the sentinel: no loop needs a bound.
 */

export const LF = 0x0a
export const CR = 0x0d
export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
/** Before each text of a JSON text sequence (RFC 7464). */
export const RECORD_SEPARATOR = 0x1e

/** Kinds of JSON value; NONE where a key is absent. */
export const NONE = 0
export const STRING = 1
export const NUMBER = 2
export const OBJECT = 3
export const ARRAY = 4
export const TRUE = 5
export const FALSE = 6
export const NULL = 7

export const kindNames: readonly string[] = [
  'missing',
  'a string',
  'a number',
  'an object',
  'an array',
  'true',
  'false',
  'null',
]

/** 1 for the bytes that end the plain part of a string: quote, backslash, control characters. */
export const endsPlain: Uint8Array = new Uint8Array(256)
endsPlain.fill(1, 0, 0x20)
endsPlain[QUOTE] = 1
endsPlain[BACKSLASH] = 1

export const isHexDigit: Uint8Array = new Uint8Array(256)
for (const digit of '0123456789abcdefABCDEF') isHexDigit[digit.charCodeAt(0)] = 1

export const isShortEscape: Uint8Array = new Uint8Array(256)
for (const letter of '"\\/bfnrt') isShortEscape[letter.charCodeAt(0)] = 1

/** What a token function returns when the bytes are not that token: -1 minus the place. */
export function failedAt(place: number): number {
  return -1 - place
}

/** The place behind a string whose first byte after the quote is at `i`: that of the closing quote. */
export function stringEnd(bytes: Uint8Array, i: number): number {
  for (;;) {
    while (endsPlain[bytes[i]!] === 0) i++
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte !== BACKSLASH) return failedAt(i)
    i++
    if (isShortEscape[bytes[i]!] === 1) {
      i++
    } else {
      if (bytes[i] !== 0x75) return failedAt(i)
      for (let digit = 1; digit <= 4; digit++) {
        if (isHexDigit[bytes[i + digit]!] === 0) return failedAt(i + digit)
      }
      i += 5
    }
  }
}

/** The place behind a number that begins at `i`. */
export function numberEnd(bytes: Uint8Array, i: number): number {
  if (bytes[i] === 0x2d) i++
  if (bytes[i] === 0x30) i++
  else if (isDigit(bytes[i]!)) i = digitsEnd(bytes, i)
  else return failedAt(i)
  if (bytes[i] === 0x2e) {
    if (!isDigit(bytes[i + 1]!)) return failedAt(i + 1)
    i = digitsEnd(bytes, i + 1)
  }
  if ((bytes[i]! | 0x20) === 0x65) {
    i++
    if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++
    if (!isDigit(bytes[i]!)) return failedAt(i)
    i = digitsEnd(bytes, i)
  }
  return i
}

const literals: ReadonlyMap<number, { kind: number; rest: readonly number[] }> = new Map([
  [0x74, { kind: TRUE, rest: [0x72, 0x75, 0x65] }],
  [0x66, { kind: FALSE, rest: [0x61, 0x6c, 0x73, 0x65] }],
  [0x6e, { kind: NULL, rest: [0x75, 0x6c, 0x6c] }],
])

/** TRUE, FALSE or NULL by the first letter; NONE when no literal begins so. */
export function literalKind(byte: number): number {
  return literals.get(byte)?.kind ?? NONE
}

/** The letters behind the first one of a literal. */
export function literalLetters(byte: number): readonly number[] | undefined {
  return literals.get(byte)?.rest
}

/** The place behind the literal whose first letter is at `i`. */
export function literalEnd(bytes: Uint8Array, i: number): number {
  for (const letter of literals.get(bytes[i]!)!.rest) {
    if (bytes[++i] !== letter) return failedAt(i)
  }
  return i + 1
}

/** The first place from `i` on that is no white space; LF counts as none. */
export function skipSpace(bytes: Uint8Array, i: number): number {
  while (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === CR) i++
  return i
}

/** The first place from `i` on, where a line begins, that is behind its byte order marks. */
export function skipMarks(bytes: Uint8Array, i: number): number {
  while (bytes[i] === 0xef && bytes[i + 1] === 0xbb && bytes[i + 2] === 0xbf) i += 3
  return i
}

/** Whether nothing but white space stands in [start, end). */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0x20 && bytes[i] !== 0x09 && bytes[i] !== CR) return false
  }
  return true
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function digitsEnd(bytes: Uint8Array, i: number): number {
  while (isDigit(bytes[i]!)) i++
  return i
}
