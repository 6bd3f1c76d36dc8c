/** `npm run accuracy` at small: the sets are given, so nothing is a matter of luck. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviationAt, deviations } from '../../src/counter/deviation.ts'
import { type Estimates, estimateSets, ours, packageCount, sizesUpTo } from './sets.ts'
import { simulate } from './simulation.ts'
import { decadesOf } from './summary.ts'

const precisions = [12, 14]
const sets = 200
const lines = estimateSets({ sets, most: 50_000, precisions, packageSets: 10 })
const decades = decadesOf(lines)
const own = decades.filter(({ counter }) => counter === ours)

test('answers that are not exact hold the truth in 93 to 97 % of the sets', () => {
  for (const precision of precisions) {
    const found = lines.filter((line) => line.counter === ours && line.precision === precision)
    const sum = (of: (line: Estimates) => number) => found.reduce((sum, line) => sum + of(line), 0)
    const exact = sum((line) => line.exact!)
    const share = (sum((line) => line.held!) - exact) / (found.length * sets - exact)
    assert.ok(share >= 0.93 && share <= 0.97, `precision ${precision}: ${share}`)
  }
})

test('few users are counted one by one', () => {
  for (const { from, exact, largest } of own.filter(({ from }) => from < 100)) {
    assert.deepEqual([exact, largest], [1, 0], `from ${from}`)
  }
})

test('the error is not larger than 1.04 / sqrt(2^n), and estimates are right on average', () => {
  for (const { precision, from, rms, bias } of own) {
    const standard = 1.04 / Math.sqrt(2 ** precision!)
    assert.ok(rms <= standard * 1.15, `precision ${precision}, from ${from}: ${rms}`)
    assert.ok(Math.abs(bias) <= 4 * standard / Math.sqrt(sets), `from ${from}: ${bias}`)
  }
})

test('the count() of the package is biased where ours is not', () => {
  const at = (counter: string) => {
    const line = lines.find((each) => {
      return each.counter === counter && each.precision === 14 && each.users === 50_000
    })
    const { estimates } = line!
    return estimates.reduce((sum, estimate) => sum + estimate, 0) / estimates.length / 50_000 - 1
  }
  assert.ok(at(packageCount) > 0.005, `${at(packageCount)}`)
  assert.ok(Math.abs(at(ours)) < 0.005, `${at(ours)}`)
})

test('sizes go by 1, 2, 5', () => {
  assert.deepEqual(sizesUpTo(100), [1, 2, 5, 10, 20, 50, 100])
})

test('the table of deviations is what a simulation gives', () => {
  const parts = deviations.map(([part]) => part).slice(1, -1)
  for (
    const { usersPerRegister, deviation } of simulate({ precision: 10, sets: 1500, parts, seed: 1 })
  ) {
    const known = deviationAt(usersPerRegister)
    assert.ok(Math.abs(deviation / known - 1) < 0.06, `${usersPerRegister}: ${deviation}`)
  }
  assert.equal(deviationAt(0.0625), (0.707 + 0.718) / 2)
  assert.equal(deviationAt(1000), 1.039)
})
