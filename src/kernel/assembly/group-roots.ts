/**
 * The keys of the root that a lazy walk looks for beside those of user and time, because frames are
 * split by them. As there, each is found by the distance of its quotes.
 */
import { groupRootCount, groupRootsAt } from './groups'
import { pathNameBytesAt, pathNamesAt } from './layout'
import { matchEnd } from './match-key'
import { rootEnd, setRootEnd } from './root-names'

/** Of each: the opening quotes of a block whose closing ones may lie in the next. */
const firstsAt: usize = memory.data(16 * 8, 16)

/** How many have not come yet. */
export let unseenGroupRoots: usize = 0

export function beginGroupRoots(): void {
  unseenGroupRoots = groupRootCount
  memory.fill(firstsAt, 0, groupRootCount * 8)
}

/** The closing quotes of the block that may be theirs. */
// @ts-ignore: decorator
@inline
export function endsOfGroupRoots(strings: u64, ends: u64): u64 {
  let found: u64 = 0
  for (let i: usize = 0; i < groupRootCount; i++) {
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
    const behind = matchEnd(end - <usize> shiftOf(i) + 1, pathNamesAt + name * 64, <usize> shiftOf(i) - 1)
    if (behind === 0) continue
    if (rootEnd(name) === 0) unseenGroupRoots--
    setRootEnd(name, behind)
  }
}

/** From the opening to the closing quote: 2 to 49. */
// @ts-ignore: decorator
@inline
function shiftOf(root: usize): u64 {
  return <u64> load<u8>(pathNameBytesAt + <usize> load<u8>(groupRootsAt + root)) + 1
}
