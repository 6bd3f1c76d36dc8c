/** Counterpart: fingerprint in ../../counter/hash.ts, with whole 64-bit numbers. */

const c1: u64 = 0x87c37b91114253d5
const c2: u64 = 0x4cf5ad432745937f
const seed: u64 = 9001

/** The fingerprint of the bytes [start, end), its upper half above its lower. */
export function fingerprint(start: usize, end: usize): u64 {
  let h1 = seed
  let h2 = seed
  let at = start
  for (; at + 16 <= end; at += 16) {
    h1 ^= rotl<u64>(load<u64>(at) * c1, 31) * c2
    h1 = (rotl<u64>(h1, 27) + h2) * 5 + 0x52dce729
    h2 ^= rotl<u64>(load<u64>(at, 8) * c2, 33) * c1
    h2 = (rotl<u64>(h2, 31) + h1) * 5 + 0x38495ab5
  }
  // The rest, as if zeros came behind it. Behind the input lies memory, too.
  const rest = <u64> (end - at)
  const k1 = rest === 0 ? 0 : rest < 8 ? firstBytes(at, rest) : load<u64>(at)
  const k2 = rest <= 8 ? 0 : firstBytes(at + 8, rest - 8)
  h1 ^= rotl<u64>(k1 * c1, 31) * c2
  h2 ^= rotl<u64>(k2 * c2, 33) * c1

  const length = <u64> (end - start)
  h1 ^= length
  h2 ^= length
  h1 += h2
  h2 += h1
  h1 = mix(h1)
  h2 = mix(h2)
  h1 += h2
  h2 += h1
  return (h1 & 0x3ffffff) << 38 | h2 >> 26
}

/** The first 1 to 7 of the eight bytes, little-endian. */
// @ts-ignore: decorator
@inline
function firstBytes(at: usize, count: u64): u64 {
  return load<u64>(at) & (<u64> 1 << (8 * count)) - 1
}

// @ts-ignore: decorator
@inline
function mix(h: u64): u64 {
  h ^= h >> 33
  h *= 0xff51afd7ed558ccd
  h ^= h >> 33
  h *= 0xc4ceb9fe1a85ec53
  return h ^ h >> 33
}
