/**
 * Looks into a state that a process may have open, and writes nothing there. LevelDB reads only what
 * it has locked: so links to its tables, which never change, and copies of its logs, which are short,
 * are opened in a folder of their own. What was exchanged meanwhile is looked at again.
 */
import { copyFileSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment } from '../runtime.ts'
import { bytesIn } from './folder.ts'
import { openLevel, recordsFolder } from './level.ts'
import { markIn, type ReadState, readState } from './store.ts'

export interface InspectedState extends ReadState {
  /** The process that has it open, or has ended without closing it; 0: none. */
  readonly pid: number
  /** What its files have. */
  readonly diskBytes: number
}

const tries = 20
const retryMs = 50

/** All that it holds since its last commit, or one of the last. Throws as `openStore` does. */
export async function inspectState(folder: string): Promise<InspectedState> {
  for (let left = tries; true; left--) {
    const mark = markIn(folder, false)
    const path = mkdtempSync(`${environment('TMPDIR') || '/tmp'}/uc-state-`)
    try {
      linkTo(recordsFolder(folder), path)
      const level = await openLevel(folder, { create: mark?.commits === 0, holder: String, path })
      try {
        const read = await readState(folder, level, mark)
        return { ...read, pid: mark?.pid ?? 0, diskBytes: bytesIn(recordsFolder(folder)) }
      } finally {
        await level.close()
      }
    } catch (error) {
      if (left === 1 || (mark?.pid ?? 0) === 0) throw error
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
    await sleep(retryMs)
  }
}

/** What is said to be there first, so that nothing is missing of it that was there. */
function linkTo(records: string, path: string): void {
  const real = realpathSync(records)
  const names = readdirSync(real).filter((name) => !/^LO(CK|G)/.test(name)).sort().reverse()
  for (const name of names) {
    if (!name.endsWith('.ldb')) copyFileSync(`${real}/${name}`, `${path}/${name}`)
  }
  for (const name of names) {
    if (name.endsWith('.ldb')) symlinkSync(`${real}/${name}`, `${path}/${name}`)
  }
}
