/**
 * The contract of what counts unique users in one window. The result depends on the set of
 * fingerprints added, never on their order or number of times.
 */
import type { ResultLine } from '../records.ts'
import type { ExactSet } from './exact.ts'
import type { Sketch } from './sketch.ts'

export type Estimate = Pick<ResultLine, 'users' | 'low' | 'high' | 'method' | 'error'>

/**
 * Asked before so much memory is taken at once. Throws where that is too much, which ends the run;
 * from then on says false: whoever can do without is to do so.
 */
export type Reserve = (bytes: number) => boolean

/**
 * What a result line says of the users; with the image of a sketch (image.ts), and of the set itself
 * (set-image.ts), where they were asked for.
 */
export type Counted = Estimate & { readonly image?: Uint8Array; readonly set?: Uint8Array }

export interface Counter {
  /**
   * Adds a user by the upper and lower half of the fingerprint (hash.ts). False: adding it changes
   * nothing, neither here nor in a counter of the same kind that has all users of this one.
   */
  add(hashHi: number, hashLo: number): boolean
  /** Whether adding that user would change nothing. */
  has(hashHi: number, hashLo: number): boolean
  /** The users themselves, or a sketch of them. */
  readonly state: ExactSet | Sketch
  /** What they take, about. */
  readonly bytes: number
  /** Adds the users that another counter holds. */
  merge(other: ExactSet | Sketch): void
  estimate(): Counted
  /** Whether so many users would be counted one by one. */
  holds(users: number): boolean
  /** Whether of users who are an estimate says how many there are, and nothing else. */
  readonly isPlain: boolean
  /** The sketch that these users give, or that they are in. */
  sketch(): Sketch
}

/** What is said of so many users, all of them known. */
export function exactly(users: number): Estimate {
  return { users, low: users, high: users, method: 'exact', error: 0 }
}
