/**
 * A folder that holds one state: keyed records, changed all at once. What is in it at any moment, and
 * after any end, is the last whole commit, or the one that was under way.
 *
 *   uc-state    what it is, and who has it open (marker.ts)
 *   records/    LevelDB (level.ts): the records, and under the empty key what they are (contents.ts)
 *
 * On Deno it needs --allow-ffi, and to read and to write the folder.
 */
import { rmSync } from 'node:fs'
import { UcError } from '../../errors.ts'
import type { StateRecord } from '../../state/kept.ts'
import { shownName } from '../file-name.ts'
import { reasonOf } from '../reason.ts'
import { processId } from '../runtime.ts'
import { Contents } from './contents.ts'
import {
  bytesIn,
  damaged,
  inFolder,
  makeFolder,
  namesIn,
  removeEmpty,
  stateError,
} from './folder.ts'
import { type Change, type Level, openLevel, recordsFolder } from './level.ts'
import { createMarker, type Mark, Marker, markerName, readMark } from './marker.ts'

export interface StoreOptions {
  /** Whether to make one where there is none. */
  readonly create: boolean
  /** Told where the process before has not closed it. */
  say?(text: string): void
}

export interface Store {
  /** Commits since it was made. */
  readonly commits: number
  /** Of all records, keys and values. */
  readonly stateBytes: number
  /** What its files have. */
  readonly diskBytes: number
  /**
   * These changes (null: ended), all of them or none, on the disk when it resolves. Takes the values
   * as they are at the call. Where it fails, so do all that follow.
   */
  commit(changes: Iterable<Change>): Promise<void>
  /** Where it was made, and nothing committed, it is no more. */
  close(): Promise<void>
}

export interface OpenedStore {
  readonly store: Store
  /** All that it holds, in any order. */
  readonly records: readonly StateRecord[]
}

/** What was read from a folder: all of it, or an error. */
export interface ReadState {
  readonly records: readonly StateRecord[]
  readonly contents: Contents
  readonly commits: number
  /** When the last one was made, in ms since 1970; undefined before the first. */
  readonly savedMs: number | undefined
}

/** Throws where it is open elsewhere, no state, one of another format, damaged, or not to be written. */
export async function openStore(
  folder: string,
  { create, say }: StoreOptions,
): Promise<OpenedStore> {
  const isNew = namesIn(folder) === undefined
  const mark = markIn(folder, create)
  const unmake = () => {
    if (mark !== undefined) return
    rmSync(inFolder(folder, markerName), { force: true })
    rmSync(recordsFolder(folder), { recursive: true, force: true })
    if (isNew) removeEmpty(folder)
  }
  const level = await openLevel(folder, {
    create: mark === undefined || mark.commits === 0,
    holder: () => holderOf(folder),
  }).catch((error) => {
    if (isNew) removeEmpty(folder)
    throw error
  })
  let marker: Marker | undefined
  try {
    const read = await readState(folder, level, mark)
    if (mark === undefined) createMarker(folder)
    marker = new Marker(folder)
    const pid = mark === undefined ? 0 : readMark(folder).pid
    if (pid !== 0) {
      say?.(`the process ${pid} has ended without closing the state; going on from what it saved`)
    }
    marker.write({ commits: read.commits, pid: processId })
    const store = new LevelStore({ folder, level, marker, unmake }, read)
    return { store, records: read.records }
  } catch (error) {
    marker?.close()
    await level.close()
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw stateError(folder, `cannot be written: ${reasonOf(error)}`, error)
  }
}

/** Reads it all. `mark`: what was known of it before it was opened. */
export async function readState(
  folder: string,
  level: Level,
  mark: Mark | undefined,
): Promise<ReadState> {
  const contents = new Contents()
  const records: StateRecord[] = []
  let head: Uint8Array | undefined
  for await (const [key, value] of level.records()) {
    if (key === '') {
      head = value
      continue
    }
    contents.change(key, value)
    records.push([key, value])
  }
  if (head === undefined && records.length > 0) throw damaged(folder, 'what they are is missing')
  const read = head === undefined
    ? { commits: 0, savedMs: undefined }
    : inState(folder, () => contents.read(head))
  if (mark === undefined && read.commits > 0) {
    throw damaged(folder, `the file ${markerName} is missing`)
  }
  if (mark !== undefined && read.commits < mark.commits) {
    throw damaged(folder, `${read.commits} commits are there, of ${mark.commits}`)
  }
  return { ...read, records, contents }
}

/** Undefined where there is none yet. */
export function markIn(folder: string, create: boolean): Mark | undefined {
  const names = namesIn(folder)
  if (names?.includes(markerName)) {
    try {
      return inState(folder, () => readMark(folder))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      throw stateError(folder, `cannot be read: ${reasonOf(error)}`, error)
    }
  }
  const other = names?.find((name) => name !== 'records' && name !== `${markerName}.new`)
  if (other !== undefined) {
    throw stateError(
      folder,
      `is none: it holds other files, such as "${other}"; name an empty folder, or a new one`,
    )
  }
  if (!create && !names?.includes('records')) {
    throw stateError(folder, 'is not there; expected a folder that --state has made')
  }
  if (names === undefined) makeFolder(folder)
  return undefined
}

function holderOf(folder: string): string {
  try {
    const { pid } = readMark(folder)
    if (pid !== 0) return `the process ${pid}`
  } catch {
    // It is just being made.
  }
  return 'another process'
}

/** What is wrong with a record is said with its folder. */
function inState<T>(folder: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UcError) || error.message.startsWith('the state')) throw error
    throw new UcError('failed', `the state "${shownName(folder)}": ${error.message}`, {
      cause: error,
    })
  }
}

interface Opened {
  readonly folder: string
  readonly level: Level
  readonly marker: Marker
  /** Takes back what was made for it. */
  readonly unmake: () => void
}

class LevelStore implements Store {
  readonly #folder: string
  readonly #level: Level
  readonly #marker: Marker
  readonly #unmake: () => void
  readonly #contents: Contents
  #commits: number
  #last: Promise<void> = Promise.resolve()

  constructor({ folder, level, marker, unmake }: Opened, { contents, commits }: ReadState) {
    this.#folder = folder
    this.#level = level
    this.#marker = marker
    this.#unmake = unmake
    this.#contents = contents
    this.#commits = commits
  }

  get commits(): number {
    return this.#commits
  }

  get stateBytes(): number {
    return this.#contents.bytes
  }

  get diskBytes(): number {
    return bytesIn(recordsFolder(this.#folder)) + bytesIn(this.#folder)
  }

  commit(changes: Iterable<Change>): Promise<void> {
    const all: Change[] = []
    for (const [key, value] of changes) {
      this.#contents.change(key, value)
      all.push([key, value])
    }
    const commits = ++this.#commits
    all.push(['', this.#contents.write({ commits, savedMs: Date.now() })])
    const { bytes } = this.#contents
    this.#last = this.#last.then(async () => {
      await this.#level.commit(all, bytes)
      this.#marker.write({ commits, pid: processId })
    })
    return this.#last
  }

  async close(): Promise<void> {
    try {
      await this.#last.catch(() => {}) // whoever has committed was told
      // Before its lock is given up: what another process makes there is not ours.
      if (this.#commits === 0) this.#unmake()
      else this.#marker.write({ commits: readMark(this.#folder).commits, pid: 0 })
    } finally {
      this.#marker.close()
      await this.#level.close()
    }
  }
}
