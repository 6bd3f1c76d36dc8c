/** What threads read must be what one thread reads. On Deno this file runs by on-deno.test.ts. */
import assert from 'node:assert/strict'
import { appendFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { below, happens, pick, type Random, seededRandom } from '../../../src/generate/random.ts'
import { identityOf } from '../../../src/io/identity.ts'
import { type InputMessage, readInput } from '../../../src/io/input.ts'
import type { Reply, ScannedPiece } from '../../../src/io/threads/messages.ts'
import { PieceScanner } from '../../../src/io/threads/piece-scanner.ts'
import { threadedInput } from '../../../src/io/threads/threaded-input.ts'
import { Threads } from '../../../src/io/threads/threads.ts'
import type { KernelOptions } from '../../../src/kernel/kernel.ts'
import type { ScannedLines } from '../../../src/kernel/scanned-lines.ts'
import { SourceProgress } from '../../../src/sources/source-progress.ts'
import { zstdStored } from '../../support/compressed.ts'
import { withFolder } from '../../support/folder.ts'
import { hostileLines, joined } from '../../support/generators-lines.ts'
import { frameStreams } from '../../support/hostile-streams.ts'
import { type ReadRun, readRun } from '../../support/read-runs.ts'
import { seed, seedHint } from '../../support/seed.ts'
import { usualKeys } from '../../support/keys.ts'

const progress = new SourceProgress()

function kernelOptions(maxLineBytes: number): KernelOptions {
  return { ...usualKeys, tsUnit: 's', maxLineBytes }
}

/** Scans as a thread does, but here and only when asked, so that pieces may be many. */
function scansHere(kernel: KernelOptions) {
  const scanner = new PieceScanner({ kernel, keepsFrames: true })
  return { count: 1, scan: (piece: ScannedPiece) => scanner.scan(piece), end() {} }
}

for (const { name, bytes, maxLineBytes } of frameStreams) {
  test(`a file in pieces of any length is the same file: ${name}`, async () => {
    await withFolder(async (folder) => {
      const files = [join(folder, 'frames')]
      writeFileSync(files[0]!, bytes)
      const kernel = kernelOptions(maxLineBytes)
      const expected = await readRun(readInput({ files }), kernel)
      const threads = scansHere(kernel)
      for (let pieceBytes = 1; pieceBytes <= bytes.length;) {
        const watch = { isOpen: false }
        const messages = threadedInput({ files, threads, pieceBytes, progress, watch })
        assert.deepEqual(
          await readRun(messages, kernel, watch),
          expected,
          `in pieces of ${pieceBytes}`,
        )
        pieceBytes += pieceBytes < 100 ? 1 : 50
      }
    })
  })
}

const encoder = new TextEncoder()
const kernel = kernelOptions(400)

function randomFile(random: Random, lines: Generator<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  if (happens(random, 5)) parts.push(encoder.encode('{"uc":{"version":1,"from":"extract"}}\n'))
  for (let left = below(random, pick(random, [3, 30, 300])); left > 0; left--) {
    const lineBreak = pick(random, ['\n', '\n', '\n', '\r\n', '\n\n'])
    parts.push(lines.next().value as Uint8Array, encoder.encode(lineBreak))
  }
  if (happens(random, 30)) parts.pop()
  const bytes = joined(...parts)
  const form = below(random, 20)
  if (form < 4) return gzipSync(bytes)
  if (form === 4) return zstdStored(bytes, 500)
  if (form === 5) return gzipSync(bytes).subarray(0, -1 - below(random, 12))
  return bytes
}

/** Some of them twice, some not to be read. */
function randomFiles(random: Random, lines: Generator<Uint8Array>, folder: string): string[] {
  const files = Array.from({ length: 1 + below(random, 4) }, (_, i) => join(folder, `${i}`))
  for (const file of files) writeFileSync(file, randomFile(random, lines))
  if (happens(random, 40)) files.push(pick(random, files))
  if (happens(random, 5)) files.push(join(folder, 'missing'))
  if (happens(random, 5)) files.push(folder)
  return files
}

/** Without what is known of the bytes of good frames. */
function withoutFrames({ noted, rejects, ...run }: ReadRun): ReadRun {
  return {
    ...run,
    noted: noted.map((each) => 'uid' in each ? { ...each, uid: '', line: '' } : each),
    rejects: rejects.map((each) => {
      return each.reason === 'malformed' ? each : { ...each, content: { raw: '' } }
    }),
  }
}

test('1, 2 and 3 threads give the same results, rejects and counts of hostile files', async () => {
  const random = seededRandom(seed)
  const lines = hostileLines(random, { uidKey: 'uid', tsKey: 'ts' })
  let results = 0
  let rejects = 0
  for (let i = 0; i < 12; i++) {
    await withFolder(async (folder) => {
      const files = randomFiles(random, lines, folder)
      const expected = await readRun(readInput({ files }), kernel)
      results += expected.results.length
      rejects += expected.rejects.length
      for (const count of [1, 2, 3]) {
        const keepsFrames = happens(random, 50)
        const pieceBytes = pick(random, [1 + below(random, 50), 500, 5000])
        const threads = new Threads({ count, kernel, keepsFrames })
        const watch = { isOpen: false }
        const messages = threadedInput({ files, threads, pieceBytes, progress, watch })
        const run = await readRun(messages, kernel, watch)
        assert.deepEqual(
          keepsFrames ? run : withoutFrames(run),
          keepsFrames ? expected : withoutFrames(expected),
          `input ${i}, ${count} threads, pieces of ${pieceBytes}; ${seedHint}`,
        )
      }
    })
  }
  assert.ok(results > 10 && rejects > 50, `only ${results} results, ${rejects} rejects`)
})

const frame = (uid: string) => `{"uid":"${uid}","ts":1}\n`

/** What is done to a file when its mark has come, and what of it was scanned before. */
interface Change {
  change(file: string): void
  readonly scannedFrom?: number
  readonly pieceBytes: number
}

/** The users that are read of the file, and what it failed with. */
async function usersOf(text: string, options: Change): Promise<string> {
  const { change, scannedFrom = Infinity, pieceBytes } = options
  return await withFolder(async (folder) => {
    const [file, before] = ['frames', 'before'].map((name) => join(folder, name))
    writeFileSync(file!, text)
    writeFileSync(before!, text)
    const identity = identityOf(statSync(before!))
    const here = scansHere(kernel)
    const scan = (piece: ScannedPiece) => {
      const range = piece.range!
      if (range.from < scannedFrom) return here.scan(piece)
      return here.scan({ name: before!, range: { ...range, identity } })
    }
    const input = threadedInput({
      files: [file!],
      threads: { ...here, scan },
      pieceBytes,
      progress,
    })
    const { noted, failure } = await readRun(changing(input, () => change(file!)), kernel)
    const users = noted.map((each) => 'uid' in each ? each.uid : each.type).join()
    return users + failure.replace(/.*: /, ' and ')
  })
}

async function* changing(
  messages: AsyncIterable<InputMessage | ScannedLines>,
  change: () => void,
): AsyncGenerator<InputMessage | ScannedLines> {
  for await (const message of messages) {
    yield message
    if (message instanceof Uint8Array || message.type === 'source') change()
  }
}

test('a file that grows while it is cut into pieces is read to its new end', async () => {
  const text = frame('a') + frame('b') + frame('c').slice(0, -3)
  const more = frame('c').slice(-3) + frame('d')
  const change = (file: string) => appendFileSync(file, more)
  assert.equal(await usersOf(text, { change, pieceBytes: 4 }), 'source,a,b,c,d')
})

test('a file that is cut while it is read fails there, whatever was read ahead', async () => {
  const text = ['a', 'b', 'c', 'd', 'e'].map(frame).join('')
  const change = (file: string) => truncateSync(file, 22)
  const users = await usersOf(text, { change, scannedFrom: 30, pieceBytes: 10 })
  assert.equal(
    users,
    'source,a,reject and was cut from 95 to 22 bytes while it was read; ' +
      'the lines of its first 22 bytes were read',
  )
})

test('a file that is cut behind a piece fails where it is cut into pieces', async () => {
  const text = ['a', 'b', 'c', 'd', 'e'].map(frame).join('')
  const change = (file: string) => truncateSync(file, 76)
  const users = await usersOf(text, { change, pieceBytes: 4 })
  assert.match(users, /^source,a,b,c,d and was cut from 95 to 76 bytes while it was read;/)
})

test('a piece of many refused lines comes in parts, and each line at its place', async () => {
  const random = seededRandom(seed)
  await withFolder(async (folder) => {
    const files = [join(folder, 'frames')]
    const text = Array.from({ length: 90_000 }, (_, i) => {
      return happens(random, 95) ? pick(random, ['x', '{}', '', `{"uid":${i}}`]) : frame('a').trim()
    }).join('\n')
    writeFileSync(files[0]!, text)
    const expected = await readRun(readInput({ files }), kernel)
    const messages = threadedInput({ files, threads: scansHere(kernel), progress })
    const parts: unknown[] = []
    assert.deepEqual(await readRun(watched(messages, parts), kernel), expected, seedHint)
    assert.ok(parts.length > 2, `in ${parts.length} parts`)
  })
})

async function* watched<T>(messages: AsyncIterable<T>, seen: unknown[]): AsyncGenerator<T> {
  for await (const message of messages) {
    seen.push(message)
    yield message
  }
}

test('a file of which nothing can be read has no mark', async () => {
  await withFolder(async (folder) => {
    const files = [join(folder, 'broken')]
    writeFileSync(files[0]!, Uint8Array.of(0x1f, 0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    const expected = await readRun(readInput({ files }), kernel)
    const messages = threadedInput({ files, threads: scansHere(kernel), progress })
    assert.deepEqual(await readRun(messages, kernel), expected)
    assert.match(expected.failure, /broken: gzip data is broken/)
    assert.deepEqual(expected.noted, [])
  })
})

test(
  'threads get memory back, so that many frames come with their bytes',
  { timeout: 60_000 },
  async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'frames')
      const line = `{"uid":"a","ts":1,"rest":"${'.'.repeat(100_000)}"}\n`
      writeFileSync(file, line.repeat(300))
      const threads = new Threads({ count: 1, kernel: kernelOptions(200_000), keepsFrames: true })
      let frames = 0
      for await (const message of threadedInput({ files: [file], threads, progress })) {
        if (!(message instanceof Uint8Array) && message.type === 'scanned') frames += message.count
      }
      assert.equal(frames, 300)
    })
  },
)

test('a thread that finds another file under the name says so', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'frames')
    writeFileSync(file, frame('a'))
    const scanner = new PieceScanner({ kernel, keepsFrames: true })
    const range = { from: 0, to: 10, fileBytes: 10, identity: 'that of the file before' }
    const { value } = await scanner.scan({ name: file, range }).next()
    const { failure } = (value as Reply).end!
    assert.equal(failure, 'has become another file while it was read')
  })
})

test('who does not take what is there holds the threads back', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'frames')
    writeFileSync(file, frame('a').repeat(100))
    let begun = 0
    const here = scansHere(kernel)
    const scan = (piece: ScannedPiece) => (begun++, here.scan(piece))
    const messages = threadedInput({
      files: [file],
      threads: { ...here, scan },
      pieceBytes: 10,
      progress,
    })
    for (let i = 0; i < 11; i++) await messages.next() // the mark, and ten pieces
    assert.ok(begun > 10 && begun < 20, `${begun} of 220 pieces were begun`)
    await messages.return(undefined)
  })
})

test('all bytes that are read from the disk are told', async () => {
  await withFolder(async (folder) => {
    const [plain, packed] = ['plain', 'packed'].map((name) => join(folder, name))
    const text = frame('a').repeat(10)
    const compressed = gzipSync(text)
    writeFileSync(plain!, text)
    writeFileSync(packed!, compressed)
    let bytes = 0
    const onBytes = (count: number) => bytes += count
    const files = [plain!, packed!]
    const threads = scansHere(kernel)
    await readRun(threadedInput({ files, onBytes, threads, pieceBytes: 33, progress }), kernel)
    assert.equal(bytes, text.length + compressed.length)
  })
})

test('a source keeps us waiting where it is a stream, not where a thread is slow', async () => {
  await withFolder(async (folder) => {
    const [file, stream] = ['file', 'stream'].map((name) => join(folder, name))
    writeFileSync(file!, frame('a'))
    writeFileSync(stream!, '') // has no size, as files of /proc
    const threads = scansHere(kernel)
    const messages = threadedInput({ files: [file!, stream!], threads, progress })
    const seen: boolean[] = []
    for await (const _ of messages) seen.push(progress.isReadToItsEnd(0))
    assert.deepEqual(seen, [false, false, true])
  })
})
