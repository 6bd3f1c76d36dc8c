/**
 * Names of files that are not UTF-8. Node gives arguments as text, with U+FFFD for each byte that is
 * none, and such a name opens nothing. So an argument keeps its bytes: those that are not UTF-8 as
 * lone surrogates U+DC80 to U+DCFF, which no argument holds otherwise (PEP 383, as Python does it).
 *
 *   63 61 66 e9    an argument's bytes, `café` in Latin-1
 *   c a f U+DCE9   the name, as text that passes from option to thread
 *   63 61 66 e9    what is opened: `pathOf`
 *   caf\xe9        what is said, here and in JSON, whose strings hold no lone surrogates
 */
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'

const escapedByte = /[\udc80-\udcff]/u // of a pair it would be a half, which `u` does not see

/** Well-formed UTF-8 (Unicode, table 3-7), or a single byte that is none, of bytes as Latin-1. */
const character = new RegExp(
  [
    '[\xc2-\xdf][\x80-\xbf]',
    '\xe0[\xa0-\xbf][\x80-\xbf]',
    '[\xe1-\xec\xee\xef][\x80-\xbf]{2}',
    '\xed[\x80-\x9f][\x80-\xbf]',
    '\xf0[\x90-\xbf][\x80-\xbf]{2}',
    '[\xf1-\xf3][\x80-\xbf]{3}',
    '\xf4[\x80-\x8f][\x80-\xbf]{2}',
    '[\x80-\xff]',
  ].join('|'),
  'g',
)

/** Arguments that the runtime has decoded, where the system tells their bytes: on Linux. */
export function exactArguments(decoded: readonly string[]): readonly string[] {
  if (!decoded.some((argument) => argument.includes('\ufffd'))) return decoded
  try {
    const all = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1)
    const exact = all.slice(-decoded.length).map((bytes) => Buffer.from(bytes, 'latin1'))
    const isOurs = exact.every((bytes, i) => bytes.toString() === decoded[i])
    return isOurs ? exact.map(nameOf) : decoded
  } catch {
    return decoded
  }
}

export function nameOf(bytes: Buffer): string {
  return bytes.toString('latin1').replace(
    character,
    (text) =>
      text.length > 1
        ? Buffer.from(text, 'latin1').toString()
        : String.fromCharCode(0xdc00 + text.charCodeAt(0)),
  )
}

/** What node:fs opens. */
export function pathOf(name: string): string | Buffer {
  if (isText(name)) return name
  return Buffer.concat(
    [...name].map((each) =>
      escapedByte.test(each) ? Buffer.of(each.charCodeAt(0) & 0xff) : Buffer.from(each)
    ),
  )
}

export function isText(argument: string): boolean {
  return !escapedByte.test(argument)
}

/** The name in messages and in JSON. */
export function shownName(name: string): string {
  if (isText(name)) return name
  return [...name].map((each) =>
    escapedByte.test(each) ? `\\x${(each.charCodeAt(0) & 0xff).toString(16)}` : each
  ).join('')
}
