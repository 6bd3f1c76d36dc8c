/**
 * Reads the lines of uc-window many at a time, in WebAssembly (kernel/assembly/windowed.ts). It knows
 * a line at sight by its tail, what stands behind the uid: tails are few, as neighbouring frames lie
 * in the same windows. It learns a tail from frames that were read in the plain way
 * (windowed-line.ts); lines with another tail, escapes or anything else odd stop it, and are read so.
 */
import type { FrameColumns } from '../kernel/columns.ts'
import { Room, roomBytes } from '../kernel/lines.ts'
import { newScanner, rowsOf } from '../kernel/module.ts'
import { windowedTail } from './frame-lines.ts'

/** What the frames with one tail have in common, per kind of window, as in WindowedBatch. */
export interface Windows {
  readonly startsMs: Float64Array
  readonly verdicts: Uint8Array
}

export interface WindowedScanner {
  /** Only lines that lie there are scanned. */
  readonly room: Room
  /** Most frames that one call of `scan` appends. */
  readonly mostFrames: number
  /**
   * Takes the lines of [from, to), each ending in LF, up to the first that it does not know. Appends
   * their frames to the columns, without time and line number, and returns how many.
   */
  scan(bytes: Uint8Array, from: number, to: number, columns: FrameColumns): number
  /** Of frame `row` of the last scan. */
  windowsOf(row: number): Windows
  /** The last of `count` frames of the last scan, from `row` on, that have the same windows. */
  endOfRun(row: number, count: number): number
  /** A frame of these windows was read in the plain way; `kinds`: their names, fine to coarse. */
  learn(windows: Windows, kinds: readonly string[]): void
}

const encoder = new TextEncoder()

/** Undefined where WebAssembly has no SIMD. */
export function windowedScanner(maxLineBytes: number): WindowedScanner | undefined {
  const scanner = newScanner(roomBytes)
  if (scanner === undefined) return undefined
  const { scanWindowed, inputAt, rowCapacity, tailCapacity, tailCount } = scanner
  const { buffer } = scanner.memory
  const memory = new Uint8Array(buffer)
  const room = new Room(memory.subarray(inputAt.value, inputAt.value + roomBytes))
  const rows = rowsOf(scanner)
  const rowTail = new Uint8Array(buffer, scanner.rowTailAt.value, rowCapacity.value)
  const tailBytes = new Uint32Array(buffer, scanner.tailBytesAt.value, tailCount.value)
  const known: Windows[] = []
  let oldest = 0
  let unknown: Windows | undefined

  return {
    room,
    mostFrames: rowCapacity.value,

    scan(bytes, from, to, columns) {
      if (!room.holds(bytes)) return 0
      const shift = bytes.byteOffset
      const count = scanWindowed(from + shift, to + shift, -shift, maxLineBytes)
      if (count > 0) columns.take(rows, 0, count)
      return count
    },

    windowsOf: (row) => known[rowTail[row]!]!,

    endOfRun(row, count) {
      let end = row + 1
      while (end < count && rowTail[end] === rowTail[row]) end++
      return end
    },

    learn(windows, kinds) {
      if (known.some((those) => areSame(those, windows))) return
      // Where no two neighbours have the same windows, nothing is to be gained by learning.
      const isSecond = unknown !== undefined && areSame(unknown, windows)
      unknown = { startsMs: windows.startsMs.slice(), verdicts: windows.verdicts.slice() }
      if (!isSecond) return
      const tail = encoder.encode(windowedTail(kinds, windows.startsMs, windows.verdicts))
      if (tail.length > tailCapacity.value) return
      memory.set(tail, scanner.tailsAt.value + oldest * tailCapacity.value)
      tailBytes[oldest] = tail.length
      known[oldest] = unknown
      oldest = (oldest + 1) % tailCount.value
    },
  }
}

function areSame(a: Windows, b: Windows): boolean {
  for (let k = 0; k < a.startsMs.length; k++) {
    if (a.startsMs[k] !== b.startsMs[k] || a.verdicts[k] !== b.verdicts[k]) return false
  }
  return true
}
