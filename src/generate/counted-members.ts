/**
 * The two root members that count, each written into a small buffer with the comma that follows
 * it: `"uid":"0d750ea38f519d597d5",` and `"ts":1468244384,`. Most are plain; some are spelled in the
 * other ways that JSON allows, since a scanner must find and read those, too. Those that need a slow
 * path are under one in a hundred, or a benchmark on such frames would measure little else.
 */
import { below, type Random } from './random.ts'

/** The first `length` of `bytes` are the member. */
export interface Member {
  readonly bytes: Uint8Array
  length: number
}

/** How `ts` is spelled. Only `millis` and `long` carry more than whole seconds. */
export type TsForm = 'whole' | 'string' | 'millis' | 'long' | 'power'

const encoder = new TextEncoder()
const hexDigits = encoder.encode('0123456789abcdef')
const plainUidKey = encoder.encode('"uid":"')
const plainTsKey = encoder.encode('"ts":')
const oddUidKeys = ['"\\u0075id":"', '"u\\u0069\\u0064" : "']
const oddTsKeys = ['"t\\u0073":', '"\\u0074s"\t:']
const closing = encoder.encode('",')
const comma = encoder.encode(',')

export function encoded(text: string): Uint8Array {
  return encoder.encode(text)
}

export function emptyMember(mostBytes = 64): Member {
  return { bytes: new Uint8Array(mostBytes), length: 0 }
}

/** A member with the text given: for those that are wrong on purpose. */
export function fixedMember(text: string): Member {
  const bytes = encoder.encode(`${text},`)
  return { bytes, length: bytes.length }
}

/**
 * The uid of user number `user`: 19 hexadecimal digits, as in the challenge's frames. The first 8
 * differ for any two users, as `mixed` maps no two words to one.
 */
export function writeUid(member: Member, random: Random, user: number, salt: number): void {
  const first = mixed(user ^ salt)
  const second = mixed(first ^ 0x5bd1e995)
  const bytes = member.bytes
  const odd = below(random, 1024)
  let at = put(bytes, 0, odd < 2 ? encoded(oddUidKeys[odd] ?? '') : plainUidKey)
  if (odd === 2) {
    const digit = (first >>> 28).toString(16).charCodeAt(0)
    at = put(bytes, at, encoder.encode(`\\u00${digit.toString(16)}`))
  } else {
    at = putHex(bytes, at, first >>> 28, 1)
  }
  at = putHex(bytes, at, first, 7)
  at = putHex(bytes, at, second, 8)
  at = putHex(bytes, at, mixed(second ^ 0x1b873593), 3)
  member.length = put(bytes, at, closing)
}

export function writeTs(member: Member, random: Random, tsMs: number, form: TsForm): void {
  const bytes = member.bytes
  const odd = below(random, 1024)
  let at = put(bytes, 0, odd < 2 ? encoded(oddTsKeys[odd] ?? '') : plainTsKey)
  const seconds = Math.floor(tsMs / 1000)
  if (form === 'whole') {
    at = putDigits(bytes, at, seconds, 1)
    member.length = put(bytes, at, comma)
    return
  }
  const millis = String(tsMs - seconds * 1000).padStart(3, '0')
  member.length = put(bytes, at, encoder.encode(`${spelled(form, seconds, millis)},`))
}

function spelled(form: TsForm, seconds: number, millis: string): string {
  switch (form) {
    case 'whole':
      return String(seconds)
    case 'string':
      return `"${seconds}"`
    case 'millis':
      return `${seconds}.${millis}`
    case 'long':
      // A double would round this up, at worst into the next window. Text, so that readers that
      // have no more than JSON.parse can still see all of its digits.
      return `"${seconds}.${millis}9999999"`
    case 'power':
      return `${seconds / 10}E+1`
  }
}

/** Spreads 32 bits over 32 bits, one to one: the last step of MurmurHash3. */
export function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Copies `source` to `at` and returns where it ends. A loop: `set` costs more for so few bytes. */
export function put(bytes: Uint8Array, at: number, source: Uint8Array, length?: number): number {
  const count = length ?? source.length
  for (let i = 0; i < count; i++) bytes[at + i] = source[i] ?? 0
  return at + count
}

function putHex(bytes: Uint8Array, at: number, word: number, digits: number): number {
  for (let i = 0; i < digits; i++) {
    bytes[at + i] = hexDigits[(word >>> (4 * (digits - 1 - i))) & 15] ?? 0
  }
  return at + digits
}

function putDigits(bytes: Uint8Array, at: number, value: number, minDigits: number): number {
  let digits = minDigits
  for (let bound = 10 ** minDigits; bound <= value; bound *= 10) digits++
  let rest = value
  for (let i = digits - 1; i >= 0; i--) {
    const next = Math.floor(rest / 10)
    bytes[at + i] = 0x30 + rest - next * 10
    rest = next
  }
  return at + digits
}
