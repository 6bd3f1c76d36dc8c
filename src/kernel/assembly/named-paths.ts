/**
 * The values under several names, or below a path, in a line that was walked: see layout.ts for the
 * places. Counterparts: chosen in ../named-value.ts, and the walk itself in ../frame-parser.ts.
 */
import { BACKSLASH, CLOSE_BRACE, COMMA, LF, OPEN_BRACE, QUOTE, skipSpace } from './bytes'
import { pathNameBytesAt, pathNamesAt, placeBytes, tsPlacesAt, uidPlacesAt } from './layout'
import { matchEnd } from './match-key'
import { rootEnd, setRootEnd } from './root-names'
import { findValue, NONE } from './wanted-values'

/** Of a line that is not JSON, as a lazy walk does not see. */
const BROKEN: usize = ~(<usize> 0)

let uidPlaces: usize = 0
let tsPlaces: usize = 0

export function setPlaces(uid: i32, ts: i32): void {
  uidPlaces = uid
  tsPlaces = ts
}

/** As findValue, of the name that counts; NONE where none does, for the twin to say why. */
export function findUid(): i32 {
  return findNamed(uidPlacesAt, uidPlaces)
}

export function findTs(): i32 {
  return findNamed(tsPlacesAt, tsPlaces)
}

/** Whether the first place of each has what counts, so that nothing else does, whatever follows. */
export function areFirstThere(uidKeyEnd: usize, tsKeyEnd: usize): bool {
  setRootEnd(load<u8>(uidPlacesAt), uidKeyEnd)
  setRootEnd(load<u8>(tsPlacesAt), tsKeyEnd)
  return findNamed(uidPlacesAt, 1) !== NONE && findNamed(tsPlacesAt, 1) !== NONE
}

function findNamed(places: usize, count: usize): i32 {
  let isThere = false
  for (let i: usize = 0; i < count; i++) {
    const place = places + i * placeBytes
    const isAnotherWay = load<u8>(place, 2) !== 0
    if (isAnotherWay && isThere) continue
    const at = endOf(place)
    if (at === BROKEN) return NONE
    isThere = at !== 0
    if (isThere && !isUseless(skipSpace(at))) return findValue(at)
  }
  return NONE
}

/** Behind the colon of the first of these that is there; 0: none is. */
export function firstThere(places: usize, count: usize): usize {
  for (let i: usize = 0; i < count; i++) {
    const at = endOf(places + i * placeBytes)
    if (at === BROKEN) return 0
    if (at !== 0) return at
  }
  return 0
}

/** null or "" */
// @ts-ignore: decorator
@inline
function isUseless(at: usize): bool {
  return load<u8>(at) === 0x6e || load<u16>(at) === 0x2222
}

/** Behind the colon of the key at the end of the path; 0: there is none. */
function endOf(place: usize): usize {
  let at = rootEnd(load<u8>(place))
  const depth = <usize> load<u8>(place, 1)
  for (let i: usize = 0; i < depth && at !== 0 && at !== BROKEN; i++) {
    const name = <usize> load<u8>(place + 3 + i)
    at = memberEnd(at, pathNamesAt + name * 64, load<u8>(pathNameBytesAt + name))
  }
  return at
}

/** The same in the value before which a colon stands, if it is an object: the last of equal keys. */
function memberEnd(at: usize, name: usize, bytes: usize): usize {
  at = skipSpace(at)
  if (load<u8>(at) !== OPEN_BRACE) return 0
  let found: usize = 0
  let depth: i32 = 0
  let isKey = true
  while (true) {
    const byte = load<u8>(++at)
    if (byte === QUOTE) {
      if (isKey) {
        const end = matchEnd(at + 1, name, bytes)
        if (end !== 0) found = end
        isKey = false
      }
      while (load<u8>(++at) !== QUOTE) {
        if (load<u8>(at) === LF) return BROKEN
        if (load<u8>(at) === BACKSLASH && load<u8>(++at) === LF) return BROKEN
      }
    } else if ((byte | 0x20) === OPEN_BRACE) {
      depth++
    } else if ((byte | 0x20) === CLOSE_BRACE) {
      if (depth-- === 0) return found
    } else if (byte === COMMA) {
      isKey = depth === 0
    } else if (byte === LF) {
      return BROKEN
    }
  }
}
