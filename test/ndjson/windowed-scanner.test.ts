/** Lines of uc-window that are read at sight, against the plain way to read them: it decides. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { uidText } from '../../src/kernel/columns.ts'
import { Ledger } from '../../src/ledger.ts'
import { windowedTail } from '../../src/ndjson/frame-lines.ts'
import { type WindowedScanner, windowedScanner } from '../../src/ndjson/windowed-scanner.ts'
import { readWindowedStage } from '../../src/stages/read-windowed.ts'
import type { WindowOut } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { encoded, joined, mutated, randomCuts } from '../support/generators-lines.ts'
import { windowedStreams } from '../support/hostile-streams.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1 } from '../support/transcript.ts'

const encoder = new TextEncoder()
const windows = calendar({ windows: ['minute', '15m', 'day'], zone: utc, weekStart: 'monday' })
const names = windows.kinds.map(({ name }) => name)
const header = '{"uc":{"version":1,"from":"window","windows":["minute","15m","day"]}}'

/** All that comes of the input, batches taken apart into frames, and the accounts. */
function read(
  scanner: WindowedScanner | undefined,
  chunks: Iterable<Uint8Array>,
  maxLineBytes: number,
  kinds = windows,
): unknown[] {
  const ledger = new Ledger()
  const stage = readWindowedStage({ calendar: kinds, maxLineBytes, scanner, ledger })
  const found: unknown[] = []
  function note(message: WindowOut): void {
    if (message.type === 'reject') {
      found.push({ ...message, content: message.content() })
      return
    }
    if (message.type !== 'windowed') {
      found.push(message)
      return
    }
    const { frames, from, to, startsMs, verdicts } = message
    const { bytes, hashHi, hashLo, lineStart, lineEnd } = frames
    for (let i = from; i < to; i++) {
      found.push([
        uidText(frames, i),
        [hashHi[i], hashLo[i], frames.source, frames.lineNumber[i]],
        startsMs.map((column) => column[i]),
        verdicts.map((column) => column[i]),
        latin1(bytes, lineStart[i], lineEnd[i]),
      ])
    }
  }
  try {
    for (const chunk of chunks) stage.push(chunk, note)
    stage.end(note)
  } catch (error) {
    found.push(String(error))
  }
  found.push(ledger)
  return found
}

/** With room of its own, as uc-count has it, and how many lines it has known. */
function newScanner(maxLineBytes: number): WindowedScanner & { lines: number } {
  const scanner = windowedScanner(maxLineBytes)
  assert.ok(scanner !== undefined, 'no WebAssembly with SIMD')
  const counting = {
    ...scanner,
    lines: 0,
    scan(...lines: Parameters<WindowedScanner['scan']>): number {
      const count = scanner.scan(...lines)
      counting.lines += count
      return count
    },
  }
  return counting
}

const uids = [
  'a',
  '0d750ea38f519d597d5',
  'x'.repeat(15),
  'y'.repeat(16),
  'z'.repeat(17),
  '~ }',
  'é',
  'M\uf7fcller',
  'M\uf7f6ller',
  '\uf7ed\uf7a0\uf780',
]

/** Lines as uc-window writes them, in few windows, and others in between. */
function* lines(random: Random): Generator<Uint8Array> {
  const tails = Array.from({ length: 1 + below(random, 12) }, () => {
    const tsMs = 1468244384000 + below(random, 3) * 60_000 + below(random, 2) * 86_400_000
    const starts = windows.kinds.map(({ spanAt }) => spanAt(tsMs).startMs)
    const verdicts = names.map(() => happens(random, 20) ? below(random, 3) : 0)
    return windowedTail(names, starts, verdicts).slice(0, -1)
  })
  let tail = pick(random, tails)
  for (;;) {
    if (happens(random, 15)) tail = pick(random, tails)
    const line = encoded(`{"uid":"${pick(random, uids)}${tail}`)
    yield happens(random, 10) ? mutated(random, line) : line
    if (happens(random, 3)) {
      yield encoded(`{"uid":"\\u0061\\"${pick(random, ['', '\uf7fc'])}${tail}`)
    }
    if (happens(random, 2)) yield encoder.encode(`{"uid":${below(random, 1000)}${tail.slice(1)}`)
    if (happens(random, 1)) yield encoder.encode(pick(random, ['', ' ', '\r', '{"uc":{}}', header]))
    if (happens(random, 1)) yield encoder.encode('{"uc":{"source":1,"name":"b"}}')
    if (happens(random, 1)) yield encoder.encode(`{"uid":"${'u'.repeat(300)}${tail}`)
  }
}

function streamOf(random: Random): Uint8Array {
  const parts: Uint8Array[] = happens(random, 70) ? [encoder.encode(`${header}\n`)] : []
  const source = lines(random)
  const count = below(random, 400)
  for (let i = 0; i < count; i++) {
    parts.push(source.next().value as Uint8Array)
    parts.push(encoder.encode(happens(random, 3) ? '\r\n' : '\n'))
  }
  return joined(...parts)
}

test('lines read at sight are read as in the plain way, wherever the input is cut', () => {
  const random = seededRandom(seed)
  let [atSight, all] = [0, 0]
  for (let i = 0; i < 300; i++) {
    const bytes = streamOf(random)
    const maxLineBytes = pick(random, [120, 2 ** 20])
    const expected = read(undefined, [bytes], maxLineBytes)
    const scanner = newScanner(maxLineBytes)
    const chunks = Array.from(randomCuts(random, bytes, 6), (chunk) => chunk.slice())
    const place = `stream ${i}, --max-line ${maxLineBytes}; ${seedHint}`
    assert.deepEqual(read(scanner, chunks, maxLineBytes), expected, place)
    atSight += scanner.lines
    all += expected.length
  }
  assert.ok(atSight > all / 4, `only ${atSight} of ${all} lines were known`)
})

for (const { name, bytes, maxLineBytes } of windowedStreams) {
  test(`lines read at sight are read as in the plain way: ${name}`, () => {
    const kinds = calendar({ windows: ['minute', 'day'], zone: utc, weekStart: 'monday' })
    // Frames come before, so that their tails are known.
    const w = '{"uid":"a","windows":{"minute":1468244340,"day":1468195200}}\n'
    const first = encoder.encode(`{"uc":{"version":1,"from":"window"}}\n${w.repeat(3)}`)
    const chunks = [first, bytes]
    const expected = read(undefined, chunks, maxLineBytes, kinds)
    assert.deepEqual(read(newScanner(maxLineBytes), chunks, maxLineBytes, kinds), expected)
  })
}

test('a batch of lines in the same windows is known from the third line on', () => {
  const line = '{"uid":"a","windows":{"minute":1468244340,"15m":1468243800,"day":1468195200}}\n'
  const scanner = newScanner(2 ** 20)
  read(scanner, [encoder.encode(line.repeat(5000))], 2 ** 20)
  assert.equal(scanner.lines, 4998)
})

test('frames that alternate between windows are known, on time or late', () => {
  const starts = [['1468244340', ''], ['1468244400', ''], ['1468244280', ',"late":["minute"]']]
  const text = Array.from({ length: 3000 }, (_, i) => {
    const [minute, marks] = starts[i < 60 ? Math.floor(i / 20) : i % 3]!
    return `{"uid":"${i}","windows":{"minute":${minute},"15m":1468243800,"day":1468195200}${marks}}\n`
  })
  const scanner = newScanner(2 ** 20)
  read(scanner, [encoder.encode(text.join(''))], 2 ** 20)
  assert.equal(scanner.lines, 3000 - 6)
})
