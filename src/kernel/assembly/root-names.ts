/**
 * The keys of the root that are looked for where there are more than two, or paths. As in
 * wanted-keys.ts a key is compared by its first eight bytes at once.
 */
import { QUOTE } from './bytes'
import { pathNameBytesAt, pathNamesAt } from './layout'
import { matchEnd } from './match-key'

const backslashes: u64 = 0x5c5c5c5c5c5c5c5c
const ones: u64 = 0x0101010101010101
const highBits: u64 = 0x8080808080808080

/** Per name: its beginning with the closing quote, which of the eight bytes are of it, its end. */
const wordsAt: usize = memory.data(32 * 8, 16)
const masksAt: usize = memory.data(32 * 8, 16)
const endsAt: usize = memory.data(32 * 4, 16)

export let haveRootNames: bool = false
let nameCount: usize = 0
/** The bytes in which a backslash matters. */
let anyMask: u64 = 0
/** One bit for each distance between the quotes of a name. */
let shifts: u64 = 0

/** The first `count` names of those at pathNamesAt are of the root; of others bytes are set alone. */
export function setRootNames(count: i32, all: i32): void {
  nameCount = count
  haveRootNames = count > 0
  anyMask = 0
  shifts = 0
  for (let i: usize = 0; i < <usize> all; i++) {
    const bytes = <usize> load<u8>(pathNameBytesAt + i)
    store<u8>(pathNamesAt + i * 64 + bytes, QUOTE)
    if (i >= nameCount) continue
    const mask = bytes >= 7 ? ~(<u64> 0) : (<u64> 1 << (8 * (bytes + 1))) - 1
    store<u64>(masksAt + i * 8, mask)
    store<u64>(wordsAt + i * 8, load<u64>(pathNamesAt + i * 64) & mask)
    anyMask |= mask & highBits
    shifts |= <u64> 1 << (bytes + 1)
  }
}

export function forgetRootNames(): void {
  memory.fill(endsAt, 0, nameCount * 4)
}

/** The places of opening quotes whose closing ones are as far away as those of a name. */
export function endsOfRootNames(ends: u64): u64 {
  let found: u64 = 0
  for (let rest = shifts; rest !== 0; rest &= rest - 1) found |= ends >> ctz(rest)
  return found
}

/** Notes the key whose first byte behind the quote is at `at`, if it is one of them. */
export function noteRootName(at: usize): void {
  const word = load<u64>(at)
  const turned = word ^ backslashes
  const isEscaped = (turned - ones & ~turned & anyMask) !== 0
  for (let i: usize = 0; i < nameCount; i++) {
    if (((word ^ load<u64>(wordsAt + i * 8)) & load<u64>(masksAt + i * 8)) !== 0 && !isEscaped) continue
    const end = matchEnd(at, pathNamesAt + i * 64, load<u8>(pathNameBytesAt + i))
    if (end !== 0) setRootEnd(i, end)
  }
}

/** Whether the key at `at`, without escapes, begins as that name. */
// @ts-ignore: decorator
@inline
export function isRootWord(name: usize, at: usize): bool {
  return ((load<u64>(at) ^ load<u64>(wordsAt + name * 8)) & load<u64>(masksAt + name * 8)) === 0
}

/** Behind the colon of the last key of that name; 0: there is none. */
// @ts-ignore: decorator
@inline
export function rootEnd(name: usize): usize {
  return load<u32>(endsAt + name * 4)
}

// @ts-ignore: decorator
@inline
export function setRootEnd(name: usize, end: usize): void {
  store<u32>(endsAt + name * 4, <u32> end)
}
