import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import type { InputMessage } from '../../src/io/input.ts'
import { splitLines } from '../../src/io/split-lines.ts'
import { randomCuts } from '../support/generators-lines.ts'
import { frameStreams } from '../support/hostile-streams.ts'
import { seed, seedHint } from '../support/seed.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

async function split(messages: Iterable<InputMessage>): Promise<unknown[]> {
  const lines: unknown[] = []
  for await (const line of splitLines(reused(messages))) lines.push(line)
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

/** As the text decoded at once has them. */
function linesOf(bytes: Uint8Array): string[] {
  const lines = decoder.decode(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const isOpen = bytes.at(-1) !== 0x0a
  return lines.map((line, i) => {
    return isOpen && i === lines.length - 1 ? line : line.replace(/\r$/, '')
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
    for await (const line of splitLines(failing())) lines.push(line)
  }, { message: 'cut short' })
  assert.deepEqual(lines, ['one', 'tw'])
})
