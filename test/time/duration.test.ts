import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationName, parseDuration } from '../../src/time/duration.ts'

const lengths: readonly (readonly [text: string, ms: number])[] = [
  ['500ms', 500],
  ['0s', 0],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1d2h3m4s5ms', 93_784_005],
]

for (const [text, ms] of lengths) {
  test(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms))
}

for (
  const text of [
    '',
    '5',
    'm',
    '1.5h',
    '-5m',
    '5 m',
    ' 5m',
    '5M',
    '5min',
    '30m1h',
    '1h1h',
    '1e3s',
    '99999999999d',
  ]
) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseDuration(text), {
      message: 'expected a duration such as 90s, 5m or 1h',
    })
  })
}

test('a name uses the largest unit that divides the length', () => {
  const names = [900_000, 3_600_000, 86_400_000, 90_000, 5_400_000, 1500, 0].map(durationName)
  assert.deepEqual(names, ['15m', '1h', '1d', '90s', '90m', '1500ms', '0s'])
})

test('a name is parsed to the length it was made from', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (ms) => parseDuration(durationName(ms)) === ms))
})
