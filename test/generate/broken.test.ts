import assert from 'node:assert/strict'
import { test } from 'node:test'
import { malformedKinds } from '../../src/generate/malformed.ts'
import { frameBody, maxLineBytes } from '../../src/generate/body.ts'
import { emptyMember, writeTs, writeUid } from '../../src/generate/counted-members.ts'
import { memberPool } from '../../src/generate/members.ts'
import { seededRandom } from '../../src/generate/random.ts'
import { Truth } from '../../src/generate/truth.ts'
import { wrongClock } from '../../src/generate/wrong-clock.ts'
import { generated, linesOf, plainOptions, readFrame } from './read-frames.ts'

test('malformed lines are those that JSON.parse and the rules for a frame refuse', () => {
  for (const [seed, frameBytes] of [[1, 60], [2, 500], [3, 2048]] as const) {
    const options = { ...plainOptions, seed, frameBytes, brokenPercent: 50 }
    const truth = new Truth(options)
    const lines = linesOf(generated(options, truth))
    assert.equal(lines.length, options.count)
    const { malformed, wrongClocks } = truth.toJSON()
    assert.equal(lines.filter((line) => readFrame(line) === undefined).length, malformed)
    assert.ok(Math.abs((malformed + wrongClocks) / options.count - 0.5) < 0.05)
    assert.ok(wrongClocks > 0.1 * malformed)
  }
})

for (const [kind, write] of malformedKinds.entries()) {
  test(`malformed kind ${kind} is never a frame, never blank, and one line`, () => {
    const random = seededRandom(kind)
    const frameBytes = 300
    const body = frameBody({ pool: memberPool(random), random, frameBytes, lineBreakBytes: 1 })
    const uid = emptyMember()
    const ts = emptyMember()
    for (let i = 0; i < 200; i++) {
      writeUid(uid, random, i, 0)
      writeTs(ts, random, 1468244384000, 'whole')
      const line = { bytes: new Uint8Array(maxLineBytes(frameBytes)), start: 7, end: 0 }
      write({ line, uid, ts, body, random })
      const text = new TextDecoder().decode(line.bytes.subarray(7, line.end))
      assert.equal(readFrame(text), undefined, text)
      assert.match(text, /[^ \t\r\n]/)
      assert.doesNotMatch(text, /\n|\r$/)
      assert.ok(line.bytes.subarray(0, 7).every((byte) => byte === 0), 'wrote before its line')
    }
  })
}

test('broken lines are of many shapes', () => {
  const lines = linesOf(generated({ brokenPercent: 100, frameBytes: 100 }))
  const shapes: Readonly<Record<string, RegExp>> = {
    truncated: /^\{"[^}]*$/,
    binary: /^\ufffd/,
    'NUL character': /^\{.*\0/,
    bracket: /^[{}[\]]$/,
    'no JSON': /^NaN$/,
    'no-break space': /^\u00a0$/,
    'uid null': /"uid":null/,
    'empty uid': /"uid":""/,
    'ts an object': /"ts":\{/,
    'ts overflow': /"ts":1e999/,
    'array in an array': /^\[\[\{.*\}\]\]$/,
    'raw control character': /"on[^ -~]off"\}$/,
    'trailing comma': /,\}$/,
    milliseconds: /"ts":14682\d{8}[,}]/,
    'year 9999': /"ts":2533\d{8}[,}]/,
    'year 1970': /"ts":\d{5,8}[,}]/,
  }
  for (const [name, shape] of Object.entries(shapes)) {
    assert.ok(lines.some((line) => shape.test(line)), name)
  }
})

test('a wrong clock is so far off that no window of the stream holds its time', () => {
  const dayMs = 86_400_000
  const streams = [
    [Date.UTC(2016, 0, 1), Date.UTC(2018, 11, 31)],
    [0, 1000 * dayMs],
    [Date.UTC(9998, 0, 1), Date.UTC(9999, 11, 31)],
  ]
  for (const [firstMs = 0, lastMs = 0] of streams) {
    const wrong = wrongClock({ random: seededRandom(1), firstMs, lastMs })
    for (let i = 0; i < 2000; i++) {
      const seconds = wrong(Math.floor((firstMs + lastMs) / 2000))
      assert.ok(Number.isInteger(seconds) && seconds >= 0)
      const awayMs = Math.max(firstMs - seconds * 1000, seconds * 1000 - lastMs)
      assert.ok(awayMs >= 400 * dayMs, `${seconds} s for ${firstMs} to ${lastMs} ms`)
    }
  }
})
