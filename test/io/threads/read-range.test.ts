import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, seededRandom } from '../../../src/generate/random.ts'
import { RangeReader } from '../../../src/io/threads/read-range.ts'
import { LineBuffer, type LineSink, Room } from '../../../src/kernel/lines.ts'
import { randomCuts } from '../../support/generators-lines.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { latin1 } from '../../support/transcript.ts'

const maxLineBytes = 9

/** What a line buffer gives of the whole: lines, and the lengths of those that are too long. */
class Lines implements LineSink {
  readonly all: string[] = []

  lines(bytes: Uint8Array, from: number, to: number): void {
    const text = latin1(bytes, from, to)
    assert.equal(text.at(-1), '\n')
    this.all.push(
      ...text.slice(0, -1).split('\n').map((line) => {
        return line.length > maxLineBytes ? `${line.length} bytes` : line
      }),
    )
  }

  overlong(_: Uint8Array, lineBytes: number): void {
    this.all.push(`${lineBytes} bytes`)
  }
}

/** Whether the file has ended. */
function readWhole(chunks: Generator<number, boolean>): boolean {
  for (;;) {
    const { value, done } = chunks.next()
    if (done === true) return value
  }
}

function linesOf(bytes: Uint8Array): readonly string[] {
  const sink = new Lines()
  const buffer = new LineBuffer(maxLineBytes)
  buffer.push(bytes, sink)
  buffer.end(sink)
  return sink.all
}

test('ranges one behind the other give each line once, wherever they are cut and reads end', () => {
  const random = seededRandom(seed)
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: below(random, 60) }, () => '\n\na..'[below(random, 5)]).join(
      '',
    )
    const bytes = new TextEncoder().encode(text)
    const sink = new Lines()
    const room = new Room()
    const lines = new LineBuffer(maxLineBytes, room)
    const ranges = new RangeReader({ lines, sink, memory: room.chunk })
    const readAt = (buffer: Uint8Array, at: number) => {
      const rest = bytes.subarray(at)
      const count = Math.min(rest.length, buffer.length, 1 + below(random, 20))
      buffer.set(rest.subarray(0, count))
      return count
    }
    const cuts = [...randomCuts(random, bytes, 10)].filter(({ length }) => length > 0)
    let from = 0
    const ends = cuts.map(({ length }) => {
      const to = from + length
      const isOver = readWhole(ranges.read(readAt, { from, to }))
      from = to
      return isOver
    })
    const where = `${JSON.stringify(text)} in ${cuts.map(({ length }) => length)}; ${seedHint}`
    assert.deepEqual(sink.all, linesOf(bytes), where)
    const lastLine = bytes.lastIndexOf(0x0a) + 1
    assert.equal(ends.includes(true), lastLine < bytes.length, `whether it ends; ${where}`)
  }
})

test('a range behind the end of the file gives nothing and says so', () => {
  const sink = new Lines()
  const room = new Room()
  const lines = new LineBuffer(maxLineBytes, room)
  const ranges = new RangeReader({ lines, sink, memory: room.chunk })
  assert.equal(readWhole(ranges.read(() => 0, { from: 0, to: 10 })), true)
  assert.equal(readWhole(ranges.read(() => 0, { from: 20, to: 30 })), true)
  assert.deepEqual(sink.all, [])
})
