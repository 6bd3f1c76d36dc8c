/**
 * Lateness, revisions and the guard against wrong clocks, held against the oracle that keeps all
 * frames: the lines, their order and the accounts are the oracle's, in any batches.
 */
import { test } from 'node:test'
import { seed } from '../support/seed.ts'
import { checkStream } from '../support/time-differential.ts'

const streams = 1000

test(`${streams} random streams give the oracle's lines and accounts, in any batches`, () => {
  for (let i = 0; i < streams; i++) checkStream(seed + i)
})
