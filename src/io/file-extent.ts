/**
 * How long a file is while it is read. One that grows is read to the end that is there when it is
 * reached; one that was shorter at any look than at an earlier one has lost what nobody has read, and
 * what is written behind that would be read from the middle of a line. What is left of it is read, up
 * to where reading has come at most, and then it is an error: its windows are not whole.
 */
import { fstatSync } from 'node:fs'
import { UcError } from '../errors.ts'
import { identityOf } from './identity.ts'
import { grouped } from './result-format.ts'

export class FileExtent {
  /** The most bytes that it had; 0 for files of no size, such as those of /proc. */
  bytes: number
  #identity: string | undefined
  /** How many it was cut to. */
  #cutBytes: number | undefined

  /** `bytes`: what others have seen of it before. */
  constructor(bytes = 0) {
    this.bytes = bytes
  }

  /** Looks at the open file, which was read up to `at`. Throws where it has been cut before that. */
  look(fd: number, at: number): void {
    if (this.#look(fd) < at && this.#cutBytes !== undefined) throw this.#error(at)
  }

  /** Reading has met the end at `at`. */
  end(fd: number, at: number): void {
    this.#look(fd)
    if (this.#cutBytes !== undefined) throw this.#error(at)
  }

  #look(fd: number): number {
    const stat = fstatSync(fd)
    const identity = identityOf(stat)
    if (identity !== (this.#identity ??= identity)) {
      throw new UcError('failed', 'has become another file while it was read')
    }
    if (stat.size < this.bytes) this.#cutBytes = stat.size
    else this.bytes = stat.size
    return stat.size
  }

  #error(at: number): UcError {
    const [bytes, left, read] = [this.bytes, this.#cutBytes!, at].map(grouped)
    return new UcError(
      'failed',
      `was cut from ${bytes} to ${left} bytes while it was read; ` +
        `the lines of its first ${read} bytes were read`,
    )
  }
}
