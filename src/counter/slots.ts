/**
 * The slots of a hash table of 2^n, by leaps. Where a table is read in the order of its slots and
 * written into another one by the same bits of the key, the first slots there fill up long before
 * the rest, and each probe walks through all of them: quadratic time, minutes for a million users.
 * An odd step meets each block of slots once; the golden ratio keeps what was met evenly spread. A
 * block is what comes with one line of the cache: by single slots it takes three times as long.
 */
const blockSlots = 8

export function forEachSlot(slots: number, visit: (slot: number) => void): void {
  const inBlock = Math.min(blockSlots, slots)
  const mask = slots / inBlock - 1
  const step = Math.round((mask + 1) * 0.6180339887) | 1
  for (let block = step & mask, i = 0; i <= mask; i++, block = block + step & mask) {
    for (let slot = block * inBlock; slot < (block + 1) * inBlock; slot++) visit(slot)
  }
}
