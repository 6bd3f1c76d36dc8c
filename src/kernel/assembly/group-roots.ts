/**
 * The keys of the root that a lazy walk looks for beside those of user and time, because frames are
 * split by them. As there, each is found by the distance of its quotes. The first has its masks in the
 * walk itself.
 */
import { groupRootCount, groupRootsAt } from './groups'
import { pathNameBytesAt, pathNamesAt } from './layout'
import { matchEnd } from './match-key'
import { isRootWord, rootEnd, setRootEnd } from './root-names'

/** Of each: the opening quotes of a block whose closing ones may lie in the next. */
const firstsAt: usize = memory.data(16 * 8, 16)

/** How many have not come yet. */
export let unseenGroupRoots: usize = 0
/** From the opening to the closing quote of the first: 2 to 49. */
export let firstGroupShift: u64 = 2
export let haveMoreGroupRoots: bool = false

export function beginGroupRoots(): void {
  unseenGroupRoots = groupRootCount
  if (haveMoreGroupRoots) memory.fill(firstsAt, 0, groupRootCount * 8)
}

/** Behind setGroups. */
export function prepareGroupRoots(): void {
  haveMoreGroupRoots = groupRootCount > 1
  firstGroupShift = groupRootCount > 0 ? shiftOf(0) : 2
}

/** The closing quotes of the block that may be theirs, but for the first. */
export function endsOfGroupRoots(strings: u64, ends: u64): u64 {
  let found: u64 = 0
  for (let i: usize = 1; i < groupRootCount; i++) {
    const shift = shiftOf(i)
    found |= (strings << shift | load<u64>(firstsAt + i * 8)) & ends
    store<u64>(firstsAt + i * 8, strings >> 64 - shift)
  }
  return found
}

/** Notes the key of the root whose closing quote is at `end`, if it is one of them. */
export function noteGroupRoot(end: usize): void {
  for (let i: usize = 0; i < groupRootCount; i++) {
    const name = <usize> load<u8>(groupRootsAt + i)
    const shift = <usize> shiftOf(i)
    const at = end - shift + 1
    if (!isRootWord(name, at)) continue
    const behind = matchEnd(at, pathNamesAt + name * 64, shift - 1)
    if (behind === 0) continue
    if (rootEnd(name) === 0) unseenGroupRoots--
    setRootEnd(name, behind)
  }
}

// @ts-ignore: decorator
@inline
function shiftOf(root: usize): u64 {
  return <u64> load<u8>(pathNameBytesAt + <usize> load<u8>(groupRootsAt + root)) + 1
}
