/**
 * LevelDB, in which a state lies: the package is loaded where it is used. Its own lock (fcntl) ends
 * with the process, however that ends, and is not misled by a process that has got the number of a
 * dead one.
 *
 * It may keep what is over for long, five times of what is left. So all is written anew when its files
 * may have come to 1.5 times the state, while commits go on; one that would make too much of it waits,
 * since both are there for a moment: in all at most three times the state, and two logs.
 * Between two such times half as much was committed as is written then, or more.
 */
import type { ClassicLevel } from 'classic-level'
import { readFileSync } from 'node:fs'
import { UcError } from '../../errors.ts'
import { bytesIn, damaged, inFolder, stateError } from './folder.ts'
import { liveTables } from './live-tables.ts'
import { isWholeTable } from './table-check.ts'
import { reasonOf } from '../reason.ts'

/** Has a small state, too: LevelDB has a log of up to 4 MiB. */
const spareBytes = 4 * 2 ** 20
const readBytes = 4 * 2 ** 20
const folderName = 'records'
const first = new Uint8Array(0)
const last = Uint8Array.of(0xff) // in no UTF-8
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export type Change = readonly [key: string, value: Uint8Array | null]

export interface LevelOptions {
  readonly create: boolean
  /** Who has it open, for the error. */
  holder(): string
  /** Where its files are, if not in the folder. */
  readonly path?: string
}

export class Level {
  readonly #folder: string
  readonly #path: string
  readonly #level: ClassicLevel<Uint8Array, Uint8Array>
  #mostBytes: number
  #cleaning: Promise<void> | undefined

  /** `folder`: for messages. */
  constructor(folder: string, level: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#folder = folder
    this.#path = level.location
    this.#level = level
    this.#mostBytes = this.diskBytes
  }

  get diskBytes(): number {
    return bytesIn(this.#path)
  }

  /** All, in the order of their keys. */
  async *records(): AsyncGenerator<readonly [key: string, value: Uint8Array]> {
    const iterator = this.#level.iterator({ highWaterMarkBytes: readBytes })
    try {
      for (;;) {
        const some = await iterator.nextv(10_000)
        if (some.length === 0) return
        for (const [key, value] of some) yield [decoder.decode(key), value]
      }
    } catch (error) {
      throw levelError(this.#folder, 'read', error)
    } finally {
      await iterator.close()
    }
  }

  /** All of them or none, on the disk. `stateBytes`: of all records then. */
  async commit(changes: readonly Change[], stateBytes: number): Promise<void> {
    if (this.#mostBytes > 1.5 * stateBytes + 2 * spareBytes) await this.#cleaning
    try {
      await this.#level.batch(
        changes.map(([text, value]) => {
          const key = encoder.encode(text)
          this.#mostBytes += key.length + (value?.length ?? 0)
          return value === null ? { type: 'del', key } : { type: 'put', key, value }
        }),
        { sync: true },
      )
    } catch (error) {
      throw levelError(this.#folder, 'written', error)
    }
    this.#clean(stateBytes)
  }

  async close(): Promise<void> {
    try {
      await this.#cleaning
    } finally {
      await this.#level.close()
    }
  }

  /** Beside what is committed meanwhile. Where it fails, so does the next commit. */
  #clean(stateBytes: number): void {
    const mostBytes = 1.5 * stateBytes + spareBytes
    if (this.#cleaning !== undefined || this.#mostBytes <= mostBytes) return
    this.#mostBytes = this.diskBytes
    if (this.#mostBytes <= mostBytes) return
    this.#cleaning = this.#level.compactRange(first, last).catch(() => {}).finally(() => {
      this.#cleaning = undefined
      this.#mostBytes = this.diskBytes
    })
  }
}

/** Throws where another has it open, where it is damaged, and where it cannot be written. */
export async function openLevel(
  folder: string,
  { create, holder, path = recordsFolder(folder) }: LevelOptions,
): Promise<Level> {
  checkTables(folder, path)
  const { ClassicLevel } = await import('classic-level')
  const level = new ClassicLevel<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    compression: false, // fingerprints do not shrink
    createIfMissing: create,
  })
  try {
    await level.open()
  } catch (error) {
    const cause = (error as Error).cause ?? error
    if ((cause as NodeJS.ErrnoException).code === 'LEVEL_LOCKED') {
      throw stateError(
        folder,
        `is in use by ${holder()}; wait for its end, end it, or name another folder`,
        error,
      )
    }
    throw levelError(folder, 'opened', cause)
  }
  return new Level(folder, level)
}

/** Throws at a table that is not as it was written. One that is missing LevelDB notices. */
function checkTables(folder: string, path: string): void {
  for (const number of liveTables(path)) {
    const name = `${String(number).padStart(6, '0')}.ldb`
    let bytes: Uint8Array
    try {
      bytes = readFileSync(`${path}/${name}`)
    } catch {
      continue
    }
    if (!isWholeTable(bytes)) throw damaged(folder, `its file ${folderName}/${name} is not whole`)
  }
}

/** What the system says, where it is not that files are missing. */
const reasons = [
  'No space left on device',
  'Disk quota exceeded',
  'File too large',
  'Permission denied',
  'Operation not permitted',
  'Read-only file system',
  'Too many open files',
  'Input/output error',
]

function levelError(folder: string, done: string, error: unknown): Error {
  if (error instanceof UcError) return error
  const { message, syscall } = error as NodeJS.ErrnoException
  const reason = syscall !== undefined
    ? reasonOf(error)
    : reasons.find((text) => message.endsWith(text))
  if (reason !== undefined) {
    return stateError(folder, `cannot be ${done}: ${reason.toLowerCase()}`, error)
  }
  return damaged(folder, message, error)
}

/** LevelDB opens what is UTF-8. */
export function recordsFolder(folder: string): string {
  const path = inFolder(folder, folderName)
  if (typeof path === 'string') return path
  throw stateError(folder, 'cannot be kept there: the name is not UTF-8; name another folder')
}
