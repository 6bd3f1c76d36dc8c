'use strict'

// hyperloglog exposes this function as its own `hash` and never calls it. uc gives the package
// words from its MurmurHash3 x64_128 (src/counter/hash.ts), so a call here is a mistake.
exports.murmur128Sync = function murmur128Sync() {
  throw new Error('murmurhash3 is a stand-in without a hash; use fingerprintOf of src/counter/hash.ts')
}
