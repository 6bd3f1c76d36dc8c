import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { LineBuffer, type LineSink, Room } from '../../src/kernel/lines.ts'
import { seed, seedHint } from '../support/seed.ts'

/** Around what a room holds before its chunk, and in all. */
const lengths = [0, 1, 7, 300, 65_535, 65_536, 65_537, 262_144, 327_680, 400_000]

for (const maxLineBytes of [100, 70_000, 1_000_000]) {
  test(`lines up to ${maxLineBytes} bytes are whole, wherever they are cut and lie`, () => {
    const random = seededRandom(seed + maxLineBytes)
    for (let run = 0; run < 30; run++) {
      const lines = Array.from({ length: 12 }, (_, i) => {
        const [break_, letter] = [
          below(random, 2) === 0 ? '\r\n' : '\n',
          String.fromCharCode(97 + i),
        ]
        return letter.repeat(pick(random, lengths)) + break_
      })
      const bytes = new TextEncoder().encode(lines.join(''))
      const found: string[] = []
      const sink = sinkOf(found, maxLineBytes)
      const room = new Room()
      const buffer = new LineBuffer(maxLineBytes, room)
      for (let from = 0; from < bytes.length;) {
        const longest = pick(random, [10, 5000, 65_537, 262_144])
        const length = below(random, 2) === 0 ? longest : 1 + below(random, longest)
        const piece = bytes.slice(from, from + length)
        from += piece.length
        const isInRoom = below(random, 2) === 0
        if (isInRoom) room.chunk.set(piece)
        buffer.push(isInRoom ? room.chunk.subarray(0, piece.length) : piece, sink)
        if (below(random, 8) === 0) {
          buffer.trim()
          room.memory.fill(0x23)
        }
      }
      buffer.end(sink)
      assert.deepEqual(found, lines.map((line) => seen(line, maxLineBytes)), seedHint)
    }
  })
}

/** What is told of a line: all of it, or its beginning and its length. */
function seen(line: string, maxLineBytes: number): string {
  const text = line.replace(/\r?\n$/, '')
  return text.length > maxLineBytes ? `${text.slice(0, 1000)} of ${text.length}` : text
}

function sinkOf(found: string[], maxLineBytes: number): LineSink {
  const decoder = new TextDecoder('latin1')
  return {
    lines(bytes, from, to) {
      assert.equal(bytes[to - 1], 0x0a)
      const lines = decoder.decode(bytes.subarray(from, to)).split('\n').slice(0, -1)
      found.push(...lines.map((line) => seen(line + '\n', maxLineBytes)))
    },
    overlong: (head, lineBytes) => found.push(`${decoder.decode(head)} of ${lineBytes}`),
  }
}
