/**
 * The group of a result line that is read. What JSON.parse has made of its `by` is enough, but where
 * a number is rounded, or keys such as "2" and "1" come in another order: there the text itself is
 * read. Either way values are spelled as group-value.ts does it, so that a group has one name whoever
 * has written the line.
 */
import { Group } from '../group.ts'
import { FrameParser } from '../kernel/frame-parser.ts'
import { containerEnd, groupValue } from '../kernel/group-value.ts'
import {
  ARRAY,
  CLOSE_BRACE,
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
} from '../kernel/json-tokens.ts'
import { keyName } from '../kernel/key-name.ts'
import { decodedString } from '../kernel/key-path.ts'

/** Undefined where `by` is no object, or an empty one. `text`: JSON, of the line that it stands in. */
export function groupOfLine(by: unknown, text: string): Group | undefined {
  if (typeof by !== 'object' || by === null || Array.isArray(by)) return undefined
  const members = Object.entries(by)
  if (members.length === 0) return undefined
  try {
    if (members.every(isWhole)) return groupOf(members)
  } catch {
    // too deep for JSON.stringify
  }
  return groupInText(text)
}

/** Whether the text cannot say more than what it was parsed to. */
function isWhole([key, value]: readonly [string, unknown]): boolean {
  if (/^\d+$/.test(key)) return false // may have stood behind others
  return typeof value !== 'number' || Number.isSafeInteger(value) ||
    (Number.isFinite(value) && !Number.isInteger(value))
}

function groupOf(members: readonly (readonly [string, unknown])[]): Group {
  const values = members.map(([, value]) => JSON.stringify(value))
  return new Group(members.map(([key]) => key), values.join('\n'))
}

const encoder = new TextEncoder()

function groupInText(text: string): Group {
  const bytes = encoder.encode(`${text.replaceAll('\n', ' ')}\n`)
  const parser = new FrameParser({ uidKeys: [keyName('by')], tsKeys: [keyName('start')] })
  parser.walk(bytes, 0)
  const values = new Map<string, string>() // as in JSON.parse the last of equal keys wins
  for (let i = parser.uid.chosen.start; bytes[i] !== CLOSE_BRACE;) {
    const keyStart = skipSpace(bytes, i + 1) + 1 // behind a brace or a comma, and its quote
    const keyEnd = stringEnd(bytes, keyStart)
    const colon = skipSpace(bytes, keyEnd + 1)
    const { value, end } = valueAt(bytes, skipSpace(bytes, colon + 1))
    values.set(decodedString(bytes, keyStart, keyEnd), value)
    i = skipSpace(bytes, end)
  }
  return new Group([...values.keys()], [...values.values()].join('\n'))
}

/** Spelled in the one way, and the place behind it. */
function valueAt(bytes: Uint8Array, at: number): { readonly value: string; readonly end: number } {
  const byte = bytes[at]!
  if (byte === QUOTE) {
    const end = stringEnd(bytes, at + 1)
    return { value: groupValue(bytes, { kind: STRING, start: at + 1, end }), end: end + 1 }
  }
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
    const kind = byte === OPEN_BRACE ? OBJECT : ARRAY
    return { value: groupValue(bytes, { kind, start: at, end: at }), end: containerEnd(bytes, at) }
  }
  const literal = literalKind(byte)
  const kind = literal === NONE ? NUMBER : literal
  const end = kind === NUMBER ? numberEnd(bytes, at) : literalEnd(bytes, at)
  return { value: groupValue(bytes, { kind, start: at, end }), end }
}
