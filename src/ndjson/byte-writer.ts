/** Collects the bytes of many lines in one buffer, without an object or a string per line. */

const encoder = new TextEncoder()

export class ByteWriter {
  #buffer = new Uint8Array(64 * 1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  bytes(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    const buffer = this.#buffer
    let at = this.#length
    for (let i = start; i < end; i++) buffer[at++] = source[i]!
    this.#length = at
  }

  ascii(text: string): void {
    this.#reserve(text.length)
    const buffer = this.#buffer
    let at = this.#length
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i)
    this.#length = at
  }

  text(text: string): void {
    const bytes = encoder.encode(text)
    this.bytes(bytes, 0, bytes.length)
  }

  /** What was collected, as a copy of its own, and begins anew. */
  take(): Uint8Array {
    const taken = this.#buffer.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
