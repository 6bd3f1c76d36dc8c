/**
 * Reads a line no further than both keys are seen, and checks nothing on the way: for lines that are
 * known to be JSON in which each key stands once. What does not show both keys is left to the twin.
 * No counterpart: the twin reads every line to its end.
 */
import {
  BACKSLASHES,
  CLOSES,
  ESCAPED,
  INSIDE,
  maskBytes,
  masksAt,
  OPENS,
  QUOTES,
  stepBlocks,
} from './blocks'
import { BACKSLASH, LF, QUOTE } from './bytes'
import { forgetKeys, mayBeKeys, noteKey, tsKeyEnd, uidKeyEnd } from './keys'
import { bitsOf, endOfLine, holds } from './masks'
import { beginStrings, findStrings } from './strings'

/** After each step it is seen whether both keys are there. The first is so long, each next twice. */
const firstBlocks: usize = 2

/** The line break of the line that was walked. */
export let lazyLineBreakAt: usize = 0

let lineBreak: u64 = 0
let depth: u64 = 0

/** Walks the line that begins with `{` at `line`. Tells whether both keys were seen. */
export function walkLazily(line: usize): bool {
  forgetKeys()
  beginStrings()
  depth = 1
  let at = line + 1
  let blocks: usize = firstBlocks / 2
  do {
    blocks = min<usize>(2 * blocks, stepBlocks)
    const masksEnd = classify(at, blocks)
    findStrings(masksEnd, lineBreak)
    noteRootKeys(at, masksEnd)
    at += (masksEnd - masksAt) / maskBytes * 64
    if (lineBreak !== 0) {
      lazyLineBreakAt = at - 64 + <usize> ctz(lineBreak)
      return uidKeyEnd !== 0 && tsKeyEnd !== 0
    }
  } while (uidKeyEnd === 0 || tsKeyEnd === 0)
  lazyLineBreakAt = endOfLine(at)
  return true
}

/** Writes the masks that need only the bytes, up to the block with the line break. */
function classify(at: usize, blocks: usize): usize {
  let masks = masksAt
  lineBreak = 0
  do {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    store<u64>(masks, bitsOf(QUOTE, a, b, c, d), QUOTES)
    store<u64>(masks, bitsOf(BACKSLASH, a, b, c, d), BACKSLASHES)
    const bit = i8x16.splat(0x20)
    const a2 = v128.or(a, bit)
    const b2 = v128.or(b, bit)
    const c2 = v128.or(c, bit)
    const d2 = v128.or(d, bit)
    store<u64>(masks, bitsOf(0x7b, a2, b2, c2, d2), OPENS)
    store<u64>(masks, bitsOf(0x7d, a2, b2, c2, d2), CLOSES)
    at += 64
    masks += maskBytes
    if (holds(LF, a, b, c, d)) {
      const breaks = bitsOf(LF, a, b, c, d)
      lineBreak = breaks & 0 - breaks
      break
    }
  } while (masks < masksAt + blocks * maskBytes)
  return masks
}

/** Notes the keys of the root, which is what lies one level deep. */
function noteRootKeys(at: usize, masksEnd: usize): void {
  let deep = depth
  for (let masks = masksAt; masks < masksEnd; masks += maskBytes, at += 64) {
    const ours = (masks + maskBytes === masksEnd ? lineBreak : 0) - 1
    const inside = load<u64>(masks, INSIDE)
    const quotes = load<u64>(masks, QUOTES)
    const opens = load<u64>(masks, OPENS) & ~inside & ours
    const closes = load<u64>(masks, CLOSES) & ~inside & ours
    const keys = mayBeKeys(quotes & inside, quotes & ~inside, load<u64>(masks, ESCAPED))
    for (let rest = keys; rest !== 0; rest &= rest - 1) {
      const before = ~rest & rest - 1
      const depthThere = deep + popcnt(opens & before) - popcnt(closes & before)
      if (depthThere === 1) noteKey(at + <usize> ctz(rest) + 1)
    }
    deep += popcnt(opens) - popcnt(closes)
  }
  depth = deep
}
