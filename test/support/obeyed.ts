/**
 * What moves a cursor, ends a line or turns text round on a terminal, written out by number so that
 * it is no copy of what the product does.
 */
const ranges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff], // alone, as half of a pair
] as const
const inRanges = ranges.map((ends) => ends.map((end) => `\\u{${end.toString(16)}}`).join('-'))

export const obeyed: RegExp = new RegExp(`[${inRanges.join('')}]`, 'u')

/** All kinds of it in one name; no NUL and no slash, so that a file may be called so. */
export const hostileName: string =
  'x\x1b[2J\nuc-count: all is well\r\t\x07\x7f\x9b2J\x85\u202e\u2066\u200f\u2028y'
