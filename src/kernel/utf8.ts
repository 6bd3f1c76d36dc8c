/**
 * Bytes of text that need not be UTF-8. A user whose id is not is told by its bytes: decoded, each
 * byte that does not belong would be U+FFFD, and many users one.
 */
import { BACKSLASH } from './json-tokens.ts'

/** A string of V8 has at most half a GiB; six times that many characters become of its escapes. */
export const mostTextBytes: number = 64 * 2 ** 20

/**
 * Whether the bytes [start, end) are UTF-8 to the decoder of the Encoding standard, section 8.1.1,
 * which by the byte before bounds the second byte of a character, so that none is written too long,
 * none is a surrogate and none lies behind U+10FFFF:
 *
 *   c2 … df  80 … bf
 *   e0       a0 … bf  80 … bf
 *   e1 … ef  80 … bf  80 … bf              ed: 80 … 9f
 *   f0       90 … bf  80 … bf  80 … bf
 *   f1 … f4  80 … bf  80 … bf  80 … bf     f4: 80 … 8f
 */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end;) {
    const byte = bytes[i++]!
    if (byte < 0x80) continue
    if (byte < 0xc2 || byte > 0xf4) return false
    let missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    if (end - i < missing) return false
    const second = bytes[i++]!
    const least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
    const most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
    if (second < least || second > most) return false
    while (--missing > 0) {
      if ((bytes[i++]! & 0xc0) !== 0x80) return false
    }
  }
  return true
}

/** What the escapes stand for but for \u; any other letter stands for itself. */
const shortEscapes: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
])

/**
 * The inside of a string of JSON without escapes: its other bytes as they are, and of an escape the
 * UTF-8; of a surrogate without its partner three bytes, as in fingerprintOfText.
 */
export function unescaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const plain = new Uint8Array(end - start) // no escape is shorter than what it stands for
  let at = 0
  for (let i = start; i < end;) {
    const byte = bytes[i++]!
    if (byte !== BACKSLASH) {
      plain[at++] = byte
      continue
    }
    const letter = bytes[i++]!
    if (letter !== 0x75) {
      plain[at++] = shortEscapes.get(letter) ?? letter
      continue
    }
    let code = hexValue(bytes, i)
    i += 4
    if (code >> 10 === 0x36 && bytes[i] === BACKSLASH && bytes[i + 1] === 0x75) {
      const low = hexValue(bytes, i + 2)
      if (low >> 10 === 0x37) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)
        i += 6
      }
    }
    at = writeCharacter(plain, at, code)
  }
  return plain.subarray(0, at)
}

function hexValue(bytes: Uint8Array, at: number): number {
  return parseInt(String.fromCharCode(...bytes.subarray(at, at + 4)), 16)
}

function writeCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at++] = code
    return at
  }
  if (code < 0x800) {
    bytes[at++] = 0xc0 | code >> 6
  } else {
    if (code < 0x10000) {
      bytes[at++] = 0xe0 | code >> 12
    } else {
      bytes[at++] = 0xf0 | code >> 18
      bytes[at++] = 0x80 | code >> 12 & 0x3f
    }
    bytes[at++] = 0x80 | code >> 6 & 0x3f
  }
  bytes[at++] = 0x80 | code & 0x3f
  return at
}
