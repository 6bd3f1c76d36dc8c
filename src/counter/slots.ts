/**
 * The slots of a hash table of 2^n, by leaps. Where a table is read in the order of its slots and
 * written into another one by the same bits of the key, the first slots there fill up long before
 * the rest, and each probe walks through all of them: quadratic time, minutes for a million users.
 * An odd step meets each slot once; the golden ratio keeps what was met evenly spread.
 */
export function forEachSlot(slots: number, visit: (slot: number) => void): void {
  const mask = slots - 1
  const step = Math.round(slots * 0.6180339887) | 1
  for (let slot = step & mask, i = 0; i <= mask; i++, slot = slot + step & mask) visit(slot)
}
