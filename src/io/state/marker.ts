/**
 * The file `uc-state` in the folder of a state says that it is one, of which format, who has it open,
 * and how many commits it holds at least: where the store has fewer, it has lost some. A record
 * (state/record.ts) of 62 bytes:
 *
 *   format   (state/format.ts)
 *   number   commits
 *   number   the process that has it open, 0: none
 *
 * It is written in place after each commit, and not synced: what a lost machine has not written of it
 * is fewer commits.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { checkFormat, writeFormat } from '../../state/format.ts'
import { RecordReader, RecordWriter } from '../../state/record.ts'
import { shownName } from '../file-name.ts'
import { inFolder } from './folder.ts'

export const markerName = 'uc-state'

export interface Mark {
  readonly commits: number
  readonly pid: number
}

export class Marker {
  readonly #fd: number

  constructor(folder: string) {
    this.#fd = openSync(inFolder(folder, markerName), 'r+')
  }

  write(mark: Mark): void {
    writeAll(this.#fd, recordOf(mark))
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Throws where it is damaged, or of another format. */
export function readMark(folder: string): Mark {
  const reader = new RecordReader(markerName, readFileSync(inFolder(folder, markerName)))
  checkFormat(reader, `the state "${shownName(folder)}"`)
  const mark = { commits: reader.number(), pid: reader.number() }
  reader.end()
  return mark
}

/** The file is there as a whole, or not at all. */
export function createMarker(folder: string): void {
  const part = inFolder(folder, `${markerName}.new`)
  const fd = openSync(part, 'w')
  try {
    writeAll(fd, recordOf({ commits: 0, pid: 0 }))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(part, inFolder(folder, markerName))
  const folderFd = openSync(inFolder(folder, '.'), 'r')
  try {
    fsyncSync(folderFd)
  } finally {
    closeSync(folderFd)
  }
}

function writeAll(fd: number, record: Uint8Array): void {
  writeSync(fd, record, 0, record.length, 0)
}

function recordOf({ commits, pid }: Mark): Uint8Array {
  return writeFormat(new RecordWriter()).number(commits).number(pid).of(markerName)
}
