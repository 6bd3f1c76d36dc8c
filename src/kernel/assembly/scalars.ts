/** Numbers and literals. Counterparts: numberEnd and literalEnd in ../json-tokens.ts */
import { endsScalarAt, isDigit } from './bytes'

const TRUE: u32 = 0x65757274
const NULL: u32 = 0x6c6c756e
const FALS: u32 = 0x736c6166

/**
 * Whether what begins at `at` and goes on to the next white space or punctuation is a scalar. The
 * usual ones, literals and whole numbers, are decided without a jump that depends on which it is.
 */
// @ts-ignore: decorator
@inline
export function isScalar(at: usize): bool {
  const bytes = v128.load(at)
  const digits = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(9))
  const count = <usize> ctz(~i8x16.bitmask(digits))
  const word = <u32> i32x4.extract_lane(bytes, 0)
  const isFalse = <usize> (word === FALS) & <usize> (load<u8>(at, 4) === 0x65)
  const isLiteral = <usize> (word === TRUE) | <usize> (word === NULL) | isFalse
  const isWhole = <usize> (count === 1) | <usize> (count > 1) & <usize> ((word & 0xff) !== 0x30)
  const length = select<usize>(4 + isFalse, count, isLiteral !== 0)
  const isUsual = (isLiteral | isWhole) & <usize> load<u8>(endsScalarAt + load<u8>(at + length))
  return isUsual !== 0 || isNumber(at)
}

// @ts-ignore: decorator
@inline
function endsScalar(at: usize): bool {
  return load<u8>(endsScalarAt + load<u8>(at)) !== 0
}

function isNumber(at: usize): bool {
  if (load<u8>(at) === 0x2d) at++
  if (load<u8>(at) === 0x30) at++
  else if (isDigit(load<u8>(at))) at = digitsEnd(at)
  else return false
  if (load<u8>(at) === 0x2e) {
    if (!isDigit(load<u8>(at, 1))) return false
    at = digitsEnd(at + 1)
  }
  if ((load<u8>(at) | 0x20) === 0x65) {
    at++
    if (load<u8>(at) === 0x2b || load<u8>(at) === 0x2d) at++
    if (!isDigit(load<u8>(at))) return false
    at = digitsEnd(at)
  }
  return endsScalar(at)
}

function digitsEnd(at: usize): usize {
  while (isDigit(load<u8>(at))) at++
  return at
}
