/** Files beside standard output: --rejects, --stats, --out. Opened before anything is read. */
import { fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { UcError } from '../errors.ts'
import { identityOf } from './identity.ts'
import { reasonOf } from './reason.ts'

export interface OutputFileOptions {
  /** The option that names it, for messages: `--rejects`. */
  readonly flag: string
  readonly file: string
  /** Files that are read or written already, by identityOf: a name may be spelled in many ways. */
  readonly taken: Set<string>
}

/** Makes or empties the file, once it is known to be no other. Returns its descriptor. */
export function openOutput({ flag, file, taken }: OutputFileOptions): number {
  const where = `${flag} ${JSON.stringify(file)}`
  let fd: number
  try {
    fd = openSync(file, 'a') // `w` would empty it before it is known
  } catch (error) {
    throw new UcError('failed', `${where}: ${reasonOf(error)}`, { cause: error })
  }
  const stat = fstatSync(fd)
  if (!stat.isFile()) return fd
  if (taken.has(identityOf(stat))) {
    throw new UcError('usage', `${where} would overwrite a file of this run; name another one`)
  }
  taken.add(identityOf(stat))
  ftruncateSync(fd)
  return fd
}

/** Writes all of it: the system may take a part at a time. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
}
