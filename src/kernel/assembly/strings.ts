/** Where strings begin and end. Counterpart: stringEnd in ../json-tokens.ts */
import { BACKSLASHES, ESCAPED, escapesAt, INSIDE, maskBytes, masksAt, QUOTES } from './blocks'
import { escapedBytes, prefixXor } from './masks'

/** The end of the list of blocks in which something is escaped. */
export let escapesEnd: usize = 0

let isFirstEscaped: u64 = 0
let insideBefore: u64 = 0

export function beginStrings(): void {
  isFirstEscaped = 0
  insideBefore = 0
}

/** Leaves only the quotes that are not escaped, and finds what is inside of them. */
export function findStrings(masksEnd: usize, lineBreak: u64): void {
  let escapedFirst = isFirstEscaped
  let insideFirst = insideBefore
  let nextEscape = escapesAt
  for (let masks = masksAt; masks < masksEnd; masks += maskBytes) {
    const ours = (masks + maskBytes === masksEnd ? lineBreak : 0) - 1 // what is of this line
    const backslashes = load<u64>(masks, BACKSLASHES)
    const escaped = escapedBytes(backslashes, escapedFirst) & ours
    escapedFirst = (backslashes & ~escaped) >> 63
    store<u64>(masks, escaped, ESCAPED)
    store<u32>(nextEscape, <u32> masks)
    nextEscape += <usize> (escaped !== 0) << 2
    const quotes = load<u64>(masks, QUOTES) & ours & ~escaped
    const inside = prefixXor(quotes) ^ insideFirst
    insideFirst = <u64> (<i64> inside >> 63)
    store<u64>(masks, quotes, QUOTES)
    store<u64>(masks, inside, INSIDE)
  }
  isFirstEscaped = escapedFirst
  insideBefore = insideFirst
  escapesEnd = nextEscape
}
