import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceProgress } from '../../src/sources/source-progress.ts'
import { frameBatch } from '../support/frame-batches.ts'

const batch = (source: number, ...times: number[]) =>
  frameBatch(times.map((tsMs) => ({ uid: 'a', tsMs, source })))

test('a source stands where most of its last nine frames are, whatever batches they came in', () => {
  const progress = new SourceProgress()
  assert.equal(progress.timeOf(0), -Infinity)
  progress.observe(batch(0, 1, 2, 3, 4, 1000, 1000))
  progress.observe(batch(0, 1000, 5, 1000))
  assert.equal(progress.timeOf(0), 5)
  progress.observe(batch(0, 1000))
  assert.equal(progress.timeOf(0), 1000, 'the first of them has gone')
  assert.equal(progress.timeOf(1), -Infinity)
})

test('a source that has reached a time does not fall back', () => {
  const progress = new SourceProgress()
  progress.reach(0, 5)
  progress.reach(0, 3)
  assert.equal(progress.timeOf(0), 5)
})
