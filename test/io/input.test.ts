import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { below, seededRandom } from '../../src/generate/random.ts'
import { type InputMessage, inspectInputs, readInput } from '../../src/io/input.ts'
import { gzipped, plainText } from '../support/compressed.ts'
import { withFolder } from '../support/folder.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const whole = latin1(plainText)

/** Marks as they come, and the bytes behind each as one text. */
async function read(input: AsyncIterable<InputMessage>): Promise<unknown[]> {
  const messages: unknown[] = []
  for await (const message of input) {
    if (!(message instanceof Uint8Array)) messages.push(message)
    else if (typeof messages.at(-1) === 'string') messages.push(messages.pop() + latin1(message))
    else messages.push(latin1(message))
  }
  return messages
}

test('files come one after the other, each behind a mark that names it, all of one source', async () => {
  await withFolder(async (folder) => {
    const [plain, packed, empty] = ['a.jsonl', 'b', 'c.gz'].map((name) => join(folder, name))
    writeFileSync(plain!, plainText)
    writeFileSync(packed!, gzipped) // told by its first bytes, not by its name
    writeFileSync(empty!, '')
    const files = [plain!, packed!, empty!, plain!]
    let bytes = 0
    const messages = await read(readInput({ files, onBytes: (count) => bytes += count }))
    const mark = (name: string) => ({ type: 'source', source: 0, name })
    assert.deepEqual(messages, [
      mark(plain!),
      whole,
      mark(packed!),
      whole,
      mark(empty!),
      mark(plain!),
      whole,
    ])
    assert.equal(bytes, 2 * plainText.length + gzipped.length)
    assert.equal(inspectInputs(files).totalBytes, bytes)
  })
})

test('a file larger than a chunk comes whole', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'large')
    const text = whole.repeat(1000)
    writeFileSync(file, text)
    const [, read1] = await read(readInput({ files: [file] }))
    assert.equal(read1, text)
  })
})

for (
  const [name, make, reason] of [
    ['missing file', () => {}, 'no such file or folder'],
    ['folder', (path: string) => mkdirSync(path), 'is a directory; name the files in it'],
  ] as const
) {
  test(`a ${name} is named before anything is read, and again where it is read`, async () => {
    await withFolder(async (folder) => {
      const [good, bad] = ['good', 'bad'].map((file) => join(folder, file))
      writeFileSync(good!, plainText)
      make(bad!)
      const expected = { name: 'UcError', message: reason, place: bad }
      assert.throws(() => inspectInputs([good!, bad!]), expected)
      await assert.rejects(() => read(readInput({ files: [good!, bad!] })), expected)
    })
  })
}

for (const [name, encode] of [['plain', (text: string) => text], ['gzip', gzipSync]] as const) {
  test(`a ${name} file that becomes shorter while it is read fails, behind what is left`, async () => {
    const random = seededRandom(seed)
    const text = Array.from({ length: 300_000 }, () => below(random, 1e9)).join('\n')
    const bytes = Buffer.from(encode(text))
    for (const left of [0, 1000, bytes.length - 10]) {
      await withFolder(async (folder) => {
        const file = join(folder, 'cut')
        writeFileSync(file, bytes)
        let characters = 0
        await assert.rejects(async () => {
          for await (const message of readInput({ files: [file] })) {
            if (message instanceof Uint8Array) characters += message.length
            else truncateSync(file, left)
          }
        }, (error: Error) => {
          const [all, cut, read] = (error.message.match(/[\d,]+/g) ?? []).map((number) => {
            return Number(number.replaceAll(',', ''))
          })
          assert.match(error.message, /^was cut from .* bytes while it was read; the lines of its/)
          assert.deepEqual([all, cut], [bytes.length, left], `${left} bytes left; ${seedHint}`)
          assert.ok(read! >= left && read! <= bytes.length)
          if (name === 'plain') assert.equal(characters, read)
          return true
        })
      })
    }
  })
}

test('a file that grows while it is read is read to its new end', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'grows')
    writeFileSync(file, 'frames\n')
    let text = ''
    for await (const message of readInput({ files: [file] })) {
      if (!(message instanceof Uint8Array)) continue
      if (text === '') appendFileSync(file, 'b\n')
      text += latin1(message)
    }
    assert.equal(text, 'frames\nb\n')
  })
})

test('a gzip file cut short is named, behind all that could be read of it', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'cut.gz')
    writeFileSync(file, gzipped.subarray(0, gzipped.length - 9))
    let text = ''
    await assert.rejects(async () => {
      for await (const message of readInput({ files: [file] })) {
        if (message instanceof Uint8Array) text += latin1(message)
      }
    }, {
      name: 'UcError',
      message: 'gzip data is cut short',
      place: file,
    })
    assert.equal(text, whole.slice(0, -1))
  })
})
