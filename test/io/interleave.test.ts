import assert from 'node:assert/strict'
import { copyFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type InterleaveOptions, readInterleaved } from '../../src/io/interleave.ts'
import { withFolder } from '../support/folder.ts'
import { shell } from '../support/shell.ts'
import { latin1 } from '../support/transcript.ts'

/** Lines of a second each, as long as a chunk takes many of them. */
function lines(fromSecond: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `${fromSecond + i} ${'x'.repeat(1000)}\n`).join('')
}

interface Reading {
  /** What came of each source, put together. */
  readonly texts: readonly string[]
  /** Sources in the order of their chunks. */
  readonly turns: readonly number[]
  /** How far the foremost came before the slowest, in seconds. */
  readonly aheadSeconds: number
  readonly ended: readonly number[]
}

/** Reads as a command does: a chunk moves the time of its source. */
async function read(
  files: readonly string[],
  options: Partial<InterleaveOptions> = {},
): Promise<Reading> {
  const texts = files.map(() => '')
  const timesMs = files.map(() => -Infinity)
  const turns: number[] = []
  const ended: number[] = []
  let current = -1
  let aheadMs = 0
  const progress = { timeOf: (source: number) => timesMs[source]!, isReadToItsEnd: () => true }
  for await (const message of readInterleaved({ files, progress, idleMs: undefined, ...options })) {
    if (!(message instanceof Uint8Array)) {
      if (message.type === 'source') current = message.source
      if (message.type === 'source-end') {
        ended.push(message.source)
        timesMs[message.source] = Infinity
      }
      continue
    }
    turns.push(current)
    texts[current] += latin1(message)
    const last = texts[current]!.lastIndexOf('\n', texts[current]!.length - 2) + 1
    timesMs[current] = Number.parseInt(texts[current]!.slice(last)) * 1000
    const known = timesMs.filter(Number.isFinite)
    aheadMs = Math.max(aheadMs, Math.max(...known) - Math.min(...known))
  }
  return { texts, turns, ended, aheadSeconds: aheadMs / 1000 }
}

async function withFiles(
  contents: readonly (string | Uint8Array)[],
  use: (files: string[]) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const files = contents.map((content, i) => {
      const file = join(folder, `${i}`)
      writeFileSync(file, content)
      return file
    })
    await use(files)
  })
}

test('every file comes whole, whatever is read in between, and ends once', async () => {
  const texts = [lines(0, 3000), lines(500, 10), '', lines(1000, 2000)]
  await withFiles([texts[0]!, gzipSync(texts[1]!), '', gzipSync(texts[3]!)], async (files) => {
    const reading = await read(files)
    assert.deepEqual(reading.texts, texts)
    assert.deepEqual([...reading.ended].sort(), [0, 1, 2, 3])
  })
})

test('none gets far ahead of the slowest', async () => {
  // A chunk holds some 260 seconds, so that 10 minutes may be passed by one.
  await withFiles([lines(0, 5000), lines(0, 5000), lines(2000, 3000)], async (files) => {
    const { aheadSeconds } = await read(files)
    assert.ok(aheadSeconds < 2000 + 600 + 300, `${aheadSeconds} s ahead`)
  })
})

test('more files than may be open at once come whole too, each read on where it was', async () => {
  const texts = Array.from({ length: 12 }, (_, i) => lines(i * 900, 1500))
  const contents = texts.map((text, i) => i % 2 === 0 ? text : gzipSync(text))
  await withFiles(contents, async (files) => {
    const reading = await read(files, { mostOpen: 3 })
    assert.deepEqual(reading.texts, texts)
    const firstTurns = reading.turns.slice(0, 12)
    assert.deepEqual([...firstTurns].sort((a, b) => a - b), files.map((_, i) => i), 'all looked at')
  })
})

for (
  const [what, change] of [
    ['cut', (file: string) => truncateSync(file, statSync(file).size - 10)],
    ['replaced', (file: string) => {
      renameSync(file, `${file}.1`)
      copyFileSync(`${file}.1`, file)
    }],
  ] as const
) {
  test(`a file that is ${what} while it is put back fails`, async () => {
    await withFiles([lines(0, 5000), lines(3000, 3000), lines(6000, 3000)], async (files) => {
      let turns = 0
      const onBytes = () => ++turns === 4 && change(files[2]!)
      await assert.rejects(
        () => read(files, { mostOpen: 1, onBytes }),
        what === 'cut' ? /^UcError: was cut from/ : /^UcError: has become another file/,
      )
    })
  })
}

/** Leaves a process three descriptors, once it is known how many there are, and reads. */
const readingWithThree = `
  import { closeSync, openSync } from 'node:fs'
  import { readInterleaved } from ${
  JSON.stringify(new URL('../../src/io/interleave.js', import.meta.url))
}
  let isLeftThree = false
  function timeOf() {
    if (isLeftThree) return -Infinity
    isLeftThree = true
    const taken = []
    try {
      for (;;) taken.push(openSync('/dev/null'))
    } catch {
      for (const fd of taken.slice(-3)) closeSync(fd)
    }
    return -Infinity
  }
  const files = process.argv.slice(2)
  let text = ''
  for await (const message of readInterleaved({ files, progress: { timeOf }, idleMs: undefined })) {
    if (message instanceof Uint8Array) text += new TextDecoder().decode(message)
  }
  console.log([...text].sort().join(''))`

test('files for which the descriptors are gone meanwhile are read when there are some', async () => {
  await withFiles([...'abcdefghijkl'], async (files) => {
    const script = `${files[0]}.mjs`
    writeFileSync(script, readingWithThree)
    const { stdout, stderr } = await shell(`ulimit -n 64; node ${script} ${files.join(' ')}`)
    assert.equal(stdout, 'abcdefghijkl\n', stderr)
  })
})

test('a file that cannot be read is named', async () => {
  await withFiles([lines(0, 10)], async (files) => {
    await assert.rejects(() => read([...files, `${files[0]}.gone`]), /no such file/)
  })
})
