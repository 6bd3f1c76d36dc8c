/**
 * What lies where in the memory. The loader (../wasm.ts) reads these addresses from the exports.
 *
 *   tables, names, masks | columns, rowCapacity rows each | input ...
 */

/** Most frames that one call of `scan` gives back. */
export const rowCapacity: i32 = 2048

/** The columns of a FrameBatch (../../records.ts). */
export const tsMsAt: usize = memory.data(8 * 2048, 16)
export const lineNumberAt: usize = memory.data(8 * 2048, 16)
export const hashHiAt: usize = memory.data(4 * 2048, 16)
export const hashLoAt: usize = memory.data(4 * 2048, 16)
export const uidStartAt: usize = memory.data(4 * 2048, 16)
export const uidEndAt: usize = memory.data(4 * 2048, 16)
export const lineStartAt: usize = memory.data(4 * 2048, 16)
export const lineEndAt: usize = memory.data(4 * 2048, 16)

/** The rows whose uid has to be decoded. */
export const oddRowsAt: usize = memory.data(4 * 2048, 16)

/** Where the loader writes the keys, and how long they may be. */
export const nameCapacity: i32 = 64
export const uidNameAt: usize = memory.data(64, 16)
export const tsNameAt: usize = memory.data(64, 16)

/**
 * Where there are more names than two, or paths: the names, of which those of the root come first,
 * and for user and time the places to look, the first of each first:
 *
 *   place   name of the root | how many follow | is another way to the same | names below …
 *           1 byte             1 byte            1 byte                       1 byte each
 */
export const pathNameCapacity: i32 = 32
export const pathNamesAt: usize = memory.data(32 * 64, 16)
export const pathNameBytesAt: usize = memory.data(32, 16)
export const placeCapacity: i32 = 16
export const placeBytes: i32 = 16
export const uidPlacesAt: usize = memory.data(16 * 16, 16)
export const tsPlacesAt: usize = memory.data(16 * 16, 16)

/**
 * What frames are split by: of each key its places, at most two, and how many; of each breakdown how
 * many keys it has, and which.
 */
export const groupKeyCapacity: i32 = 8
export const groupPlacesOfKey: usize = 2
export const groupPlacesAt: usize = memory.data(8 * 2 * 16, 16)
export const groupPlaceCountsAt: usize = memory.data(8, 16)
export const breakdownBytes: usize = 9
export const breakdownsAt: usize = memory.data(8 * 9, 16)

/** Of each key a column with the places of the values; of each breakdown one with fingerprints. */
export const noValue: u32 = 0xffffffff
export const valueStartsAt: usize = memory.data(8 * 4 * 2048, 16)
export const valueEndsAt: usize = memory.data(8 * 4 * 2048, 16)
export const groupHashesAt: usize = memory.data(8 * 8 * 2048, 16)

/** First byte of the input, on a page of the system, which copies a little faster there; from here to the end of the memory all is input. */
export const inputAt: usize = (__heap_base + 4095) & ~4095
