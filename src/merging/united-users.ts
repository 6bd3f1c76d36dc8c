/**
 * The users of several lines as one: a set as long as every line has one, a sketch from the first on
 * that has nothing else, of the smallest precision there is. What comes out depends on what is united
 * alone, never on the order.
 */
import type { Reserve } from '../counter/counter.ts'
import { ExactSet } from '../counter/exact.ts'
import { Sketch } from '../counter/sketch.ts'

export type Users = ExactSet | Sketch

/** `users` is changed and given back, or another; undefined: there were none yet. */
export function unitedWith(
  users: Users | undefined,
  others: Users,
  reserve?: Reserve,
): Users {
  if (others instanceof ExactSet) {
    const union = users ?? new ExactSet(reserve)
    others.forEach((hi, lo) => union.add(hi, lo))
    return union
  }
  const union = users instanceof Sketch ? users : sketchOf(users, others.precision)
  union.merge(others)
  return union
}

/** The sketch that they give. */
export function sketchOf(users: Users | undefined, precision: number): Sketch {
  const sketch = new Sketch(precision)
  if (users instanceof ExactSet) users.forEach((hi, lo) => sketch.add(hi, lo))
  else if (users !== undefined) sketch.merge(users)
  return sketch
}
