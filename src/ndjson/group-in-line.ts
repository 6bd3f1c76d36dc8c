/**
 * The group of a result line, by the bytes of the line: a parsed one would have lost digits of large
 * numbers, and the order of keys such as "2" and "1". Values are named anew (kernel/group-value.ts), so
 * that lines of other programs are of the same group where their values are equal.
 */
import { Group } from '../group.ts'
import { FrameParser } from '../kernel/frame-parser.ts'
import type { GroupKeys } from '../kernel/group-keys.ts'
import { containerEnd, groupText } from '../kernel/group-value.ts'
import {
  CLOSE_BRACE,
  COMMA,
  LF,
  OBJECT,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  stringEnd,
} from '../kernel/json-tokens.ts'
import { keyName } from '../kernel/key-name.ts'
import { decodedString } from '../kernel/key-path.ts'

const byKey: GroupKeys = { keys: [keyName('by')], breakdowns: [] }
const parser = new FrameParser({ uidKeys: [], tsKeys: [], groupKeys: byKey })
const encoder = new TextEncoder()

/** Undefined: there is no "by", or none that is an object with keys, each of which stands once. */
export function groupInLine(text: string): Group | undefined {
  const bytes = encoder.encode(`${text}\n`)
  if (parser.walk(bytes, 0) < 0) return undefined
  const { kind, start } = parser.groups[0]!.chosen
  return kind === OBJECT ? groupAt(bytes, start) : undefined
}

function groupAt(bytes: Uint8Array, start: number): Group | undefined {
  const values = new Map<string, string>()
  let members = 0
  for (let at = skipSpace(bytes, start + 1); bytes[at] === QUOTE; members++) {
    const keyEnd = stringEnd(bytes, at + 1)
    const key = decodedString(bytes, at + 1, keyEnd)
    const valueStart = skipSpace(bytes, skipSpace(bytes, keyEnd + 1) + 1)
    const valueEnd = endOf(bytes, valueStart)
    values.set(key, groupText(bytes, valueStart, valueEnd))
    at = skipSpace(bytes, valueEnd)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
  }
  if (members === 0 || values.size < members) return undefined
  return new Group([...values.keys()], [...values.values()].join('\n'))
}

/** Behind the value at `at`. */
function endOf(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!
  if (byte === QUOTE) return stringEnd(bytes, at + 1) + 1
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return containerEnd(bytes, at)
  while (![COMMA, CLOSE_BRACE, LF, 0x20, 0x09, 0x0d].includes(bytes[at]!)) at++
  return at
}
