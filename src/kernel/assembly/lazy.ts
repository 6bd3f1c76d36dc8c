/**
 * Reads a line no further than both keys are seen, and checks nothing on the way: for lines that are
 * known to be JSON in which each key stands once. There, a few bytes can stand in strings alone,
 * which spares telling them from brackets. What does not show both keys, plainly written, is walked
 * once more by strict.ts. No counterpart: the twin reads every line to its end.
 *
 *   bytes      { " u i d " : [ " u i d " ] , ...    uid has its closing quote 4 further
 *   strings    . 1 . . . . . . 1 . . . . . .        the opening quotes
 *   ends       . . . . . 1 . . . . . . 1 . .        the closing quotes: both are looked at,
 *   depth      1 1 1 1 1 1 1 2 2 2 2 2 2 1 1        and only the first lies in the root
 */
import { BACKSLASH, LF, QUOTE } from './bytes'
import {
  beginGroupRoots,
  endsOfGroupRoots,
  firstGroupShift,
  haveMoreGroupRoots,
  noteGroupRoot,
  unseenGroupRoots,
} from './group-roots'
import { forgetKeys, noteEnd, tsKeyEnd, tsShift, uidKeyEnd, uidShift } from './wanted-keys'
import { bits, bitsOf, endOfLine, escapedBytes, prefixXor } from './masks'

/** The line break of the line, where both keys were seen. */
export let lazyLineBreakAt: usize = 0

/** Walks the line that begins with `{` at `line`. Tells whether both keys were seen. */
export function walkLazily(line: usize): bool {
  return walk(line, false)
}

/**
 * The same up to where the keys of groups were seen too. A line that lacks one of these is walked to
 * its end, and tells nothing where that key may be written with escapes.
 */
export function walkToGroups(line: usize): bool {
  return walk(line, true)
}

// @ts-ignore: decorator
@inline
function walk(line: usize, hasGroups: bool): bool {
  const uid = uidShift
  const ts = tsShift
  let at = line + 1
  // What reaches from one block into the next.
  let depth: u64 = 1
  let escapedFirst: u64 = 0
  let insideFirst: u64 = 0
  let uidsFirst: u64 = 0
  let tssFirst: u64 = 0
  forgetKeys()
  const group = firstGroupShift
  let groupsFirst: u64 = 0
  let anyEscaped: u64 = 0
  if (hasGroups) beginGroupRoots()
  while (true) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    const backslashes = bitsOf(BACKSLASH, a, b, c, d)
    const escaped = escapedBytes(backslashes, escapedFirst)
    escapedFirst = (backslashes & ~escaped) >> 63
    const quotes = bitsOf(QUOTE, a, b, c, d) & ~escaped
    const inside = prefixXor(quotes) ^ insideFirst
    insideFirst = <u64> (<i64> inside >> 63)
    const strings = quotes & inside
    const ends = quotes & ~inside
    const uids = (strings << uid | uidsFirst) & ends
    const tss = (strings << ts | tssFirst) & ends
    let keys = uids | tss
    if (hasGroups) {
      keys |= (strings << group | groupsFirst) & ends
      groupsFirst = strings >> 0 - group
      anyEscaped |= escaped
      if (haveMoreGroupRoots) keys |= endsOfGroupRoots(strings, ends)
    }
    uidsFirst = strings >> 0 - uid
    tssFirst = strings >> 0 - ts

    const brackets = bracketBits(a, b, c, d) & ~inside
    const closes = brackets & closeBits(a, b, c, d)
    const lowest = depth - popcnt(closes) // no part of the block lies less deep
    const breaks = lineBreaks(a, b, c, d)
    if (breaks !== 0) keys &= (breaks & 0 - breaks) - 1
    if (<i32> (keys !== 0) & <i32> (<i64> lowest <= 1)) {
      do {
        const key = keys & 0 - keys
        const before = key - 1
        const depthThere = depth + popcnt(brackets & before) - 2 * popcnt(closes & before)
        const end = at + <usize> ctz(key)
        noteEnd(end, depthThere === 1, (uids & key) !== 0, (tss & key) !== 0)
        if (hasGroups && depthThere === 1) noteGroupRoot(end)
        keys ^= key
      } while (keys !== 0)
      if (uidKeyEnd !== 0 && tsKeyEnd !== 0 && (!hasGroups || unseenGroupRoots === 0)) {
        lazyLineBreakAt = endOfLine(at)
        return true
      }
    }
    if (breaks !== 0) {
      if (!hasGroups || uidKeyEnd === 0 || tsKeyEnd === 0 || anyEscaped !== 0) return false
      lazyLineBreakAt = at + <usize> ctz(breaks)
      return true
    }
    depth = lowest + popcnt(brackets ^ closes)
    at += 64
  }
}

/** The brackets, if outside of strings: all else from 0x7a, or from 0x5a, up is in strings. */
// @ts-ignore: decorator
@inline
function bracketBits(a: v128, b: v128, c: v128, d: v128): u64 {
  const bit = i8x16.splat(0x20)
  const last = i8x16.splat(0x7a)
  return bits(
    i8x16.gt_s(v128.or(a, bit), last),
    i8x16.gt_s(v128.or(b, bit), last),
    i8x16.gt_s(v128.or(c, bit), last),
    i8x16.gt_s(v128.or(d, bit), last),
  )
}

/** Of brackets, those that close: { and [ lack the bit of 4. */
// @ts-ignore: decorator
@inline
function closeBits(a: v128, b: v128, c: v128, d: v128): u64 {
  return bits(i16x8.shl(a, 5), i16x8.shl(b, 5), i16x8.shl(c, 5), i16x8.shl(d, 5))
}

/** Where lines break. Control characters are rare, so first it is asked whether there is any. */
// @ts-ignore: decorator
@inline
function lineBreaks(a: v128, b: v128, c: v128, d: v128): u64 {
  const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d))
  const isPlain = !v128.any_true(i8x16.le_u(least, i8x16.splat(0x1f)))
  return isPlain ? 0 : bitsOf(LF, a, b, c, d)
}
