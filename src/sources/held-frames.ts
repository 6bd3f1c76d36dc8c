/** Frames kept beyond their batch, while it is not decided whether their clock is wrong. */
import { FrameColumns } from '../kernel/columns.ts'
import { GroupIds } from '../kernel/group-ids.ts'
import type { FrameBatch } from '../records.ts'
import type { RecordReader, RecordWriter } from '../state/record.ts'

/** No more are ever held, so that memory is bounded by their lines. */
const mostHeld = 17

export class HeldFrames {
  #columns = new FrameColumns(mostHeld)
  #bytes = new Uint8Array(0)
  #source = 0
  #place = ''

  get count(): number {
    return this.#columns.count
  }

  get timesMs(): readonly number[] {
    return [...this.#columns.tsMs.subarray(0, this.count)]
  }

  /** Copies frame `i` with its line; its uid lies in the line, or is decoded. */
  add(frames: FrameBatch, i: number): void {
    const columns = this.#columns
    const lineStart = frames.lineStart[i]!
    const offset = this.#bytes.length - lineStart
    this.#bytes = joined(this.#bytes, frames.bytes.subarray(lineStart, frames.lineEnd[i]!))
    columns.takeFrames(frames, i, i + 1)
    columns.move(columns.count - 1, offset)
    this.#source = frames.source
    this.#place = frames.place
  }

  writeTo(record: RecordWriter): void {
    const { tsMs, hashHi, hashLo, uidStart, uidEnd, lineStart, lineEnd, lineNumber, decodedUids } =
      this.#columns
    record.count(this.#source).text(this.#place).bytes(this.#bytes).count(this.count)
    for (let i = 0; i < this.count; i++) {
      record.number(tsMs[i]!).count(hashHi[i]!).count(hashLo[i]!)
      record.count(uidStart[i]!).count(uidEnd[i]!)
      record.count(lineStart[i]!).count(lineEnd[i]!).number(lineNumber[i]!)
      const uid = decodedUids.get(i)
      record.flag(uid !== undefined)
      if (uid === undefined) continue
      record.flag(typeof uid === 'string')
      if (typeof uid === 'string') record.text(uid)
      else record.bytes(uid)
    }
    for (const { keys, ids, names } of this.#columns.groups) {
      record.count(keys.length)
      for (const key of keys) record.text(key)
      for (let i = 0; i < this.count; i++) record.text(names[ids[i]!]!)
    }
  }

  readFrom(record: RecordReader): void {
    const columns = this.#columns = new FrameColumns(mostHeld)
    this.#source = record.count()
    this.#place = record.text()
    this.#bytes = record.bytes()
    for (let left = record.count(); left > 0; left--) {
      const row = columns.add()
      columns.tsMs[row] = record.number()
      columns.hashHi[row] = record.count()
      columns.hashLo[row] = record.count()
      columns.uidStart[row] = record.count()
      columns.uidEnd[row] = record.count()
      columns.lineStart[row] = record.count()
      columns.lineEnd[row] = record.count()
      columns.lineNumber[row] = record.number()
      if (!record.flag()) continue
      columns.decodedUids.set(row, record.flag() ? record.text() : record.bytes())
    }
    columns.groups = readGroups(record, columns.count)
  }

  batch(): FrameBatch {
    return this.#columns.batch(this.#source, this.#place, this.#bytes)
  }

  /** Gives those for which it is so, as places of a batch, and keeps the others. */
  take(isTaken: (i: number, tsMs: number) => boolean): {
    readonly frames: FrameBatch
    readonly places: readonly number[]
  } {
    const frames = this.batch()
    const places: number[] = []
    this.#columns = new FrameColumns(mostHeld)
    this.#bytes = new Uint8Array(0)
    for (let i = 0; i < frames.count; i++) {
      if (isTaken(i, frames.tsMs[i]!)) places.push(i)
      else this.add(frames, i)
    }
    return { frames, places }
  }
}

/** The rest of the record, of so many frames. */
function readGroups(record: RecordReader, count: number): GroupIds[] {
  const groups: GroupIds[] = []
  while (record.left > 0) {
    const group = new GroupIds(Array.from({ length: record.count() }, () => record.text()))
    for (let row = 0; row < count; row++) group.set(row, group.idOf(record.text()))
    groups.push(group)
  }
  return groups
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
