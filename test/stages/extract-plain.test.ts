/**
 * `--parser json` against the oracle of the scanner, but for what it documents: a numeric uid is
 * what JSON.parse makes of it, if that is a safe integer, and a numeric ts goes through a double.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdAgainstOracle } from '../support/differential.ts'
import { seed } from '../support/seed.ts'

const common = { parser: 'json', uidKey: 'uid', tsKey: 'ts', tsUnit: 's', lines: 25_000 } as const

test('plain parser accepts, refuses and reads 25,000 hostile lines as JSON.parse does', () => {
  const { frames, malformed } = holdAgainstOracle({ ...common, seed })
  assert.ok(frames > 8000 && malformed > 4000, `lopsided: ${frames} frames, ${malformed} malformed`)
})

test('plain parser finds nested keys in 5,000 hostile lines as JSON.parse does', () => {
  const keys = { uidKey: 'user.id', tsKey: 'user.at.ts', lines: 5000 }
  const { frames } = holdAgainstOracle({ ...common, ...keys, seed })
  assert.ok(frames > 300, `lopsided: ${frames} frames`)
})
