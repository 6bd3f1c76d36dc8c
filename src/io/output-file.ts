/**
 * Files beside standard output: --rejects, --stats, --out. Opened before anything is read. A named
 * pipe or a terminal may keep us waiting: never in the system, where no signal would be heard.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { UcError } from '../errors.ts'
import { pathOf, shownName } from './file-name.ts'
import { identityOf } from './identity.ts'
import { reasonOf } from './reason.ts'

export interface OutputFileOptions {
  /** The option that names it, for messages: `--rejects`. */
  readonly flag: string
  readonly file: string
  /** Files that are read or written already, by identityOf: a name may be spelled in many ways. */
  readonly taken: Set<string>
  /** So much of a regular file stays, which has to be there; Infinity: all that is there. */
  readonly keptBytes?: number | undefined
  /** Told once of a named pipe that has no reader yet. */
  say?(text: string): void
}

/**
 * A pipe takes so much as a whole or not at all (PIPE_BUF of POSIX). Of more it may take a part, which
 * Deno does not tell where the rest has to wait: that part would come twice.
 */
const pipeBytes = 512

const retryMs = 20
const tellAfterMs = 1000

/** Writing fails in `drain` and `close` alone: who writes may be in the middle of a batch. */
export class OutputFile {
  readonly #fd: number
  readonly #where: string
  readonly #isFile: boolean
  readonly #atOnceBytes: number
  #waiting: Uint8Array[] = []
  #failure: UcError | undefined
  #isTold = false

  constructor(fd: number, where: string) {
    this.#fd = fd
    this.#where = where
    this.#isFile = fstatSync(fd).isFile()
    this.#atOnceBytes = this.#isFile ? Infinity : pipeBytes
  }

  /** Writes what the file takes now; a copy of the rest waits for `drain`. */
  write(bytes: Uint8Array): void {
    const written = this.#waiting.length > 0 ? 0 : this.#writeNow(bytes)
    if (written < bytes.length) this.#waiting.push(bytes.slice(written))
  }

  /** Whether there is something to wait for, or to be told. */
  get isBehind(): boolean {
    return this.#waiting.length > 0 || (this.#failure !== undefined && !this.#isTold)
  }

  /** Waits until all is written. After a failure the rest is dropped, and the failure told once. */
  async drain(): Promise<void> {
    for (let waitMs = 1; this.#waiting.length > 0;) {
      const bytes = this.#waiting[0]!
      const written = this.#writeNow(bytes)
      if (written === bytes.length) {
        this.#waiting.shift()
        waitMs = 1
        continue
      }
      this.#waiting[0] = bytes.subarray(written)
      await sleep(waitMs)
      waitMs = Math.min(2 * waitMs, retryMs)
    }
    if (this.#failure === undefined || this.#isTold) return
    this.#isTold = true
    throw this.#failure
  }

  /** What waits is dropped, and all that follows. Returns how many bytes wait. */
  abandon(): number {
    const bytes = this.#waiting.reduce((sum, { length }) => sum + length, 0)
    this.#waiting = []
    this.#isTold = true
    this.#failure ??= new UcError('failed', `${this.#where}: nobody reads it`)
    return bytes
  }

  /** How long the file is, once all is written; 0 for what is no regular file. */
  get bytes(): number {
    return this.#isFile ? fstatSync(this.#fd).size : 0
  }

  /** All that is written is on the disk when it resolves. */
  async sync(): Promise<void> {
    await this.drain()
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#isFile) return
    try {
      await promisify(fsync)(this.#fd)
    } catch (error) {
      throw new UcError('failed', `${this.#where}: ${reasonOf(error)}`, { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.drain()
    if (this.#fd > 2) closeSync(this.#fd)
  }

  /** How much of it was written, or dropped. */
  #writeNow(bytes: Uint8Array): number {
    if (this.#failure !== undefined) return bytes.length
    let written = 0
    try {
      while (written < bytes.length) {
        const length = Math.min(this.#atOnceBytes, bytes.length - written)
        written += writeSync(this.#fd, bytes, written, length)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return written
      this.#failure = new UcError('failed', `${this.#where}: ${reasonOf(error)}`, { cause: error })
      return bytes.length
    }
    return written
  }
}

/** Makes, empties or cuts the file, once it is known to be no other. */
export async function openOutput(options: OutputFileOptions): Promise<OutputFile> {
  const { keptBytes = 0 } = options
  const where = `${options.flag} "${shownName(options.file)}"`
  if (keptBytes > 0 && keptBytes !== Infinity && !existsSync(pathOf(options.file))) {
    throw lacking(where, 0, keptBytes)
  }
  const fd = await opened(options, where)
  const stat = fstatSync(fd)
  if (stat.isFile()) {
    if (options.taken.has(identityOf(stat))) {
      throw new UcError('usage', `${where}: would overwrite a file of this run; name another one`)
    }
    options.taken.add(identityOf(stat))
    if (keptBytes !== Infinity) {
      if (stat.size < keptBytes) throw lacking(where, stat.size, keptBytes)
      ftruncateSync(fd, keptBytes)
    }
  }
  return new OutputFile(fd, where)
}

function lacking(where: string, bytes: number, keptBytes: number): UcError {
  const sizes = `has ${bytes} bytes, of which the state has written ${keptBytes}`
  return new UcError('failed', `${where} ${sizes}; restore it, or count anew without the state`)
}

/** Appending: to open for writing would empty it before it is known. */
async function opened({ file, say }: OutputFileOptions, where: string): Promise<number> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  for (let waitedMs = 0;; waitedMs += retryMs) {
    try {
      return openSync(pathOf(file), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') {
        throw new UcError('failed', `${where}: ${reasonOf(error)}`, { cause: error })
      }
    }
    if (waitedMs === tellAfterMs) say?.(`waiting: ${where} is a named pipe that nobody reads yet`)
    await sleep(retryMs)
  }
}
