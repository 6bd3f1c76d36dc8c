/**
 * Which tables a LevelDB reads: those that its manifest has added and not taken away. Others may lie
 * there in part, where a process was killed while it wrote them. The manifest is a log of edits,
 *
 *   log     blocks of 32 KiB of: 4 bytes checksum | 2 length | 1 type (whole, first, middle, last) | …
 *   edit    tags with what belongs to them, varints and texts with their lengths
 *
 * which LevelDB itself verifies: what cannot be read of it here is left to that.
 *
 * https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
import { readFileSync } from 'node:fs'
import { Varints } from './table-check.ts'

const blockBytes = 32 * 1024
const headBytes = 7
const [whole, first, , last] = [1, 2, 3, 4]

/** Their numbers. */
export function liveTables(folder: string): ReadonlySet<number> {
  const live = new Set<number>()
  try {
    const manifest = readFileSync(`${folder}/CURRENT`, 'utf8').trim()
    for (const edit of edits(readFileSync(`${folder}/${manifest}`))) apply(edit, live)
  } catch {
    // There is none yet, or it is being exchanged.
  }
  return live
}

function* edits(log: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(log.buffer, log.byteOffset, log.length)
  let parts: Uint8Array[] = []
  for (let at = 0; at + headBytes <= log.length;) {
    const left = blockBytes - at % blockBytes
    if (left < headBytes) {
      at += left
      continue
    }
    const length = view.getUint16(at + 4, true)
    const type = log[at + 6]
    if (type === whole || type === first) parts = []
    parts.push(log.subarray(at + headBytes, at + headBytes + length))
    if (type === whole || type === last) yield Uint8Array.from(parts.flatMap((part) => [...part]))
    at += headBytes + length
  }
}

function apply(edit: Uint8Array, live: Set<number>): void {
  const varints = new Varints(edit)
  const skipText = () => varints.skip(varints.next())
  while (!varints.isOver) {
    const tag = varints.next()
    if (tag === 1) skipText() // the comparator
    else if (tag === 2 || tag === 3 || tag === 4 || tag === 9) varints.next() // numbers
    else if (tag === 5) { // where to compact next
      varints.next()
      skipText()
    } else if (tag === 6) { // a table taken away
      varints.next()
      live.delete(varints.next())
    } else if (tag === 7) { // one added
      varints.next()
      live.add(varints.next())
      varints.next()
      skipText()
      skipText()
    } else return
  }
}
