/**
 * The users of one counter as records `users/0`, `users/1` … in any order. A set only grows, so what
 * a save writes is those who have come since: the fingerprints that have changed the counter. All of
 * them together make an equal one, whatever their order. A record holds one of these:
 *
 *   flag 0 | count n | n times: hi (count), lo (count)     users, by fingerprint (counter/hash.ts)
 *   flag 1 | bytes                                         a sketch, as image (counter/image.ts)
 *
 * What is small is joined with what comes next, by writing its record anew: a whole set of up to 256
 * users, of a larger one the last piece while it has fewer. A record takes 2 kB then, about as much as
 * it costs in a store. A whole sketch is written anew, for all that there was, when the pieces behind
 * it have come to its size. Nothing that is over is read for that.
 */
import type { Counter } from '../counter/counter.ts'
import type { ExactSet } from '../counter/exact.ts'
import { imageOf } from '../counter/image.ts'
import { readImage } from '../counter/read-image.ts'
import { Sketch } from '../counter/sketch.ts'
import type { FrameBatch } from '../records.ts'
import type { Put } from './kept.ts'
import { type RecordReader, RecordWriter } from './record.ts'

/** Fewer are joined with the next. */
const fewUsers = 256
/** So many are in a record at most: half a megabyte. */
const mostUsers = 2 ** 16
const userBytes = 8

export class SavedUsers {
  /** `lo`, then `hi` of those who are in no record, or in the last one. Undefined: see the counter. */
  #news: number[] | undefined
  /** How many of these numbers stand in the last record. */
  #joined = 0
  /** How many records stand. */
  #records = 0
  #isSketch = false
  /** Of an exact count: the users in all records. */
  #size = 0
  /** Bytes of the users in records behind that of the sketch. */
  #behindBytes = 0
  /** While it is loaded: how many numbers the records had so far, and the largest one's place. */
  #found = 0
  #last = -1

  /** They have changed the counter. */
  add(hashHi: number, hashLo: number): void {
    this.#news?.push(hashLo | 0, hashHi | 0)
  }

  /** As have those with the first `count` of these indices. */
  addFresh(
    { hashHi, hashLo }: FrameBatch,
    fresh: Uint32Array,
    { count, counter }: { readonly count: number; readonly counter: Counter },
  ): void {
    const news = this.#news
    if (news === undefined) return
    for (let n = 0; n < count; n++) news.push(hashLo[fresh[n]!]! | 0, hashHi[fresh[n]!]! | 0)
    // Where half of all are new, all are written, and the list takes no memory beside the counter.
    if (news.length * 16 > counter.bytes + 8192) this.#news = undefined
  }

  /** These are being added to the counter. */
  merge(other: ExactSet | Sketch): void {
    if (other instanceof Sketch) this.#news = undefined
    else other.forEach((hi, lo) => this.add(hi, lo))
  }

  save(key: string, { state }: Counter, put: Put): void {
    const news = this.#news
    if (state instanceof Sketch) {
      const bytes = this.#behindBytes + (news?.length ?? 0) / 2 * userBytes
      if (news === undefined || !this.#isSketch || bytes > state.bytes) {
        this.#putSketch(key, state, put)
        return
      }
    } else if (news === undefined) {
      if (state.size !== this.#size) this.#putAll(key, state, put)
      return
    } else {
      this.#size = state.size
    }
    if (news.length > this.#joined) this.#putNews(key, news, put)
  }

  /** The counter is over. */
  end(key: string, put: Put): void {
    this.#endFrom(0, key, put)
  }

  /** What tells whether its records are all there. */
  writeTo(head: RecordWriter): void {
    head.count(this.#records).flag(this.#isSketch).number(this.#size)
  }

  /** One of its records; adds what it holds. */
  load(place: number, record: RecordReader, counter: Counter): void {
    this.#found++
    let news: number[] = []
    if (record.flag()) {
      const sketch = readImage(record.bytes())
      if (typeof sketch === 'string') throw record.refused(`no sketch: ${sketch}`)
      counter.merge(sketch)
    } else {
      const count = record.count()
      this.#behindBytes += count * userBytes
      for (let left = count; left > 0; left--) {
        const hi = record.count()
        const lo = record.count()
        counter.add(hi, lo)
        if (count < fewUsers) news.push(lo | 0, hi | 0)
      }
    }
    record.end()
    if (place < this.#last) news = []
    else this.#last = place
    if (place === this.#last) this.#news = news
  }

  /** All its records have been loaded. */
  readFrom(head: RecordReader, { state }: Counter): void {
    this.#records = head.count()
    this.#isSketch = head.flag()
    this.#size = head.number()
    if (this.#found !== this.#records || this.#last !== this.#records - 1) {
      throw head.refused(`incomplete: ${this.#records} records of its users, not ${this.#found}`)
    }
    if (state instanceof Sketch !== this.#isSketch) {
      throw head.refused('of a run that counts in another way')
    }
    if (state instanceof Sketch) {
      this.#joined = this.#news?.length ?? 0
      return
    }
    if (state.size !== this.#size) {
      throw head.refused(`incomplete: ${this.#size} users, not ${state.size}`)
    }
    if (this.#size <= fewUsers) this.#news = undefined
    this.#joined = this.#news?.length ?? 0
  }

  #putSketch(key: string, sketch: Sketch, put: Put): void {
    const image = imageOf(sketch)
    put(
      `${key}/users/0`,
      new RecordWriter(5 + image.length).flag(true).bytes(image).of(`${key}/users/0`),
    )
    this.#endFrom(1, key, put)
    this.#isSketch = true
    this.#size = 0
    this.#behindBytes = 0
    this.#begin([])
  }

  #putAll(key: string, users: ExactSet, put: Put): void {
    const pairs = new Uint32Array(2 * Math.min(users.size, mostUsers))
    let length = 0
    let place = 0
    const putPairs = () => {
      putUsers(`${key}/users/${place++}`, pairs.subarray(0, length), put)
      length = 0
    }
    users.forEach((hi, lo) => {
      pairs[length++] = hi
      pairs[length++] = lo
      if (length === pairs.length) putPairs()
    })
    if (length > 0) putPairs()
    this.#endFrom(place, key, put)
    this.#isSketch = false
    this.#size = users.size
    this.#begin(users.size > fewUsers ? [] : undefined)
  }

  #putNews(key: string, news: readonly number[], put: Put): void {
    this.#behindBytes += (news.length - this.#joined) / 2 * userBytes
    let place = this.#joined > 0 ? this.#records - 1 : this.#records
    for (let from = 0; from < news.length; from += mostUsers * 2) {
      const part = news.slice(from, from + mostUsers * 2)
      const pairs = Uint32Array.from(part, (_, i) => part[i ^ 1]!) // they stand the other way round
      putUsers(`${key}/users/${place++}`, pairs, put)
    }
    this.#records = place
    if (news.length < fewUsers * 2) this.#joined = news.length
    else this.#begin([])
  }

  #begin(news: number[] | undefined): void {
    this.#news = news
    this.#joined = 0
  }

  #endFrom(from: number, key: string, put: Put): void {
    for (let place = from; place < this.#records; place++) put(`${key}/users/${place}`, null)
    this.#records = from
  }
}

/** `pairs`: of each user hi, then lo. */
function putUsers(key: string, pairs: Uint32Array, put: Put): void {
  const record = new RecordWriter(5 + pairs.length * 4)
  put(key, record.flag(false).count(pairs.length / 2).counts(pairs).of(key))
}
