/** The bytes of JSON that have a meaning, and what each byte may be. Counterpart: ../json-tokens.ts */

export const LF: u8 = 0x0a
export const CR: u8 = 0x0d
export const TAB: u8 = 0x09
export const SPACE: u8 = 0x20
export const QUOTE: u8 = 0x22
export const COMMA: u8 = 0x2c
export const COLON: u8 = 0x3a
export const BACKSLASH: u8 = 0x5c
export const OPEN_BRACE: u8 = 0x7b
export const CLOSE_BRACE: u8 = 0x7d

/** Per byte: 1 if it ends a number or a literal. */
export const endsScalarAt: usize = memory.data(256, 64)
/** Per byte: 1 unless it is a hex digit. */
export const noHexAt: usize = memory.data(256, 64)

export function fillTables(): void {
  memory.fill(noHexAt, 1, 256)
  memory.fill(noHexAt + 0x30, 0, 10)
  memory.fill(noHexAt + 0x41, 0, 6)
  memory.fill(noHexAt + 0x61, 0, 6)
  for (let i = 0; i < 7; i++) {
    store<u8>(endsScalarAt + <usize> (0x7d5d2c0d0a0920 >> (8 * i) & 0xff), 1) // },]CR LF TAB SPACE
  }
}

// @ts-ignore: decorator
@inline
export function isDigit(byte: u8): bool {
  return <u8> (byte - 0x30) <= 9
}

/** The place behind the byte order marks at `at`. Counterpart: skipMarks in ../json-tokens.ts */
export function skipMarks(at: usize): usize {
  while ((load<u32>(at) & 0xffffff) === 0xbfbbef) at += 3
  return at
}

/** The first place from `at` on that is no white space. Counterpart: skipSpace in ../json-tokens.ts */
// @ts-ignore: decorator
@inline
export function skipSpace(at: usize): usize {
  while (load<u8>(at) === SPACE || load<u8>(at) === TAB || load<u8>(at) === CR) at++
  return at
}
