/** Where the input is cut into chunks must not show in anything that a reader of bytes emits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import { Ledger } from '../../src/ledger.ts'
import type { ExtractIn } from '../../src/stages/extract.ts'
import { extractStage } from '../../src/stages/extract.ts'
import { readWindowedStage } from '../../src/stages/read-windowed.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { randomCuts } from '../support/generators-lines.ts'
import { frameStreams, type HostileStream, windowedStreams } from '../support/hostile-streams.ts'
import { seed, seedHint } from '../support/seed.ts'
import { type Noted, transcript } from '../support/transcript.ts'
import { usualKeys } from '../support/keys.ts'

const windows = calendar({ windows: ['minute', 'day'], zone: utc, weekStart: 'monday' })

interface Run {
  readonly noted: readonly Noted[]
  readonly ledger: Ledger
}

type Read = (chunks: Iterable<Uint8Array>, maxLineBytes: number) => Run

function extract(chunks: Iterable<ExtractIn>, maxLineBytes: number): Run {
  const ledger = new Ledger()
  const kernel = newKernel({ ...usualKeys, tsUnit: 's', maxLineBytes })
  return { noted: transcript(extractStage({ kernel, maxLineBytes, ledger }), chunks), ledger }
}

/** As from files and pipes, which are read into the kernel's memory; every third chunk is not. */
function extractInRoom(chunks: Iterable<Uint8Array>, maxLineBytes: number): Run {
  const ledger = new Ledger()
  const kernel = newKernel({ ...usualKeys, tsUnit: 's', maxLineBytes })
  const { chunk: memory } = kernel.room()
  function* inRoom(): Generator<Uint8Array> {
    let number = 0
    for (const chunk of chunks) {
      if (number++ % 3 !== 0) memory.set(chunk)
      yield number % 3 === 1 ? chunk : memory.subarray(0, chunk.length)
    }
  }
  return { noted: transcript(extractStage({ kernel, maxLineBytes, ledger }), inRoom()), ledger }
}

function readWindowed(chunks: Iterable<Uint8Array>, maxLineBytes: number): Run {
  const ledger = new Ledger()
  const stage = readWindowedStage({ calendar: windows, maxLineBytes, ledger })
  return { noted: transcript(stage, chunks), ledger }
}

/** Lines of other bytes come before, so that what a buffer still holds of them would show. */
function extractSecond(chunks: Iterable<Uint8Array>, maxLineBytes: number): Run {
  return extract(behindFirst(chunks), maxLineBytes)
}

function* behindFirst(chunks: Iterable<Uint8Array>): Generator<ExtractIn> {
  yield new TextEncoder().encode(`${'#'.repeat(500)}\n`.repeat(4))
  yield { type: 'source', source: 1, name: 'second' }
  yield* chunks
}

function tests(name: string, read: Read, streams: readonly HostileStream[]): void {
  for (const { name: input, bytes, maxLineBytes } of streams) {
    test(`${name} gives the same messages wherever the input is cut: ${input}`, () => {
      const expected = read([bytes], maxLineBytes)
      const same = (chunks: Iterable<Uint8Array>, where: string) => {
        assert.deepEqual(read(reused(chunks), maxLineBytes), expected, where)
      }
      for (let cut = 0; cut <= bytes.length; cut++) {
        same([bytes.subarray(0, cut), bytes.subarray(cut)], `cut before byte ${cut}`)
      }
      same(Array.from(bytes, (byte) => Uint8Array.of(byte)), 'cut everywhere')
      const random = seededRandom(seed)
      for (let i = 0; i < 20; i++) {
        const chunks = [...randomCuts(random, bytes, 8)]
        same(chunks, `in lengths of ${chunks.map(({ length }) => length).join()}; ${seedHint}`)
      }
    })
  }
}

/** The chunks in a buffer that is overwritten as soon as the next one is asked for. */
function* reused(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) {
    const copy = chunk.slice()
    yield copy
    copy.fill(0x23)
  }
}

tests('uc-extract', extract, frameStreams)
tests('uc-extract in its room', extractInRoom, frameStreams)
tests('uc-extract on its second file', extractSecond, frameStreams)
tests('uc-count', readWindowed, windowedStreams)
