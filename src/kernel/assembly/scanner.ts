/**
 * The frames in a piece of the input. Every line is either decided here, exactly, or left to the
 * twin: what is refused, and what is rare. Counterpart: scan in ../twin.ts.
 */
import { CR, fillTables, LF, OPEN_BRACE, skipMarks, skipSpace } from './bytes'
import { expectExtracted, extractedBreak, extractedMs } from './extracted'
import { fingerprint } from './fingerprint'
import { prepareGroupRoots } from './group-roots'
import { findGroups, haveGroups, setGroups } from './groups'
import { areFirstThere, findTs, findUid, setPlaces } from './named-paths'
import { haveRootNames, setRootNames } from './root-names'
import { setNames, tsKeyEnd, uidKeyEnd } from './wanted-keys'
import * as layout from './layout'
import { lazyLineBreakAt, walkLazily, walkToGroups } from './lazy'
import { lineBreakAt, walkStrict } from './strict'
import { findTime, setLocalSpan, setUnit } from './wanted-time'
import { findValue, NONE, ODD, PLAIN, valueEnd, valueStart } from './wanted-values'

export {
  breakdownBytes,
  breakdownsAt,
  groupHashesAt,
  groupKeyCapacity,
  groupPlaceCountsAt,
  groupPlacesAt,
  groupPlacesOfKey,
  hashHiAt,
  hashLoAt,
  inputAt,
  lineEndAt,
  lineNumberAt,
  lineStartAt,
  nameCapacity,
  oddRowsAt,
  pathNameBytesAt,
  pathNameCapacity,
  pathNamesAt,
  placeBytes,
  placeCapacity,
  rowCapacity,
  tsMsAt,
  tsNameAt,
  tsPlacesAt,
  uidEndAt,
  uidNameAt,
  uidPlacesAt,
  uidStartAt,
  valueEndsAt,
  valueStartsAt,
} from './layout'
export {
  rowTailAt,
  scanWindowed,
  tailBytesAt,
  tailCapacity,
  tailCount,
  tailsAt,
} from './windowed'

/** Where the last scan stopped: a line's first byte. */
export let stoppedAt: usize = 0
/** Whether the twin has to take the line there. */
export let isLeftToTwin: bool = false
/** How many rows of the last scan have a uid of escapes or beyond ASCII, whose hash is not right. */
export let oddCount: i32 = 0
/** Number of the last line that was decided. */
export let lineNumber: f64 = 0

let maxLineBytes: usize = 0
let isLazy: bool = false

/** Before `configure`, where there are more names than two, or paths: what stands in the layout. */
export function configurePaths(roots: i32, names: i32, uidPlaces: i32, tsPlaces: i32): void {
  setRootNames(roots, names)
  setPlaces(uidPlaces, tsPlaces)
}

/** Behind configurePaths: for how many keys and breakdowns there is something in the layout. */
export function configureGroups(keys: i32, breakdowns: i32): void {
  setGroups(keys, breakdowns)
  prepareGroupRoots()
}

export function configure(uidBytes: i32, tsBytes: i32, maxLine: u32, lazy: bool): void {
  fillTables()
  setNames(uidBytes, tsBytes)
  expectExtracted()
  maxLineBytes = maxLine
  isLazy = lazy
}

export { setLocalSpan, setUnit }

/**
 * Takes the lines of [from, to), the last of which may lack its end; an LF stands at `to`. Writes a
 * row for each frame, its places moved by `shift`, and returns how many. Stops where the lines or
 * the rows end, or where a line is left to the twin.
 */
export function scan(from: usize, to: usize, shift: u32): i32 {
  let line = from
  let row: usize = 0
  isLeftToTwin = false
  oddCount = 0
  while (line < to && row < <usize> layout.rowCapacity) {
    let begin = line
    if (load<u8>(begin) !== OPEN_BRACE) {
      begin = skipMarks(begin)
      const blankBreak = skipSpace(begin)
      if (load<u8>(blankBreak) === LF && blankBreak < to && blankBreak - line <= maxLineBytes) {
        lineNumber++
        line = blankBreak + 1
        continue
      }
      if (load<u8>(begin) !== OPEN_BRACE) {
        isLeftToTwin = true
        break
      }
    }
    const extracted: usize = haveGroups ? 0 : extractedBreak(begin)
    if (extracted !== 0 && extracted < to && extracted - line <= maxLineBytes) {
      append(begin, extracted, row, shift, extractedMs)
      row++
      line = extracted + 1
      continue
    }
    const isShown = isLazy && (haveGroups ? walkToGroups(begin) : walkLazily(begin)) &&
      (!haveRootNames || areFirstThere(uidKeyEnd, tsKeyEnd))
    const isWhole = isShown || walkStrict(begin)
    const lineBreak = isShown ? lazyLineBreakAt : lineBreakAt
    if (lineBreak >= to) break
    if (!isWhole || !take(line, begin, lineBreak, row, shift)) {
      isLeftToTwin = true
      break
    }
    row++
    line = lineBreak + 1
  }
  stoppedAt = line
  return <i32> row
}

/** Of the line at `line`, which begins with marks up to `begin`, and ends in `lineBreak`. */
// @ts-ignore: decorator
@inline
function take(line: usize, begin: usize, lineBreak: usize, row: usize, shift: u32): bool {
  let lineEnd = lineBreak
  if (load<u8>(lineEnd - 1) === CR) lineEnd--
  if (lineEnd - line > maxLineBytes) return false
  if (!haveRootNames && (uidKeyEnd === 0 || tsKeyEnd === 0)) return false
  if ((haveRootNames ? findTs() : findValue(tsKeyEnd)) !== PLAIN) return false
  const tsMs = findTime()
  if (tsMs < 0) return false
  const uid = haveRootNames ? findUid() : findValue(uidKeyEnd)
  if (uid === NONE) return false
  append(begin, lineEnd, row, shift, tsMs)
  if (haveGroups) findGroups(row, shift)
  if (uid === ODD) store<u32>(layout.oddRowsAt + 4 * oddCount++, <u32> row)
  return true
}

/** Writes the row of a frame whose uid was just found. */
// @ts-ignore: decorator
@inline
function append(line: usize, lineEnd: usize, row: usize, shift: u32, tsMs: f64): void {
  const hash = fingerprint(valueStart, valueEnd)
  lineNumber++
  store<f64>(layout.tsMsAt + row * 8, tsMs)
  store<f64>(layout.lineNumberAt + row * 8, lineNumber)
  store<u32>(layout.hashHiAt + row * 4, <u32> (hash >> 32))
  store<u32>(layout.hashLoAt + row * 4, <u32> hash)
  store<u32>(layout.uidStartAt + row * 4, <u32> valueStart + shift)
  store<u32>(layout.uidEndAt + row * 4, <u32> valueEnd + shift)
  store<u32>(layout.lineStartAt + row * 4, <u32> line + shift)
  store<u32>(layout.lineEndAt + row * 4, <u32> lineEnd + shift)
}
