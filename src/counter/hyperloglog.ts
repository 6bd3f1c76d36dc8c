/**
 * The registers of the `hyperloglog` package: 2^n bytes, whatever the number of users. They are
 * filled as Apache DataSketches fills its own (coupons.ts), which the package allows: its add()
 * takes words, not text.
 *
 * Neither its count() is used, which is off by up to 2 % between two and four users a register, nor
 * its merge(): sketches of unequal size it folds by the upper bits of the slot, while here the lower
 * ones say which registers become one.
 */
import createRegisters from 'hyperloglog'

export interface HyperLogLog {
  readonly precision: number
  /** The live registers: the largest rank met in each slot, 0 for none. */
  readonly registers: Uint8Array
  /** What the register of that address holds. */
  rankAt(address: number): number
  /** Makes the register of that address at least `rank`. Whether it was less. */
  raise(address: number, rank: number): boolean
  /** Takes in registers of the same number, or of a larger power of two. */
  merge(registers: Uint8Array): void
}

/** 2^precision registers; precision from 4 to 26. */
export function hyperLogLog(precision: number): HyperLogLog {
  const sketch = createRegisters(precision)
  const registers = sketch.output().buckets
  const mask = registers.length - 1
  const words = [0, 0, 0, 0]
  return {
    precision,
    registers,
    rankAt: (address) => registers[address & mask] ?? 0,
    raise(address, rank) {
      if ((registers[address & mask] ?? 0) >= rank) return false // the usual case; their add is slow
      // The package takes the top bits of words[0] for the slot, and counts the rank from the lower
      // end of words[3], then words[2]: one bit in the right place says it.
      const zeros = rank - 1
      words[0] = address << (32 - precision)
      words[3] = zeros < 32 ? 1 << zeros : 0
      words[2] = zeros < 32 ? 0 : 1 << (zeros - 32)
      sketch.add(words)
      return true
    },
    merge(others) {
      for (let i = 0; i < others.length; i++) {
        const rank = others[i] ?? 0
        if (rank > (registers[i & mask] ?? 0)) registers[i & mask] = rank
      }
    },
  }
}
