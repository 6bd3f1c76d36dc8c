/**
 * The rest of a file that threads have begun, from a byte on where frames may be other than lines: it
 * is read in order, by who holds the array or frame that is open, up to the end of one piece after
 * the other. Where nothing is open there, threads go on.
 */
import { LF } from '../../kernel/json-tokens.ts'
import { InputError, openInput, type OpenOptions, placeOf } from '../input.ts'

export class FileRest {
  readonly #name: string
  readonly #chunks: AsyncGenerator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)
  #at: number
  #isAtLine = false
  /** The file has ended. */
  isOver = false

  constructor(name: string, fromByte: number, options: OpenOptions) {
    this.#name = name
    this.#at = fromByte
    this.#chunks = openInput(name, { ...options, fromByte })
  }

  /** Up to which decoded byte it was given. */
  get at(): number {
    return this.#at
  }

  /** Its bytes up to the end of the lines that begin before `to`. */
  async *upTo(to: number): AsyncGenerator<Uint8Array> {
    while (this.#at < to || !this.#isAtLine) {
      if (this.#chunk.length === 0 && !await this.#read()) return
      const lf = this.#chunk.indexOf(LF, Math.max(0, to - 1 - this.#at))
      const taken = lf < 0 ? this.#chunk : this.#chunk.subarray(0, lf + 1)
      this.#chunk = this.#chunk.subarray(taken.length)
      this.#at += taken.length
      this.#isAtLine = lf >= 0
      yield taken
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined)
  }

  async #read(): Promise<boolean> {
    try {
      const { value, done } = await this.#chunks.next()
      this.isOver = done === true
      if (!this.isOver) this.#chunk = value!
      return !this.isOver
    } catch (error) {
      throw new InputError(placeOf(this.#name), error)
    }
  }
}
