import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import type { InputMessage } from '../../src/io/input.ts'
import { splitLines } from '../../src/io/split-lines.ts'
import { randomCuts } from '../support/generators-lines.ts'
import { frameStreams } from '../support/hostile-streams.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const maxLineBytes = 2 ** 20

async function split(messages: Iterable<InputMessage>): Promise<unknown[]> {
  const lines: unknown[] = []
  for await (const line of splitLines(reused(messages), { maxLineBytes })) lines.push(line)
  return lines
}

/** Chunks in a buffer that is overwritten when the next one is asked for. */
async function* reused(messages: Iterable<InputMessage>): AsyncGenerator<InputMessage> {
  for (const message of messages) {
    if (message instanceof Uint8Array) {
      const copy = new Uint8Array(message)
      yield copy
      copy.fill(0x23)
    } else {
      yield message
    }
  }
}

/** As text has them that keeps each byte; those that are not UTF-8 as bytes. */
function linesOf(bytes: Uint8Array): (string | Uint8Array)[] {
  const lines = latin1(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => {
    const bytes = Uint8Array.from(line.replace(/\r$/, ''), (letter) => letter.charCodeAt(0))
    try {
      return decoder.decode(bytes)
    } catch {
      return bytes
    }
  })
}

for (const { name, bytes } of frameStreams.filter(({ bytes }) => bytes.length < 400)) {
  test(`lines are the same wherever the input is cut: ${name}`, async () => {
    const expected = linesOf(bytes)
    assert.deepEqual(await split([bytes]), expected)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
      assert.deepEqual(await split(chunks), expected, `cut before byte ${cut}`)
    }
    const random = seededRandom(seed)
    for (let i = 0; i < 10; i++) {
      assert.deepEqual(await split(randomCuts(random, bytes, 9)), expected, seedHint)
    }
  })
}

test('the last line of a file ends where the next file begins', async () => {
  const [a, b] = ['one\ntwo', 'three\n'].map((text) => new TextEncoder().encode(text))
  const mark = { type: 'source', source: 0, name: 'b' } as const
  assert.deepEqual(await split([a!, mark, b!, mark]), ['one', 'two', mark, 'three', mark])
})

test('an input that breaks off gives the line that it had begun, and then its error', async () => {
  async function* failing(): AsyncGenerator<InputMessage> {
    yield new TextEncoder().encode('one\ntw')
    throw new Error('cut short')
  }
  const lines: unknown[] = []
  await assert.rejects(async () => {
    for await (const line of splitLines(failing(), { maxLineBytes })) lines.push(line)
  }, { message: 'cut short' })
  assert.deepEqual(lines, ['one', 'tw'])
})

test('a line that grows too long is told by its beginning and its length', async () => {
  const input = new TextEncoder().encode(`one\n${'x'.repeat(5000)}\r\ntwo`)
  const chunks = [input.subarray(0, 3000), input.subarray(3000)]
  const lines: unknown[] = []
  for await (const line of splitLines(reused(chunks), { maxLineBytes: 10 })) lines.push(line)
  const head = new Uint8Array(1000).fill(0x78)
  assert.deepEqual(lines, ['one', { type: 'overlong', head, lineBytes: 5000 }, 'two'])
})
