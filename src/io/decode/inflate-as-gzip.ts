/**
 * Inflates as gzip does what zlib refuses: gzip goes on where a distance reaches back before the
 * beginning (and copies what its window still holds), wants to see some bits more than a code has,
 * and writes 32 KiB at once, of which it drops the last where it finds the format violated. Slow;
 * for data that is known to be broken. The format is RFC 1951's; how gzip reads it, learned from its
 * inflate.c (Mark Adler, in the public domain), is held by tests against the tool, every byte flipped.
 */
import { cut, Damage } from './damage.ts'
import { type Codes, codesOf, end, invalid, literal, type Meaning } from './gzip-codes.ts'

/** Of gzip's output, and so the unit in which it is written. */
export const windowBytes: number = 32 * 1024

/** More than the head of a block takes, and much more than a symbol. */
const aheadBytes = 1024

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
const lengths: Meaning = {
  simple: 257,
  bases: // deno-fmt-ignore
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
     163, 195, 227, 258, 0, 0],
  extraBits: // deno-fmt-ignore
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0, invalid,
     invalid],
}
const distances: Meaning = {
  simple: 0,
  bases: // deno-fmt-ignore
    [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
     3073, 4097, 6145, 8193, 12289, 16385, 24577],
  extraBits: // deno-fmt-ignore
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
     13],
}
const codeLengths: Meaning = { simple: 19, bases: [], extraBits: [] }

/** Compressed bytes, read bit by bit from the lowest on. */
export class Bits {
  /** Whether no more bytes come. */
  isLast = false
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #held = 0
  #heldBits = 0

  add(bytes: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at)
    this.#bytes = new Uint8Array(rest.length + bytes.length)
    this.#bytes.set(rest)
    this.#bytes.set(bytes, rest.length)
    this.#at = 0
  }

  get hasEnough(): boolean {
    return this.isLast || this.#bytes.length - this.#at >= aheadBytes
  }

  /** The next `count` bits, not taken; 16 at most. Throws where they are not all there. */
  see(count: number): number {
    while (this.#heldBits < count) {
      if (this.#at >= this.#bytes.length) throw cut()
      this.#held |= this.#bytes[this.#at++]! << this.#heldBits
      this.#heldBits += 8
    }
    return this.#held & (1 << count) - 1
  }

  drop(count: number): void {
    this.#held >>>= count
    this.#heldBits -= count
  }

  take(count: number): number {
    const bits = this.see(count)
    this.drop(count)
    return bits
  }

  toByte(): void {
    this.drop(this.#heldBits & 7)
  }

  /** What stands behind the whole bytes that were taken. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at - (this.#heldBits >> 3))
  }
}

/**
 * What gzip writes; undefined where `bits` has to get more. The window may hold what the member
 * before left in it.
 */
export function* inflateAsGzip(
  bits: Bits,
  window: Uint8Array,
): Generator<Uint8Array | undefined, void, void> {
  let at = 0
  try {
    for (let isLast = false; !isLast;) {
      while (!bits.hasEnough) yield undefined
      isLast = bits.take(1) === 1
      const type = bits.take(2)
      if (type === 0) yield* stored()
      else if (type === 1) yield* coded(fixedCodes())
      else if (type === 2) yield* coded(dynamicCodes(bits))
      else throw violated()
    }
  } catch (error) {
    if (error instanceof Damage && error.isCut) yield window.slice(0, at)
    throw error
  }
  yield window.slice(0, at)

  function* stored(): Generator<Uint8Array | undefined> {
    bits.toByte()
    const count = bits.take(16)
    if (count !== (~bits.take(16) & 0xffff)) throw violated()
    for (let left = count; left > 0; left--) {
      while (!bits.hasEnough) yield undefined
      const byte = bits.take(8) // may throw, and then there is none
      window[at++] = byte
      if (at === windowBytes) yield flushed()
    }
  }

  function* coded([symbols, distanceCodes]: [Codes, Codes]): Generator<Uint8Array | undefined> {
    for (;;) {
      while (!bits.hasEnough) yield undefined
      const { kind, value } = entryAt(bits, symbols)
      if (kind === literal) {
        window[at++] = value
        if (at === windowBytes) yield flushed()
        continue
      }
      if (kind === end) return
      const length = value + bits.take(kind)
      const { kind: extra, value: base } = entryAt(bits, distanceCodes)
      let from = at - base - bits.take(extra)
      for (let left = length; left > 0; left--) {
        window[at++] = window[from++ & windowBytes - 1]!
        if (at === windowBytes) yield flushed()
      }
    }
  }

  function flushed(): Uint8Array {
    at = 0
    return window.slice()
  }
}

function entryAt(bits: Bits, codes: Codes): { readonly kind: number; readonly value: number } {
  let entry = codes.entries[bits.see(codes.bits)]!
  while (entry.kind > literal) {
    if (entry.kind === invalid) throw violated()
    bits.drop(entry.bits)
    entry = entry.next!.entries[bits.see(entry.next!.bits)]!
  }
  bits.drop(entry.bits)
  return entry
}

function fixedCodes(): [Codes, Codes] {
  const ofSymbols = Array.from(
    { length: 288 },
    (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8,
  )
  const symbols = codesOf(ofSymbols, 7, lengths)!
  return [symbols.codes, codesOf(new Array<number>(30).fill(5), 5, distances)!.codes]
}

function dynamicCodes(bits: Bits): [Codes, Codes] {
  const symbols = 257 + bits.take(5)
  const all = symbols + 1 + bits.take(5)
  const given = 4 + bits.take(4)
  if (symbols > 286 || all - symbols > 30) throw violated()
  const ofLengths = new Array<number>(19).fill(0)
  for (let i = 0; i < given; i++) ofLengths[order[i]!] = bits.take(3)
  const { codes } = complete(codesOf(ofLengths, 7, codeLengths))
  const found: number[] = []
  while (found.length < all) {
    const { value } = entryAt(bits, codes)
    const [repeated, count] = value < 16
      ? [value, 1]
      : value === 16
      ? [found.at(-1) ?? 0, 3 + bits.take(2)]
      : [0, value === 17 ? 3 + bits.take(3) : 11 + bits.take(7)]
    if (found.length + count > all) throw violated()
    for (let left = count; left > 0; left--) found.push(repeated)
  }
  return [
    complete(codesOf(found.slice(0, symbols), 9, lengths)).codes,
    complete(codesOf(found.slice(symbols), 6, distances)).codes,
  ]
}

function complete<Built extends { readonly isComplete: boolean }>(built: Built | undefined): Built {
  if (built?.isComplete !== true) throw violated()
  return built
}

function violated(): Damage {
  return new Damage('format violated')
}
