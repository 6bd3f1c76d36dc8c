/**
 * A refused line, or its user, as it stands in a line of --rejects, ready to be fed back: as text, or
 * in base64 where it is not valid UTF-8 and text would not give its bytes again. What is too long for
 * a string is cut, and says so by its length.
 */
import { shownBytes } from '../kernel/lines.ts'
import { isUtf8, mostTextBytes } from '../kernel/utf8.ts'
import type { Group } from '../group.ts'
import type { RejectContent, Uid } from '../records.ts'
import { base64 } from './base64.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The line of `lineBytes` bytes whose beginning, or all of it, is [start, end). */
export function rawContent(
  bytes: Uint8Array,
  start: number,
  end: number,
  lineBytes: number = end - start,
): RejectContent {
  const { text, base64: raw64 = '', ...length } = spelled(bytes.subarray(start, end), lineBytes)
  return text === undefined ? { raw64, ...length } : { raw: text, ...length }
}

/** A frame by its time and user. */
export function frameContent(tsMs: number, uid: Uid, by?: Group): RejectContent {
  const ts = tsMs / 1000
  const groups = by === undefined ? {} : { by }
  if (typeof uid === 'string') return { ts, uid, ...groups }
  const { text, base64: uid64 = '', ...length } = spelled(uid, uid.length)
  return text === undefined
    ? { ts, uid64, ...groups, ...length }
    : { ts, uid: text, ...groups, ...length }
}

interface Spelled {
  readonly text?: string
  readonly base64?: string
  /** Where it is cut. */
  readonly bytes?: number
}

function spelled(kept: Uint8Array, wholeBytes: number): Spelled {
  const shown = kept.length > mostTextBytes ? kept.subarray(0, shownBytes) : kept
  if (shown.length < wholeBytes) return { ...cut(shown), bytes: wholeBytes }
  const text = decoder.decode(shown)
  // Not by a decoder that throws, which takes ten times as long for a line that is not UTF-8.
  const isLost = text.includes('\ufffd') && !isUtf8(shown, 0, shown.length)
  return isLost ? { base64: base64(shown) } : { text }
}

/** A cut may fall inside a character: `stream` leaves that one out. */
function cut(shown: Uint8Array): Spelled {
  try {
    const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { text: fatal.decode(shown, { stream: true }) }
  } catch {
    return { base64: base64(shown) }
  }
}
