/**
 * What counts the users of one window: exactly up to a limit, by a sketch beyond it. All that was
 * counted before goes into the sketch, so that the result depends on the set of users alone, never
 * on when the limit was passed, or on which parts of the set were counted apart and merged.
 */
import { type Counted, type Counter, exactly, type Reserve } from './counter.ts'
import { ExactSet } from './exact.ts'
import { imageOf } from './image.ts'
import { mostInSet, setImageOf } from './set-image.ts'
import { Sketch } from './sketch.ts'

export interface UniqueCounterOptions {
  /** `auto` counts exactly up to `exactLimit` users, `exact` and `hll` always in their own way. */
  readonly method: 'auto' | 'exact' | 'hll'
  readonly exactLimit: number
  /** A sketch has 2^precision registers. */
  readonly precision: number
  /** Whether estimates come with the image of a sketch, of exact counts too. */
  readonly sketch?: boolean
  /** Whether they come with what an exact union needs: the set of users, a sketch where there is none. */
  readonly partial?: boolean
  readonly reserve?: Reserve
}

/** A class, as a million windows may be open: its methods cost them nothing. */
export class UniqueCounter implements Counter {
  readonly #options: UniqueCounterOptions
  readonly #limit: number
  #state: ExactSet | Sketch

  constructor(options: UniqueCounterOptions) {
    this.#options = options
    this.#limit = options.method === 'exact' ? Infinity : options.exactLimit
    this.#state = options.method === 'hll'
      ? new Sketch(options.precision)
      : new ExactSet(options.reserve)
  }

  /** The users themselves, or a sketch of them. */
  get state(): ExactSet | Sketch {
    return this.#state
  }

  get bytes(): number {
    return this.#state.bytes
  }

  add(hashHi: number, hashLo: number): boolean {
    const state = this.#state
    if (!state.add(hashHi, hashLo)) return false
    if (state instanceof ExactSet && state.size > this.#limit) this.#state = this.sketch()
    return true
  }

  has(hashHi: number, hashLo: number): boolean {
    return this.#state.has(hashHi, hashLo)
  }

  /**
   * Adds the users that another counter holds, or an image. Where one of the two is a sketch, so is
   * what they make, of the smaller precision.
   */
  merge(other: ExactSet | Sketch): void {
    if (other instanceof ExactSet) {
      other.forEach((hi, lo) => this.add(hi, lo))
    } else {
      const sketch = this.sketch()
      sketch.merge(other)
      this.#state = sketch
    }
  }

  estimate(): Counted {
    const state = this.#state
    const estimate = state instanceof ExactSet ? exactly(state.size) : state.estimate()
    const { sketch = false, partial = false } = this.#options
    const set = partial && hasImage(state) ? { set: setImageOf(state) } : undefined
    const hasSketch = sketch || (partial && set === undefined)
    if (!hasSketch && set === undefined) return estimate
    return { ...estimate, ...(hasSketch && { image: imageOf(this.sketch()) }), ...set }
  }

  holds(users: number): boolean {
    return this.#options.method !== 'hll' && users <= this.#limit
  }

  get isPlain(): boolean {
    const { sketch = false, partial = false } = this.#options
    return !sketch && !partial
  }

  /** The sketch that these users would have given from the start, or the one that they are in. */
  sketch(): Sketch {
    const state = this.#state
    if (state instanceof Sketch) return state
    const sketch = new Sketch(this.#options.precision)
    state.forEach((hi, lo) => sketch.add(hi, lo))
    return sketch
  }
}

function hasImage(state: ExactSet | Sketch): state is ExactSet {
  return state instanceof ExactSet && state.size <= mostInSet
}

export function uniqueCounter(options: UniqueCounterOptions): UniqueCounter {
  return new UniqueCounter(options)
}
