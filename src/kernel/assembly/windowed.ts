/**
 * Lines as uc-window writes them, `{"uid":"ab","windows":{"minute":1468244340}}`, read at sight: what
 * stands behind the uid, the tail, is the same for many lines, and the loader says which tails there
 * are. Counterpart: ../../ndjson/windowed-line.ts, which reads a tail the first time.
 */
import { fingerprint } from './fingerprint'
import * as layout from './layout'
import { findValue, PLAIN, valueEnd, valueStart } from './wanted-values'

/** How many tails are known, and how long each may be; none is shorter than 16 bytes. */
export const tailCount: i32 = 8
export const tailCapacity: i32 = 512
export const tailsAt: usize = memory.data(8 * 512, 16)
/** Their lengths; 0: none there. */
export const tailBytesAt: usize = memory.data(8 * 4, 16)
/** Per row: which tail. */
export const rowTailAt: usize = memory.data(2048, 16)

const beforeUid: u64 = 0x223a22646975227b // {"uid":"

/**
 * Takes the lines of [from, to), each ending in LF, up to the first that is not of this form; their
 * number comes back. Writes the columns for them but time and line number, places moved by `shift`.
 */
export function scanWindowed(from: usize, to: usize, shift: u32, maxLineBytes: u32): i32 {
  let line = from
  let row: usize = 0
  let tail: usize = 0
  while (line < to && row < <usize> layout.rowCapacity) {
    if (load<u64>(line) !== beforeUid || findValue(line + 7) !== PLAIN) break
    if (!isTail(tail, valueEnd)) {
      tail = 0
      while (tail < <usize> tailCount && !isTail(tail, valueEnd)) tail++
      if (tail === tailCount) break
    }
    const next = valueEnd + load<u32>(tailBytesAt + tail * 4)
    if (next - 1 - line > <usize> maxLineBytes) break
    const hash = fingerprint(valueStart, valueEnd)
    store<u8>(rowTailAt + row, <u8> tail)
    store<u32>(layout.hashHiAt + row * 4, <u32> (hash >> 32))
    store<u32>(layout.hashLoAt + row * 4, <u32> hash)
    store<u32>(layout.uidStartAt + row * 4, <u32> valueStart + shift)
    store<u32>(layout.uidEndAt + row * 4, <u32> valueEnd + shift)
    store<u32>(layout.lineStartAt + row * 4, <u32> line + shift)
    store<u32>(layout.lineEndAt + row * 4, <u32> (next - 1) + shift)
    line = next
    row++
  }
  return <i32> row
}

/** The last 16 bytes are compared whatever the length: some of them for a second time. */
// @ts-ignore: decorator
@inline
function isTail(tail: usize, at: usize): bool {
  const bytes = <usize> load<u32>(tailBytesAt + tail * 4)
  if (bytes === 0) return false
  const expected = tailsAt + tail * tailCapacity
  for (let i: usize = 0; i + 16 < bytes; i += 16) {
    if (differs(expected + i, at + i)) return false
  }
  return !differs(expected + bytes - 16, at + bytes - 16)
}

// @ts-ignore: decorator
@inline
function differs(a: usize, b: usize): bool {
  return v128.any_true(v128.xor(v128.load(a), v128.load(b)))
}
