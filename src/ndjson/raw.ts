/**
 * A refused line as it stands in a line of --rejects, ready to be fed back: as text, or in base64
 * where it is not valid UTF-8 and text would not give its bytes again.
 */
import type { RejectContent } from '../records.ts'
import { base64 } from './base64.ts'

/** The line of `lineBytes` bytes whose beginning, or all of it, is [start, end). */
export function rawContent(
  bytes: Uint8Array,
  start: number,
  end: number,
  lineBytes: number = end - start,
): RejectContent {
  const line = bytes.subarray(start, end)
  const isCut = line.length < lineBytes
  const length = isCut ? { bytes: lineBytes } : {}
  try {
    // A cut may fall inside a character: `stream` leaves that one out.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { raw: decoder.decode(line, { stream: isCut }), ...length }
  } catch {
    return { raw64: base64(line), ...length }
  }
}
