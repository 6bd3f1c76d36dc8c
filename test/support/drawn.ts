/** Of many ways to the same some are gone, drawn by the seed; with UC_ALL_ROUTES=1 all are. */
import process from 'node:process'
import { below, seededRandom } from '../../src/generate/random.ts'
import { seed } from './seed.ts'

const isAll = process.env['UC_ALL_ROUTES'] === '1'
const random = seededRandom(seed)

/** So many of them, in their order. */
export function drawn<T>(ways: readonly T[], count: number): readonly T[] {
  const left = [...ways]
  while (!isAll && left.length > count) left.splice(below(random, left.length), 1)
  return left
}
