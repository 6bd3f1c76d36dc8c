import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { generateFrames } from '../../src/generate/frames.ts'
import { Truth } from '../../src/generate/truth.ts'
import { generated, linesOf, plainOptions, readFrame } from './read-frames.ts'

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

test('the same seed gives the same bytes, on every runtime', () => {
  const bytes = generated({ brokenPercent: 5 })
  assert.equal(digest(bytes), digest(generated({ brokenPercent: 5 })))
  // Whoever changes the words or the order of draws changes what seeds stand for: say so here.
  assert.equal(digest(bytes).slice(0, 16), 'ed5ac18026952d94')
})

test('another seed gives other uids, and in another order', () => {
  const uids = new Set(linesOf(generated({ seed: 1 })).map((line) => readFrame(line)?.uid))
  const others = linesOf(generated({ seed: 2 })).map((line) => readFrame(line)?.uid)
  assert.ok(others.every((uid) => !uids.has(uid)))
  const order = (seed: number) => {
    const users: string[] = []
    const seen = linesOf(generated({ seed, users: 2 })).map((line) => readFrame(line)?.uid ?? '')
    return seen.map((uid) => users.includes(uid) ? users.indexOf(uid) : users.push(uid) - 1).join(
      '',
    )
  }
  assert.notEqual(order(1), order(2))
})

test('every line is a frame when none is to be broken', () => {
  for (const frameBytes of [47, 60, 200, 2048]) {
    const lines = linesOf(generated({ frameBytes }))
    assert.equal(lines.length, plainOptions.count)
    for (const line of lines) {
      assert.match(readFrame(line)?.uid ?? '', /^[0-9a-f]{19}$/, `${frameBytes}: ${line}`)
    }
  }
})

test('mean size of a line is the one asked for', () => {
  for (const frameBytes of [60, 200, 500, 2048, 10_000]) {
    for (const crlf of [false, true]) {
      const mean = generated({ frameBytes, crlf }).length / plainOptions.count
      assert.ok(Math.abs(mean / frameBytes - 1) < 0.02, `${frameBytes}: ${mean}`)
    }
  }
  const long = generated({ frameBytes: 100_000, count: 200 }).length / 200
  assert.ok(Math.abs(long / 100_000 - 1) < 0.05, String(long))
})

test('sizes of lines vary', () => {
  const sizes = new Set(linesOf(generated()).map((line) => line.length))
  assert.ok(sizes.size > 100, String(sizes.size))
})

test('crlf changes line breaks, all of them, but neither users nor times', () => {
  const lines = linesOf(generated({ crlf: true, brokenPercent: 20 }))
  assert.ok(lines.every((line) => line.endsWith('\r')))
  const plain = linesOf(generated({ crlf: false })).map(readFrame)
  assert.deepEqual(linesOf(generated({ crlf: true })).map(readFrame), plain)
})

test('a chunk holds whole lines and is about 256 KiB', () => {
  const options = { ...plainOptions, frameBytes: 2048 }
  const sizes: number[] = []
  for (const chunk of generateFrames(options)) {
    assert.equal(chunk.at(-1), 0x0a)
    sizes.push(chunk.length)
  }
  assert.ok(sizes.length > 10)
  assert.ok(sizes.slice(0, -1).every((bytes) => bytes >= 256 * 1024 && bytes < 264 * 1024))
})

test('count 0 gives no chunk', () => {
  assert.equal([...generateFrames({ ...plainOptions, count: 0 })].length, 0)
})

test('all users occur, each about as often as the others', () => {
  const users = 10
  const frames = new Map<string, number>()
  for (const line of linesOf(generated({ users }))) {
    const uid = readFrame(line)?.uid ?? ''
    frames.set(uid, (frames.get(uid) ?? 0) + 1)
  }
  assert.equal(frames.size, users)
  // 200 expected, standard deviation 13.4.
  for (const count of frames.values()) assert.ok(count > 140 && count < 260, String(count))
})

test('a frame happened at its place in the stream, or up to the delay before it', () => {
  const { startMs, delaySeconds, ratePerSecond, count } = plainOptions
  let delayed = 0
  let longestMs = 0
  for (const [i, line] of linesOf(generated()).entries()) {
    const beforeMs = startMs + (i * 1000) / ratePerSecond - (readFrame(line)?.tsMs ?? NaN)
    assert.ok(beforeMs >= 0 && beforeMs < (delaySeconds + 1) * 1000, line)
    if (beforeMs >= 1000) delayed++
    longestMs = Math.max(longestMs, beforeMs)
  }
  // 10 % of them, less those delayed by less than a second.
  assert.ok(delayed > 0.08 * count && delayed < 0.12 * count, String(delayed))
  assert.ok(longestMs > (delaySeconds - 2) * 1000)
})

test('truth depends on neither the size of frames nor the line break', () => {
  const truths = [{}, { frameBytes: 60 }, { crlf: true }].map((changes) => {
    const truth = new Truth(plainOptions)
    generated({ ...changes, brokenPercent: 10 }, truth)
    return truth.toJSON()
  })
  assert.deepEqual(truths[1], truths[0])
  assert.deepEqual(truths[2], truths[0])
})
