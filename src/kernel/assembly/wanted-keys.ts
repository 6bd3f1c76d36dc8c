/**
 * The two keys that are looked for; root-names.ts has more of them. A key is compared by its first
 * eight bytes at once; only where these agree, or hold a backslash, it is read byte by byte.
 * Counterpart: matches in ../key-path.ts, for names of one segment and of ASCII.
 */
import { tsNameAt, uidNameAt } from './layout'
import { endsOfRootNames, forgetRootNames, haveRootNames, noteRootName } from './root-names'
import { QUOTE } from './bytes'
import { matchEnd } from './match-key'

const backslashes: u64 = 0x5c5c5c5c5c5c5c5c
const ones: u64 = 0x0101010101010101
const highBits: u64 = 0x8080808080808080

let uidBytes: usize = 0
let tsBytes: usize = 0
/** The beginning of the key with its closing quote, and which of the eight bytes are of it. */
let uidWord: u64 = 0
let uidMask: u64 = 0
let tsWord: u64 = 0
let tsMask: u64 = 0
/** The bytes in which a backslash matters. */
let eitherMask: u64 = 0

/** From the opening to the closing quote of each: 2 to 49. */
export let uidShift: u64 = 0
export let tsShift: u64 = 0
/** The opening quotes of a block of which nothing is told: their closing ones lie in the next. */
let untold: u64 = 0
/** Whether a key may be longer than the nine bytes in which an escape is seen at once. */
let isLong: bool = false

/** Where the values of the line's last keys of these names are looked for; 0: there is none. */
export let uidKeyEnd: usize = 0
export let tsKeyEnd: usize = 0

/** Takes the names that stand at uidNameAt and tsNameAt, without quotes. */
export function setNames(uidLength: i32, tsLength: i32): void {
  uidBytes = uidLength
  tsBytes = tsLength
  store<u8>(uidNameAt + uidBytes, QUOTE)
  store<u8>(tsNameAt + tsBytes, QUOTE)
  uidShift = uidBytes + 1
  tsShift = tsBytes + 1
  let longest = uidShift > tsShift ? uidShift : tsShift
  if (haveRootNames && longest < 49) longest = 49
  isLong = longest > 8
  untold = isLong ? ~(<u64> 0) << (63 - longest) : ~(<u64> 0) << 55
  uidMask = maskOf(uidBytes + 1)
  tsMask = maskOf(tsBytes + 1)
  eitherMask = (uidMask | tsMask) & highBits
  uidWord = load<u64>(uidNameAt) & uidMask
  tsWord = load<u64>(tsNameAt) & tsMask
}

function maskOf(bytes: usize): u64 {
  return bytes >= 8 ? ~(<u64> 0) : (<u64> 1 << (8 * bytes)) - 1
}

/**
 * Of the opening quotes `strings` of a block those that may open one of the two keys, by the place of
 * the closing quotes `ends`; also where an escape is near, and where the block ends too early to tell.
 *
 *   bytes      { " u i d " : " \\ u 0 0 6 2 "       uid has its closing quote 4 further
 *   strings    . 1 . . . . . 1 . . . . . . .
 *   ends       . . . . . 1 . . . . . . . . 1
 *   escaped    . . . . . . . . . 1 . . . . .       2 to 9 behind a quote: perhaps in its key
 */
// @ts-ignore: decorator
@inline
export function mayBeKeys(strings: u64, ends: u64, escaped: u64): u64 {
  let near = escaped >> 2 | escaped >> 3
  near |= near >> 2
  near |= near >> 4
  if (isLong) {
    near |= near >> 8
    near |= near >> 16
    near |= near >> 32
  }
  let wanted = ends >> uidShift | ends >> tsShift | near | untold
  if (haveRootNames) wanted |= endsOfRootNames(ends)
  return strings & wanted
}

// @ts-ignore: decorator
@inline
export function forgetKeys(): void {
  uidKeyEnd = 0
  tsKeyEnd = 0
  if (haveRootNames) forgetRootNames()
}

/** Notes the key whose first byte behind the quote is at `at`, if it is one of the two. */
// @ts-ignore: decorator
@inline
export function noteKey(at: usize): void {
  if (haveRootNames) {
    noteRootName(at)
    return
  }
  const word = load<u64>(at)
  const turned = word ^ backslashes
  const isEscaped = (turned - ones & ~turned & eitherMask) !== 0
  if (((word ^ uidWord) & uidMask) === 0 || ((word ^ tsWord) & tsMask) === 0 || isEscaped) {
    compareKey(at)
  }
}

/**
 * Notes the key whose closing quote is at `end`, if it lies in the root and is the one, or the other,
 * that it has the length of. One jump decides, as which of these is wrong cannot be foreseen.
 */
// @ts-ignore: decorator
@inline
export function noteEnd(end: usize, isRoot: bool, isUidLong: bool, isTsLong: bool): void {
  const uidAt = end - <usize> uidShift + 1
  const tsAt = end - <usize> tsShift + 1
  const isUid = <i32> (((load<u64>(uidAt) ^ uidWord) & uidMask) === 0) & <i32> isUidLong
  const isTs = <i32> (((load<u64>(tsAt) ^ tsWord) & tsMask) === 0) & <i32> isTsLong
  if (<i32> isRoot & (isUid | isTs)) compareKey(isUid ? uidAt : tsAt)
}

function compareKey(at: usize): void {
  let end = matchEnd(at, uidNameAt, uidBytes)
  if (end !== 0) uidKeyEnd = end
  end = matchEnd(at, tsNameAt, tsBytes)
  if (end !== 0) tsKeyEnd = end
}
