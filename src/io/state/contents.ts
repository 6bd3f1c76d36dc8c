/**
 * What a store holds, in short, so that a record that is missing, or another than was written, is
 * known when all are read: a store may lose a record without a word, as where its own log is damaged.
 * It is written with every commit, as a record (state/record.ts):
 *
 *   format   (state/format.ts)
 *   number   commits so far
 *   number   when it was written, in ms since 1970
 *   number   records
 *   count    hi, and
 *   count    lo of the sum over all records, each half for itself: the fingerprint of the key in
 *            UTF-8, a zero and the head of the value, which holds its check; in any order
 *
 * What the heads are checks of is checked by whoever reads the record.
 */
import { fingerprint, newFingerprint } from '../../counter/hash.ts'
import { checkFormat, writeFormat } from '../../state/format.ts'
import { headBytes, RecordReader, RecordWriter } from '../../state/record.ts'

/** Its name in messages. No record has an empty key, which is its key in the store. */
const contentsKey = 'contents'

interface Sum {
  readonly hi: number
  readonly lo: number
  readonly bytes: number
}

export interface ReadContents {
  readonly commits: number
  readonly savedMs: number
}

const encoder = new TextEncoder()
const hash = newFingerprint()

export class Contents {
  #sums = new Map<string, Sum>()
  #hi = 0
  #lo = 0
  #bytes = 0

  /** Of keys and values. */
  get bytes(): number {
    return this.#bytes
  }

  get records(): number {
    return this.#sums.size
  }

  get keys(): Iterable<string> {
    return this.#sums.keys()
  }

  /** Null: the record is no more. */
  change(key: string, value: Uint8Array | null): void {
    const before = this.#sums.get(key)
    if (before !== undefined) {
      this.#add(-before.hi, -before.lo, -before.bytes)
      this.#sums.delete(key)
    }
    if (value === null) return
    const sum = sumOf(key, value)
    this.#add(sum.hi, sum.lo, sum.bytes)
    this.#sums.set(key, sum)
  }

  write({ commits, savedMs }: ReadContents): Uint8Array {
    return writeFormat(new RecordWriter()).number(commits).number(savedMs).number(this.records)
      .count(this.#hi).count(this.#lo).of(contentsKey)
  }

  /** Throws where they are others, or the state is of another format. */
  read(value: Uint8Array): ReadContents {
    const reader = new RecordReader(contentsKey, value)
    checkFormat(reader, 'the state')
    const commits = reader.number()
    const savedMs = reader.number()
    const records = reader.number()
    if (records !== this.records) {
      throw reader.refused(`damaged: ${records} records were written, ${this.records} are there`)
    }
    if (reader.count() !== this.#hi || reader.count() !== this.#lo) {
      throw reader.refused('damaged: other records are there than were written')
    }
    reader.end()
    return { commits, savedMs }
  }

  #add(hi: number, lo: number, bytes: number): void {
    this.#hi = (this.#hi + hi) >>> 0
    this.#lo = (this.#lo + lo) >>> 0
    this.#bytes += bytes
  }
}

function sumOf(key: string, value: Uint8Array): Sum {
  const keyBytes = encoder.encode(key)
  const head = value.subarray(0, headBytes)
  const summed = new Uint8Array(keyBytes.length + 1 + head.length)
  summed.set(keyBytes)
  summed.set(head, keyBytes.length + 1)
  fingerprint(summed, 0, summed.length, hash)
  return { hi: hash.hi >>> 0, lo: hash.lo >>> 0, bytes: keyBytes.length + value.length }
}
