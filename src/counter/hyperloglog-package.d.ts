/** The parts of the `hyperloglog` package that hyperloglog.ts uses; it brings no types. */
declare module 'hyperloglog' {
  interface HyperLogLog {
    /** Four 32-bit words: the slot is the top n bits of [0], the rank is read from [3] and [2]. */
    add(words: ArrayLike<number>): void
    /** The registers themselves, not a copy. */
    output(): { readonly n: number; readonly buckets: Uint8Array }
  }

  /** An empty sketch of 2^n registers. */
  export default function HyperLogLog(n: number): HyperLogLog
}
