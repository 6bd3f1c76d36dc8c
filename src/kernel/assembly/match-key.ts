/** Compares a key with a name byte by byte, escapes decoded. Counterpart: matches in ../key-path.ts */
import { BACKSLASH, COLON, QUOTE, skipSpace } from './bytes'

/** The place behind the colon of the key at `at` if it is `name`, else 0. */
export function matchEnd(at: usize, name: usize, length: usize): usize {
  for (let i: usize = 0; i < length; i++) {
    let unit: i32 = load<u8>(at++)
    if (unit === QUOTE) return 0
    if (unit === BACKSLASH) {
      const letter = load<u8>(at++)
      if (letter === 0x75) {
        unit = hexValue(at)
        at += 4
      } else {
        unit = escapedBy(letter)
      }
    }
    if (unit !== load<u8>(name + i)) return 0
  }
  if (load<u8>(at) !== QUOTE) return 0
  // A string without a colon is no key: the lazy walk does not look at that.
  at = skipSpace(at + 1)
  return load<u8>(at) === COLON ? at + 1 : 0
}

/** The number in four hex digits; what it is for others does not matter, the line is refused. */
function hexValue(at: usize): i32 {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = <i32> load<u8>(at + i)
    value = value << 4 | (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)
  }
  return value
}

function escapedBy(letter: u8): i32 {
  switch (letter) {
    case 0x62:
      return 0x08
    case 0x66:
      return 0x0c
    case 0x6e:
      return 0x0a
    case 0x72:
      return 0x0d
    case 0x74:
      return 0x09
    default:
      return letter
  }
}
