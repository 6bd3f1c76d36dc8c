/**
 * The value of one record of a state. It says what it is, and whether it is whole:
 *
 *    0      1        2                6
 *   | 0x75 | version | check          | fields, in the order in which they were written … |
 *
 *   check    the lower half of the fingerprint (counter/hash.ts) of the record's key in UTF-8, a
 *            zero, and the fields; little-endian, as are all numbers
 *   number   8 bytes, a double: times, counts
 *   count    4 bytes, unsigned
 *   flag     1 byte, 0 or 1
 *   text     its number of UTF-16 units, a count, and two bytes of each: no text is changed by it,
 *            half a surrogate pair neither
 *   bytes    their number, a count, and they themselves
 *
 * Worked through: the key "a" with the one field, a flag that is set:
 *
 *   75 01 | f4 9a 0b 70 | 01
 *
 * A record that is cut, damaged, another key's, or of a later version is refused; so is one with
 * fields too many, or too few.
 */
import { fingerprint, newFingerprint } from '../counter/hash.ts'
import { UcError } from '../errors.ts'

const mark = 0x75
const version = 1
/** They tell one value of a key from another. */
export const headBytes = 6
const encoder = new TextEncoder()
const hash = newFingerprint()

export class RecordWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = headBytes

  /** `fieldBytes`: about so many will be written. */
  constructor(fieldBytes: number = 120) {
    this.#bytes = new Uint8Array(headBytes + fieldBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  number(value: number): this {
    const at = this.#take(8)
    this.#view.setFloat64(at, value, true)
    return this
  }

  count(value: number): this {
    const at = this.#take(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  /** Each as a count. */
  counts(values: Uint32Array): this {
    const at = this.#take(values.length * 4)
    const view = this.#view
    for (let i = 0; i < values.length; i++) view.setUint32(at + i * 4, values[i]!, true)
    return this
  }

  flag(value: boolean): this {
    const at = this.#take(1)
    this.#bytes[at] = value ? 1 : 0
    return this
  }

  text(value: string): this {
    this.count(value.length)
    const at = this.#take(value.length * 2)
    for (let i = 0; i < value.length; i++) {
      this.#view.setUint16(at + i * 2, value.charCodeAt(i), true)
    }
    return this
  }

  bytes(value: Uint8Array): this {
    this.count(value.length)
    const at = this.#take(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** The record of that key. Nothing may be written behind. */
  of(key: string): Uint8Array {
    const record = this.#bytes.slice(0, this.#length)
    record[0] = mark
    record[1] = version
    new DataView(record.buffer).setUint32(2, checkOf(key, record), true)
    return record
  }

  #take(bytes: number): number {
    const at = this.#length
    this.#length += bytes
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}

export class RecordReader {
  readonly key: string
  readonly #record: Uint8Array
  readonly #view: DataView
  #at = headBytes

  constructor(key: string, record: Uint8Array) {
    this.key = key
    this.#record = record
    this.#view = new DataView(record.buffer, record.byteOffset, record.byteLength)
    if (record.length < headBytes || record[0] !== mark) throw this.refused('no record of uc')
    if (record[1] !== version) throw otherVersion(key, record[1]!)
    const check = this.#view.getUint32(2, true)
    if (check !== checkOf(key, record)) throw this.refused('damaged: its check does not fit')
  }

  /** How many bytes have not been read. */
  get left(): number {
    return this.#record.length - this.#at
  }

  number(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  count(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  flag(): boolean {
    return this.#record[this.#take(1)] === 1
  }

  text(): string {
    const length = this.count()
    const at = this.#take(length * 2)
    let text = ''
    for (let i = 0; i < length; i++) {
      text += String.fromCharCode(this.#view.getUint16(at + i * 2, true))
    }
    return text
  }

  /** A copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.count()
    const at = this.#take(length)
    return new Uint8Array(this.#record.subarray(at, at + length))
  }

  /** Everything must have been read. */
  end(): void {
    if (this.left > 0) throw this.refused(`${this.left} bytes too many`)
  }

  refused(problem: string): UcError {
    return new UcError(
      'failed',
      `the record "${this.key}" of the state is ${problem}; ` +
        'restore the state from a copy, or count anew without it',
    )
  }

  #take(bytes: number): number {
    if (bytes > this.left) throw this.refused(`cut: ${bytes} bytes expected, ${this.left} left`)
    const at = this.#at
    this.#at += bytes
    return at
  }
}

function otherVersion(key: string, found: number): UcError {
  return new UcError(
    'failed',
    `the record "${key}" of the state is of version ${found}, where this uc reads ${version}; ` +
      'go on with the uc that wrote it, or count anew with another state',
  )
}

function checkOf(key: string, record: Uint8Array): number {
  const keyBytes = encoder.encode(key)
  const checked = new Uint8Array(keyBytes.length + 1 + record.length - headBytes)
  checked.set(keyBytes)
  checked.set(record.subarray(headBytes), keyBytes.length + 1)
  fingerprint(checked, 0, checked.length, hash)
  return hash.lo >>> 0
}
