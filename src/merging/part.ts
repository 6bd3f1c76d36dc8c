/**
 * What is kept of a line until its window is united. There may be millions of them, so it is little:
 * shares are made when they are asked for, and a set, or a sketch of few users, stays the text that
 * it was, a half or a tenth of what its table takes.
 */
import type { Estimate } from '../counter/counter.ts'
import { readImage } from '../counter/read-image.ts'
import { ExactSet } from '../counter/exact.ts'
import { readSetImage } from '../counter/set-image.ts'
import type { Sketch } from '../counter/sketch.ts'
import { bytesOf } from '../ndjson/base64.ts'
import type { ReadLine, ResultLine } from '../records.ts'
import { type Shares, sharesOf } from './shares.ts'

type Place = Pick<ReadLine, 'source' | 'place' | 'lineNumber'>

export class Part implements Estimate {
  readonly source: number
  readonly users: number
  readonly low: number
  readonly high: number
  readonly method: ResultLine['method']
  readonly error: number
  readonly frames: number
  readonly pane: ResultLine['pane']
  readonly revision: number
  readonly shard: string | undefined
  readonly shards: ResultLine['shards'] | undefined
  readonly #place: string
  readonly #lineNumber: number
  readonly #sketch: Sketch | string | undefined
  readonly #set: string | undefined
  /** Of its sketch, if it has one. */
  readonly precision: number | undefined

  /** `sketch` is what the line's own says; its set has been read, too. */
  constructor({ source, place, lineNumber }: Place, line: ResultLine, sketch: Sketch | undefined) {
    this.source = source
    this.users = line.users
    this.low = line.low
    this.high = line.high
    this.method = line.method
    this.error = line.error
    this.frames = line.frames
    this.pane = line.pane
    this.revision = line.revision ?? 0
    this.shard = line.shard
    this.shards = line.shards
    this.#place = place
    this.#lineNumber = lineNumber
    this.#sketch = sketch?.coupons === undefined ? sketch : line.sketch
    this.#set = line.set
    this.precision = sketch?.precision
  }

  /** Where it stands, for messages. */
  get where(): string {
    return `${this.#place}:${this.#lineNumber}`
  }

  /** Whether a shard in it has a name. */
  get isNamed(): boolean {
    return this.#names.some((name) => name !== '')
  }

  toShares(): Shares {
    return sharesOf(this, this.source)
  }

  /** Whether nobody is in it. */
  get isEmpty(): boolean {
    return this.users === 0 && this.frames === 0
  }

  get hasSet(): boolean {
    return this.#set !== undefined
  }

  /** The bytes of its set. */
  get set(): Uint8Array | undefined {
    return this.#set === undefined ? undefined : bytesOf(this.#set)
  }

  /** Not to be changed. Undefined: the line does not tell. */
  toUsers(): ExactSet | Sketch | undefined {
    if (this.#set === undefined && this.#sketch === undefined && this.isEmpty) return new ExactSet()
    if (this.#set === undefined) return this.toSketch()
    return readSetImage(bytesOf(this.#set)!) as ExactSet // it was read before
  }

  /** Of its own; undefined where it has none. */
  toSketch(): Sketch | undefined {
    if (typeof this.#sketch !== 'string') return this.#sketch
    return readImage(bytesOf(this.#sketch)!) as Sketch
  }

  /** Whether it is a line of the same input and of the same shards. */
  isOfSameShards(other: Part): boolean {
    if (this.source !== other.source) return false
    if (this.shards === undefined && other.shards === undefined) return this.shard === other.shard
    const names = other.#names
    return this.#names.length === names.length && this.#names.every((name) => names.includes(name))
  }

  /** Whether one of its shards, by its name, is among them. */
  hasShardIn(shares: Shares): boolean {
    return this.#names.some((name) => name !== '' && shares.has(name))
  }

  /** Of its shards; '' is what has none. */
  get #names(): readonly string[] {
    return this.shards === undefined ? [this.shard ?? ''] : Object.keys(this.shards)
  }
}
