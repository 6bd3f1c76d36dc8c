/**
 * The tables by which gzip reads Huffman codes, as huft_build in its inflate.c makes them (Mark Adler,
 * in the public domain). Their sizes are its own, too: they say how many bits it wants to see before
 * it knows a code, and so what it still makes of the last bytes of a file that is cut.
 */

export interface Entry {
  /** Extra bits; or `literal`, `end`, `invalid`, or 16 + the bits of the table in `next`. */
  kind: number
  bits: number
  value: number
  next: Codes | undefined
}

export interface Codes {
  readonly bits: number
  readonly entries: Entry[]
}

export const literal = 16
export const end = 15
export const invalid = 99

const longest = 16

export interface Meaning {
  /** Codes below are literals, 256 being the end of a block. */
  readonly simple: number
  readonly bases: readonly number[]
  readonly extraBits: readonly number[]
}

export interface Built {
  readonly codes: Codes
  readonly isComplete: boolean
}

/** `tableBits`: of the first table, at most. Undefined where there are more codes than bits. */
export function codesOf(
  lengths: ArrayLike<number>,
  tableBits: number,
  { simple, bases, extraBits }: Meaning,
): Built | undefined {
  const counts = new Array<number>(longest + 1).fill(0)
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]!]!++
  if (counts[0] === lengths.length) {
    const none = { kind: invalid, bits: 1, value: 0, next: undefined }
    return { codes: { bits: 1, entries: [none, none] }, isComplete: true }
  }
  const least = counts.findIndex((count, length) => length > 0 && count > 0)
  const most = counts.findLastIndex((count, length) => length > 0 && count > 0)
  const first = Math.min(Math.max(tableBits, least), most)
  let free = 1 << least
  for (let length = least; length < most; length++, free <<= 1) {
    if ((free -= counts[length]!) < 0) return undefined
  }
  if ((free -= counts[most]!) < 0) return undefined
  counts[most]! += free

  const values: number[] = []
  for (let length = least; length <= most; length++) {
    for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) values.push(i)
  }

  let root: Codes | undefined
  const tables: Codes[] = []
  const prefixes: number[] = [0]
  let before = -first // bits that are read by the tables above
  let code = 0 // backwards
  let used = 0
  for (let length = least; length <= most; length++) {
    for (let left = counts[length]!; left-- > 0;) {
      while (length > before + first) {
        before += first
        const table = { bits: sizeOf(length, before, left), entries: [] }
        const above = tables.at(-1)
        if (above !== undefined) {
          prefixes[tables.length] = code
          above.entries[code >> before - first] = {
            kind: 16 + table.bits,
            bits: first,
            value: 0,
            next: table,
          }
        }
        tables.push(table)
        root ??= table
      }
      const { bits, entries } = tables.at(-1)!
      const entry = entryOf(values[used++], length - before)
      for (let at = code >> before; at < 1 << bits; at += 1 << length - before) entries[at] = entry
      let bit = 1 << length - 1
      for (; code & bit; bit >>= 1) code ^= bit
      code ^= bit
      while ((code & (1 << before) - 1) !== prefixes[tables.length - 1]) {
        tables.pop()
        before -= first
      }
    }
  }
  return { codes: root!, isComplete: free === 0 || most === 1 }

  /** Bits of a table for codes of this length, of which `left` more are to come, and longer ones. */
  function sizeOf(length: number, before: number, left: number): number {
    const widest = Math.min(most - before, first)
    let bits = length - before
    let room = 1 << bits
    if (room > left + 1) {
      room -= left + 1
      for (let next = length + 1; bits < widest && ++bits < widest; next++) {
        if ((room <<= 1) <= counts[next]!) break
        room -= counts[next]!
      }
    }
    return bits
  }

  function entryOf(value: number | undefined, bits: number): Entry {
    if (value === undefined) return { kind: invalid, bits, value: 0, next: undefined }
    if (value < simple) return { kind: value < 256 ? literal : end, bits, value, next: undefined }
    const index = value - simple
    return { kind: extraBits[index]!, bits, value: bases[index]!, next: undefined }
  }
}
