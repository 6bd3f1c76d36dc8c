/**
 * The scanner against JSON.parse, over random and mutated lines. `node dist/test/fuzz/
 * scanner.fuzz.js` runs the same for as many lines as one likes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdAgainstOracle } from '../support/differential.ts'
import { seed } from '../support/seed.ts'

const common = { parser: 'strict', uidKey: 'uid', tsKey: 'ts', tsUnit: 's' } as const

test('scanner accepts, refuses and reads 80,000 hostile lines as JSON.parse does', () => {
  const { frames, malformed, blank, notUtf8 } = holdAgainstOracle({
    ...common,
    lines: 80_000,
    seed,
  })
  const share = `${frames} frames, ${malformed} malformed, ${blank} blank, ${notUtf8} not UTF-8`
  assert.ok(
    frames > 25_000 && malformed > 15_000 && blank > 100 && notUtf8 > 1000,
    `lopsided: ${share}`,
  )
})

for (
  const [uidKey, tsKey, tsUnit] of [
    ['user.id', 'ts', 'ms'],
    ['a.b.c', 'a.t', 'us'],
    ['ключ', '🧭', 'ns'],
    ['user.uid', 'user.ts', 's'],
    ['uid', 'uid', 's'],
    ['__proto__', 'constructor', 's'],
    [['uid', 'user', 'a.b'], ['ts', 'meta.ts'], 's'],
    ['user.id', '@timestamp', 's'],
    [['user_id_of_all', 'user.id.x', '/user.id/x'], ['timestamp', '/a~1b', '/meta/t~0s'], 'ms'],
    [['/a/0/id', '/b/1'], ['/a/1', 'ts'], 's'],
  ] as const
) {
  test(`scanner finds ${uidKey} and ${tsKey} (${tsUnit}) in 5,000 hostile lines as JSON.parse does`, () => {
    const tally = holdAgainstOracle({ ...common, uidKey, tsKey, tsUnit, lines: 5000, seed })
    assert.ok(tally.frames > 200, `lopsided: ${tally.frames} frames`)
  })
}
