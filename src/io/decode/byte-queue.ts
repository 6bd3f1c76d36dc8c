/**
 * What chunks bring, byte by byte or in pieces. It copies: a chunk is valid until the next is asked
 * for, and what is decoded of it is scanned in the memory that the chunk lies in.
 */

export type Chunks = AsyncIterable<Uint8Array>

/** What is decoded at once: a small piece may become a thousand times as large. */
const pieceBytes = 128 * 1024

export class ByteQueue {
  readonly #iterator: AsyncIterator<Uint8Array>
  #copy = new Uint8Array(0)
  /** What has come and is not taken yet. */
  #rest = new Uint8Array(0)
  #coming: Promise<boolean> | undefined
  #isOver = false

  constructor(chunks: Chunks) {
    this.#iterator = chunks[Symbol.asyncIterator]()
  }

  /** Some of what comes next, valid until more is asked for; empty at the end. */
  async piece(): Promise<Uint8Array> {
    while (this.#rest.length === 0 && await this.#more());
    return this.#rest.subarray(0, pieceBytes)
  }

  skip(count: number): void {
    this.#rest = this.#rest.subarray(count)
  }

  /** The next bytes, without taking them: `count`, or all up to the end. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count && await this.#more());
    return this.#rest.subarray(0, count)
  }

  /** The next `count` bytes, or all up to the end. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = (await this.peek(count)).slice()
    this.skip(bytes.length)
    return bytes
  }

  /** Makes bytes that were taken the next ones again. */
  putBack(bytes: Uint8Array): void {
    const rest = this.#rest.slice()
    this.#rest = new Uint8Array(0)
    this.#add(bytes)
    this.#add(rest)
  }

  /** Whether nothing comes for so long, though there may be more. */
  async pausesFor(ms: number): Promise<boolean> {
    if (this.#rest.length > 0 || this.#isOver) return false
    const coming = this.#coming ??= this.#ask()
    let timer: NodeJS.Timeout | undefined
    const pause = new Promise<true>((resolve) => timer = setTimeout(() => resolve(true), ms))
    try {
      return await Promise.race([pause, coming.then(() => false)])
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    if (this.#coming === undefined) await this.#iterator.return?.()
  }

  async #more(): Promise<boolean> {
    return await (this.#coming ??= this.#ask())
  }

  async #ask(): Promise<boolean> {
    try {
      const { value, done } = await this.#iterator.next()
      this.#isOver = done === true
      if (!this.#isOver) this.#add(value as Uint8Array)
      return !this.#isOver
    } finally {
      this.#coming = undefined
    }
  }

  #add(chunk: Uint8Array): void {
    const rest = this.#rest
    const length = rest.length + chunk.length
    if (this.#copy.length < length) this.#copy = new Uint8Array(Math.max(length, 2 * pieceBytes))
    this.#copy.set(rest) // moves it, where both lie in the same memory
    this.#copy.set(chunk, rest.length)
    this.#rest = this.#copy.subarray(0, length)
  }
}
