/**
 * What counts the users of one window: exactly up to a limit, by HyperLogLog beyond it. All that was
 * counted before goes into the sketch, so that the result depends on the set of users alone,
 * never on when the limit was passed.
 */
import type { Counter } from './counter.ts'
import { ExactSet } from './exact.ts'
import { hyperLogLog } from './hyperloglog.ts'

export interface UniqueCounterOptions {
  /** `auto` counts exactly up to `exactLimit` users, `exact` and `hll` always in their own way. */
  readonly method: 'auto' | 'exact' | 'hll'
  readonly exactLimit: number
  /** A sketch has 2^precision registers. */
  readonly precision: number
}

export function uniqueCounter({ method, exactLimit, precision }: UniqueCounterOptions): Counter {
  const limit = method === 'exact' ? Infinity : exactLimit
  let exact = new ExactSet()
  let sketch = method === 'hll' ? hyperLogLog(precision) : undefined
  return {
    add(hashHi, hashLo) {
      if (sketch !== undefined) return sketch.add(hashHi, hashLo)
      const isNew = exact.add(hashHi, hashLo)
      if (exact.size > limit) {
        const { add } = sketch = hyperLogLog(precision)
        exact.forEach((hi, lo) => void add(hi, lo))
        exact = new ExactSet() // lets go of the large one
      }
      return isNew
    },
    estimate() {
      if (sketch !== undefined) return sketch.estimate()
      const users = exact.size
      return { users, low: users, high: users, method: 'exact', error: 0 }
    },
  }
}
