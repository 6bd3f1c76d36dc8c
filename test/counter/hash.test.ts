import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fingerprint, fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'

/**
 * h1 and h2 of MurmurHash3 x64_128 with seed 9001, made by the reference code in Python's mmh3 5.3.1:
 *   a, b = mmh3.hash64(text.encode(), 9001, True, signed=False); print(f'{a:016x} {b:016x}')
 */
const reference: readonly (readonly [text: string, hash: string])[] = [
  ['', '1e70a32266491bb9 609736b252406b94'],
  ['T', '6b150a01e827a305 1d5bbf63a3b1ebfb'],
  ['Th', '52d83aef1ed2777a d1bcbfbc0de242c7'],
  ['The', '3ad39ff03f2e6ecf 1aad321055335738'],
  ['The ', '7c3d67d7de131fbc 9f0bbe5d421f71be'],
  ['The q', '86734d1fda76ba0d 641ff7006be3890e'],
  ['The qu', 'e1096557cd752dc4 83e367cd48a96113'],
  ['The qui', '788a8ff35fc5ed39 6491228641e3a007'],
  ['The quic', '50e23750675a41a1 4f78d247b232d330'],
  ['The quick', 'a04fd53a07c6f709 c3c8f7968db0c3af'],
  ['The quick ', 'b27e9ad875f32c5e 14592818f6876176'],
  ['The quick b', 'c9a094f3e158e94b af9f72a14aa5b279'],
  ['The quick br', '8a4d8aa1dfb88f5e 62b985f6572a8985'],
  ['The quick bro', '197bb0536a4f5ba8 76ac97963b1efb80'],
  ['The quick brow', 'ef87aec752f97b17 e4579e2bb5fcd766'],
  ['The quick brown', '0ba11222f21a9ef9 4b85821e57cf5cde'],
  ['The quick brown ', '7a0815dd125c8462 0d98d46327d56a40'],
  ['The quick brown f', '42afb95d877c90d6 141655b5e2b787d4'],
  ['The quick brown fo', 'e365d0ef64b5bd51 470f90d0868b6114'],
  ['The quick brown fox', '57112b07abcd532e 3abcf0798c9f0ed0'],
  ['The quick brown fox ', '44ca1868b7519860 f7613140a0ca6fcc'],
  ['The quick brown fox j', '1997ae22f408e4c1 2e767f069444134e'],
  ['The quick brown fox ju', 'ae6622ea64359a58 9a5af47322490e86'],
  ['The quick brown fox jum', '44ec3301447b4c52 37c2f8a4a968c483'],
  ['The quick brown fox jump', 'a856c7a0896bafbe 7376f8122b9558bc'],
  ['The quick brown fox jumps', 'b331f554aac1d398 9064fb8cfde2de41'],
  ['The quick brown fox jumps ', 'ab65c8560e407a69 08f0f9b0f2956f47'],
  ['The quick brown fox jumps o', 'c99493bf080559cb e56925730c8572ae'],
  ['The quick brown fox jumps ov', '9684108ab28b03a5 c0b68bb06ce6a2ca'],
  ['The quick brown fox jumps ove', '56509656f0f989f9 3d80b459a1a7416d'],
  ['The quick brown fox jumps over', '56162d62693affda 9c7c58be04e01ae3'],
  ['The quick brown fox jumps over ', '8add36066c5c414c d7c9821acea7a6a5'],
  ['The quick brown fox jumps over t', '251525a20571893b 437b47b0f4c9c1fc'],
  ['The quick brown fox jumps over th', '6153759ed40c0920 98423fcc0d8e54f3'],
  ['The quick brown fox jumps over the', 'c0c65cde380a0450 c7f40cbd55c556bc'],
  ['The quick brown fox jumps over the ', '9cd9626280dea26d bf8c0dbf6a6e8442'],
  ['The quick brown fox jumps over the l', 'd6c0990c3d727ec6 07cb6c72793c6375'],
  ['The quick brown fox jumps over the la', 'df13534eb01c2665 faf70540443d0696'],
  ['The quick brown fox jumps over the laz', '9f367759feb78a62 2f2f0bbae6f6bc41'],
  ['The quick brown fox jumps over the lazy', '3053309c64409944 c7e9100a7f7ee0ee'],
  ['The quick brown fox jumps over the lazy ', '7e8f5077a3842858 c8ff981b38170322'],
  ['ü', 'd09e95911f814d35 3aefb88aa3a4dc40'],
  ['Юзер-42', 'c8077f675ffba041 4bbf99a832e65a64'],
  ['пользователь с длинным именем', 'cf4376c6acdbda8a aca8a3e421fb69eb'],
  ['日本語の利用者', '293fa334f075daa4 afb0c03a5a7a8b17'],
  ['😀', '1c6e6d706e6c1d0e 748fb608eca7e3e3'],
  ['user-😀-é', '8a00c379613b059c c4816d4f450354a0'],
]

type Pair = readonly [hi: number, lo: number]

/** The bits of the fingerprint, taken from whole numbers. */
function bitsOf(h1: bigint, h2: bigint): Pair {
  const bits = (h1 & 0x3ffffffn) << 38n | h2 >> 26n
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)]
}

/** MurmurHash3 x64_128 as its paper-and-pencil definition says. */
function slowFingerprint(bytes: Uint8Array): Pair {
  const whole = (x: bigint) => BigInt.asUintN(64, x)
  const rotate = (x: bigint, by: bigint) => whole(x << by | x >> 64n - by)
  const half = (at: number) => {
    let value = 0n
    for (let i = at + 7; i >= at; i--) value = value << 8n | BigInt(bytes[i] ?? 0)
    return value
  }
  const mix = (x: bigint) => {
    x = whole((x ^ x >> 33n) * 0xff51afd7ed558ccdn)
    x = whole((x ^ x >> 33n) * 0xc4ceb9fe1a85ec53n)
    return x ^ x >> 33n
  }
  const c1 = 0x87c37b91114253d5n
  const c2 = 0x4cf5ad432745937fn
  const part1 = (k: bigint) => whole(rotate(whole(k * c1), 31n) * c2)
  const part2 = (k: bigint) => whole(rotate(whole(k * c2), 33n) * c1)
  let h1 = 9001n
  let h2 = 9001n
  let at = 0
  for (; at + 16 <= bytes.length; at += 16) {
    h1 = whole((rotate(h1 ^ part1(half(at)), 27n) + h2) * 5n + 0x52dce729n)
    h2 = whole((rotate(h2 ^ part2(half(at + 8)), 31n) + h1) * 5n + 0x38495ab5n)
  }
  h1 ^= part1(half(at)) ^ BigInt(bytes.length)
  h2 ^= part2(half(at + 8)) ^ BigInt(bytes.length)
  h1 = whole(h1 + h2)
  h2 = whole(h2 + h1)
  h1 = mix(h1)
  h2 = mix(h2)
  h1 = whole(h1 + h2)
  return bitsOf(h1, whole(h2 + h1))
}

function ofBytes(bytes: Uint8Array, start = 0, end = bytes.length): Pair {
  const out = newFingerprint()
  fingerprint(bytes, start, end, out)
  return [out.hi, out.lo]
}

function ofText(text: string): Pair {
  const out = newFingerprint()
  fingerprintOfText(text, out)
  return [out.hi, out.lo]
}

for (const [text, hash] of reference) {
  test(`${JSON.stringify(text)} has the bits of the reference hash`, () => {
    const [h1, h2] = hash.split(' ').map((half) => BigInt(`0x${half}`))
    const expected = bitsOf(h1 ?? 0n, h2 ?? 0n)
    assert.deepEqual(ofBytes(new TextEncoder().encode(text)), expected)
    assert.deepEqual(ofText(text), expected)
  })
}

test('the example in the header of hash.ts is right', () => {
  assert.deepEqual(ofText('12'), [0x6c94c7eb, 0xebf792e8])
})

test('any bytes have the bits that whole 64-bit numbers give', () => {
  const bytes = fc.uint8Array({ maxLength: 100 })
  fc.assert(
    fc.property(bytes, (bytes) => assert.deepEqual(ofBytes(bytes), slowFingerprint(bytes))),
    { numRuns: 3000 },
  )
})

test('what stands around the uid does not matter', () => {
  const part = fc.uint8Array({ maxLength: 20 })
  fc.assert(fc.property(part, part, part, (before, uid, after) => {
    const bytes = new Uint8Array([...before, ...uid, ...after])
    const start = before.length
    assert.deepEqual(ofBytes(bytes, start, start + uid.length), ofBytes(uid))
  }))
})

test('text and its UTF-8 have the same fingerprint', () => {
  fc.assert(fc.property(
    fc.string({ unit: 'binary', maxLength: 60 }),
    (text) => assert.deepEqual(ofText(text), ofBytes(new TextEncoder().encode(text))),
  ))
})

test('a text longer than the scratch space is hashed whole', () => {
  const text = 'ä😀'.repeat(5000)
  assert.deepEqual(ofText(text), slowFingerprint(new TextEncoder().encode(text)))
  assert.notDeepEqual(ofText(text), ofText(`${text.slice(0, -2)}x`))
})

test('lone surrogates stay different users', () => {
  const texts = ['\ud800', '\ud801', '\udc00', '\ufffd', '\ud800\udc00', '\udc00\ud800', '\ud800x']
  assert.equal(new Set(texts.map((text) => ofText(text).join())).size, texts.length)
  assert.deepEqual(ofText('a\ud83d'), ofBytes(new Uint8Array([0x61, 0xed, 0xa0, 0xbd])))
})
