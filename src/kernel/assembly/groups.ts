/**
 * The values by which frames are split, in a line that was walked: where they stand, and a fingerprint
 * of their text for each breakdown, by which the loader knows a group that it has named before.
 * Counterparts: groupValue in ../group-value.ts, and setGroups in ../twin.ts.
 */
import { BACKSLASH, endsScalarAt, LF, QUOTE, skipSpace } from './bytes'
import { fingerprint } from './fingerprint'
import {
  breakdownBytes,
  breakdownsAt,
  groupHashesAt,
  groupPlaceCountsAt,
  groupPlacesAt,
  groupPlacesOfKey,
  noValue,
  placeBytes,
  rowCapacity,
  tsPlacesAt,
  uidPlacesAt,
  valueEndsAt,
  valueStartsAt,
} from './layout'
import { firstThere } from './named-paths'

export let haveGroups: bool = false
let keyCount: usize = 0
let breakdownCount: usize = 0

/** Names of the root in which values are looked for, but the first of the user and of the time. */
export const groupRootsAt: usize = memory.data(16, 16)
export let groupRootCount: usize = 0

/** Of each key, the fingerprint of its value; and those of one breakdown side by side. */
const hashesAt: usize = memory.data(8 * 8, 16)
const togetherAt: usize = memory.data(8 * 8 + 16, 16)
const nullAt: usize = memory.data<u8>([0x6e, 0x75, 0x6c, 0x6c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

/** What stands in the layout; 0: frames are not split. */
export function setGroups(keys: i32, breakdowns: i32): void {
  keyCount = keys
  breakdownCount = breakdowns
  haveGroups = keys > 0
  groupRootCount = 0
  for (let k: usize = 0; k < keyCount; k++) {
    const places = <usize> load<u8>(groupPlaceCountsAt + k)
    for (let i: usize = 0; i < places; i++) {
      addRoot(load<u8>(groupPlacesAt + (k * groupPlacesOfKey + i) * placeBytes))
    }
  }
}

function addRoot(name: u8): void {
  if (name === load<u8>(uidPlacesAt) || name === load<u8>(tsPlacesAt)) return
  for (let i: usize = 0; i < groupRootCount; i++) {
    if (load<u8>(groupRootsAt + i) === name) return
  }
  store<u8>(groupRootsAt + groupRootCount++, name)
}

/** Writes what is found into the row. */
export function findGroups(row: usize, shift: u32): void {
  for (let k: usize = 0; k < keyCount; k++) {
    const places = groupPlacesAt + k * groupPlacesOfKey * placeBytes
    const at = firstThere(places, load<u8>(groupPlaceCountsAt + k))
    const cell = (k * <usize> rowCapacity + row) * 4
    if (at === 0) {
      store<u32>(valueStartsAt + cell, noValue)
      store<u64>(hashesAt + k * 8, fingerprint(nullAt, nullAt + 4))
      continue
    }
    const start = skipSpace(at)
    const end = valueEndAt(start)
    store<u32>(valueStartsAt + cell, <u32> start + shift)
    store<u32>(valueEndsAt + cell, <u32> end + shift)
    store<u64>(hashesAt + k * 8, fingerprint(start, end))
  }
  for (let b: usize = 0; b < breakdownCount; b++) {
    const breakdown = breakdownsAt + b * breakdownBytes
    store<u64>(groupHashesAt + (b * <usize> rowCapacity + row) * 8, hashOf(breakdown))
  }
}

function hashOf(breakdown: usize): u64 {
  const keys = <usize> load<u8>(breakdown)
  if (keys === 1) return load<u64>(hashesAt + <usize> load<u8>(breakdown, 1) * 8)
  for (let i: usize = 0; i < keys; i++) {
    const key = <usize> load<u8>(breakdown + 1 + i)
    store<u64>(togetherAt + i * 8, load<u64>(hashesAt + key * 8))
  }
  return fingerprint(togetherAt, togetherAt + keys * 8)
}

/** Behind the value that begins at `at`, or where its line ends. */
function valueEndAt(at: usize): usize {
  const first = load<u8>(at)
  if (first === QUOTE) return textEnd(at)
  if ((first | 0x20) !== 0x7b) {
    while (load<u8>(endsScalarAt + load<u8>(at)) === 0) at++
    return at
  }
  let depth: i32 = 0
  while (true) {
    const byte = load<u8>(at)
    if (byte === QUOTE) {
      at = textEnd(at)
      continue
    }
    if (byte === LF) return at
    at++
    if ((byte | 0x20) === 0x7b) depth++
    else if ((byte | 0x20) === 0x7d && --depth === 0) return at
  }
}

/** Behind the closing quote of the text that begins at `at`. */
function textEnd(at: usize): usize {
  at++
  while (true) {
    const bytes = v128.load(at)
    const isEnd = i8x16.eq(bytes, i8x16.splat(<i8> QUOTE))
    const isEscape = i8x16.eq(bytes, i8x16.splat(<i8> BACKSLASH))
    const isBreak = i8x16.eq(bytes, i8x16.splat(<i8> LF))
    const stops = i8x16.bitmask(v128.or(v128.or(isEnd, isEscape), isBreak))
    if (stops === 0) {
      at += 16
      continue
    }
    at += ctz(stops)
    const byte = load<u8>(at)
    if (byte === QUOTE) return at + 1
    if (byte === LF) return at
    at++ // the backslash; what it escapes is no end, unless the line ends there
    if (load<u8>(at) !== LF) at++
  }
}
