/**
 * A line is walked in steps of some blocks of 64 bytes. What one loop finds out for the next lies in
 * memory: masks per block, and lists of places.
 */

/** Most blocks of a step. */
export const stepBlocks: usize = 64

/** The masks of a block, each of 8 bytes. */
export const maskBytes: usize = 128
export const masksAt: usize = memory.data(64 * 128, 64)
export const QUOTES: usize = 0
/** The insides of strings, their opening quotes included. */
export const INSIDE: usize = 8
export const COMMAS: usize = 16
export const COLONS: usize = 24
export const SPACES: usize = 32
export const OPENS: usize = 40
export const CLOSES: usize = 48
export const CONTROLS: usize = 56
export const ESCAPED: usize = 64
/** The opening quotes of what may be a key. */
export const LABELS: usize = 72
export const BRACKETS: usize = 80
/** One or more bits for each element of an array, before the next bracket. */
export const ELEMENTS: usize = 88
/** The brackets before which an object is the innermost container, and behind which the root is. */
export const IN_OBJECT: usize = 96
export const BEFORE_ROOT: usize = 104

/** Places gathered in one step: at most 64 a block, and two more are written in any case. */
export const bracketsAt: usize = memory.data(4 * (64 * 64 + 2), 64)
export const scalarsAt: usize = memory.data(4 * (64 * 64 + 2), 64)
export const keysAt: usize = memory.data(4 * (64 * 64 + 2), 64)
/** The blocks in which something is escaped: where their masks are. */
export const escapesAt: usize = memory.data(4 * (64 + 1), 64)

/**
 * Writes the places of the bits behind `next` and returns what is behind them. Two are written even
 * where there are none: most blocks have at most two, and so need no jump.
 */
// @ts-ignore: decorator
@inline
export function addPlaces(next: usize, at: usize, bits: u64): usize {
  const end = next + (<usize> popcnt(bits) << 2)
  store<u32>(next, <u32> at + <u32> ctz(bits))
  bits &= bits - 1
  store<u32>(next, <u32> at + <u32> ctz(bits), 4)
  bits &= bits - 1
  while (bits !== 0) {
    store<u32>(next, <u32> at + <u32> ctz(bits), 8)
    bits &= bits - 1
    next += 4
  }
  return end
}
