/** Batches of frames made from objects, for stages that take columns. */
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { GroupIds } from '../../src/kernel/group-ids.ts'
import { FrameColumns } from '../../src/kernel/columns.ts'
import type { FrameBatch } from '../../src/records.ts'

export interface Frame {
  readonly tsMs: number
  readonly uid: string
  readonly source: number
  /** The name of its group by each breakdown (src/group.ts). */
  readonly groups?: readonly string[]
}

/** The frames, all of one source, as a batch with columns of its own. */
export function frameBatch(frames: readonly Frame[]): FrameBatch {
  const columns = new FrameColumns()
  const hash = newFingerprint()
  for (const { tsMs, uid } of frames) {
    const row = columns.add()
    fingerprintOfText(uid, hash)
    columns.tsMs[row] = tsMs
    columns.hashHi[row] = hash.hi
    columns.hashLo[row] = hash.lo
    columns.decodedUids.set(row, uid)
    columns.lineNumber[row] = row + 1
  }
  columns.groups = (frames[0]?.groups ?? []).map((_, place) => {
    const names = [...new Set(frames.map(({ groups = [] }) => groups[place]!))]
    const ids = Uint32Array.from(frames, ({ groups }) => names.indexOf(groups![place]!))
    return new GroupIds([`key${place}`], ids, names)
  })
  return columns.batch(frames[0]?.source ?? 0, 'stdin', new Uint8Array(0))
}

/** Splits frames where the source changes, and wherever else `cutsHere` says so. */
export function* batches(
  frames: readonly Frame[],
  cutsHere: () => boolean,
): Generator<FrameBatch> {
  let group: Frame[] = []
  for (const frame of frames) {
    if (group.length > 0 && (frame.source !== group[0]!.source || cutsHere())) {
      yield frameBatch(group)
      group = []
    }
    group.push(frame)
  }
  if (group.length > 0) yield frameBatch(group)
}
