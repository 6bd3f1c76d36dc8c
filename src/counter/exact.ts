/**
 * The users of one window, exactly: a set of 64-bit fingerprints by open addressing in two
 * Uint32Arrays. It grows by doubling at three quarters, so that a user takes 10.7 to 21.3 bytes
 * (32 while growing); a Set of strings takes about a hundred.
 *
 * The slot is given by the low bits of `lo`, which are mixed already (hash.ts). One thing is to be
 * minded: where a table is read in the order of its slots and written into another by the same
 * bits, the first slots there fill up long before the rest, and each probe walks through all of
 * them (quadratic time, minutes for a million). So forEach leaps through the table.
 */
export class ExactSet {
  #size = 0
  /** The fingerprint of two zeros marks an empty slot, so it cannot stand in the table. */
  #hasZero = false
  #his = new Uint32Array(16) // small: most windows of a quiet source are
  #los = new Uint32Array(16)

  get size(): number {
    return this.#size
  }

  /** Whether the user is new. */
  add(hi: number, lo: number): boolean {
    if ((hi | lo) === 0) {
      if (this.#hasZero) return false
      this.#hasZero = true
      this.#size++
      return true
    }
    const slot = findSlot(this.#his, this.#los, hi >>> 0, lo >>> 0)
    if (this.#his[slot] !== 0 || this.#los[slot] !== 0) return false
    this.#his[slot] = hi
    this.#los[slot] = lo
    this.#size++
    if (this.#size * 4 > this.#his.length * 3) this.#grow()
    return true
  }

  /** Each user once, in an order without meaning. The set must not change meanwhile. */
  forEach(visit: (hi: number, lo: number) => void): void {
    if (this.#hasZero) visit(0, 0)
    const mask = this.#his.length - 1
    // An odd step meets each slot of 2^n once; the golden ratio keeps what was met evenly spread.
    const step = Math.round(this.#his.length * 0.6180339887) | 1
    for (let slot = step & mask, i = 0; i <= mask; i++, slot = slot + step & mask) {
      const hi = this.#his[slot] ?? 0
      const lo = this.#los[slot] ?? 0
      if ((hi | lo) !== 0) visit(hi, lo)
    }
  }

  #grow(): void {
    const his = new Uint32Array(this.#his.length * 2)
    const los = new Uint32Array(his.length)
    // Slot order is harmless here: half the slots stay free wherever one looks.
    for (let from = 0; from < this.#his.length; from++) {
      const hi = this.#his[from] ?? 0
      const lo = this.#los[from] ?? 0
      if ((hi | lo) === 0) continue
      const slot = findSlot(his, los, hi, lo)
      his[slot] = hi
      los[slot] = lo
    }
    this.#his = his
    this.#los = los
  }
}

/** The slot that holds the fingerprint, else the empty one where it belongs. */
function findSlot(his: Uint32Array, los: Uint32Array, hi: number, lo: number): number {
  const mask = los.length - 1
  let slot = lo & mask
  while (
    (los[slot] !== lo || his[slot] !== hi) && (los[slot] !== 0 || his[slot] !== 0)
  ) slot = slot + 1 & mask
  return slot
}
