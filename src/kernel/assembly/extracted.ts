/**
 * A line as uc-extract writes it, `{"ts":1468244340.5,"uid":"ab"}`, read at sight: bytes that are all
 * in their places are JSON, and have each key once. Any other line goes through the grammar, to the
 * same result. Counterpart: framesWriter in ../../ndjson/frame-lines.ts
 */
import { tsNameAt, uidNameAt } from './layout'
import { haveRootNames } from './root-names'
import { findTime } from './wanted-time'
import { findValue, PLAIN, valueEnd } from './wanted-values'

// As they stand in memory, the first byte lowest.
const beforeTime: u64 = 0x3a227374227b // {"ts":
const beforeUid: u64 = 0x223a22646975222c // ,"uid":"
const end: u32 = 0x0a7d22 // "} and LF

/** Whether the keys are uid and ts. */
let isOurs: bool = false

export let extractedMs: f64 = 0

/** Looks at the names, behind each of which stands a quote. */
export function expectExtracted(): void {
  isOurs = !haveRootNames && load<u32>(uidNameAt) === 0x22646975 &&
    (load<u32>(tsNameAt) & 0xffffff) === 0x227374
}

/** The line break of the line, which has the uid in its value and the time in extractedMs; else 0. */
// @ts-ignore: decorator
@inline
export function extractedBreak(line: usize): usize {
  if (!isOurs || (load<u64>(line) & 0xffffffffffff) !== beforeTime) return 0
  if (findValue(line + 6) !== PLAIN || load<u64>(valueEnd) !== beforeUid) return 0
  const uid = valueEnd + 7
  extractedMs = findTime()
  if (extractedMs < 0 || findValue(uid) !== PLAIN || (load<u32>(valueEnd) & 0xffffff) !== end) return 0
  return valueEnd + 2
}
