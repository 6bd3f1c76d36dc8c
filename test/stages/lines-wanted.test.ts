/** --final and --zero: what they leave out of the lines of a run without them, and what they add. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { type ResultLine, windowKey } from '../../src/records.ts'
import type { WindowKind } from '../../src/time/calendar.ts'
import { cutRun, type LinesWanted, randomCutInput } from '../support/cut-runs.ts'
import { hostileLines } from '../support/generators-lines.ts'
import { seed, seedHint } from '../support/seed.ts'

const streams = 60
const mostZeros = 500

interface Drawn {
  readonly hint: string
  readonly kinds: ReturnType<typeof randomCutInput>['options']['calendar']['kinds']
  readonly how: 'end' | 'stop'
  linesOf(lines: LinesWanted): readonly ResultLine[]
}

function* drawn(): Generator<Drawn> {
  const hostile = hostileLines(seededRandom(seed), { uidKey: 'uid', tsKey: 'ts' })
  for (let i = 0; i < streams; i++) {
    const input = randomCutInput(seededRandom(seed + i), hostile)
    yield {
      hint: `stream ${i}; ${seedHint}`,
      kinds: input.options.calendar.kinds,
      how: input.how,
      linesOf(lines) {
        const { out } = cutRun({ ...input, lines }, seededRandom(0), () => 'nothing')
        return out.map((text) => JSON.parse(text) as { type: string; line: ResultLine })
          .flatMap(({ type, line }) => type === 'result' ? line : [])
      },
    }
  }
}

test('--final writes of each window the line that is the last without it', () => {
  let late = 0
  for (const { linesOf, how, hint } of drawn()) {
    const last = new Map(linesOf({}).map((line) => [windowKey(line), line]))
    const final = linesOf({ isFinal: true })
    assert.equal(new Set(final.map(windowKey)).size, final.length, `a window twice; ${hint}`)
    // What is open when a run is stopped has no last line yet.
    const found = new Map(
      final.filter(({ pane }) => pane !== 'early').map((l) => [windowKey(l), l]),
    )
    for (const [key, line] of found) assert.deepEqual(line, last.get(key), `${key}; ${hint}`)
    assert.equal(final.length, last.size, hint)
    if (how === 'end') assert.equal(found.size, last.size, hint)
    late += final.filter(({ pane }) => pane === 'late').length
  }
  assert.ok(late > 20, `only ${late} late lines`)
})

test('--zero adds lines with 0 users and changes no other', () => {
  let zeros = 0
  for (const { linesOf, hint } of drawn()) {
    for (const isFinal of [false, true]) {
      const lines = linesOf({ isFinal, hasZeros: true, mostZeros: 100 })
      const others = lines.filter(({ frames }) => frames > 0)
      assert.deepEqual(others, linesOf({ isFinal }), hint)
      for (const line of lines.filter(({ frames }) => frames === 0)) {
        assert.deepEqual([line.users, line.pane, line.revision], [0, 'on-time', 0], hint)
        zeros++
      }
    }
  }
  assert.ok(zeros > 1000, `only ${zeros} lines`)
})

test('with --zero every window between the first and the last of its kind has a line', () => {
  for (const { linesOf, kinds, how, hint } of drawn()) {
    if (how === 'stop') continue // open windows come early, and what lies between is not known
    for (const isFinal of [false, true]) {
      const lines = linesOf({ isFinal, hasZeros: true, mostZeros })
      for (const kind of kinds) {
        const own = lines.filter(({ window }) => window === kind.name)
        const starts = [...new Set(own.map(({ start }) => start))].sort((a, b) => a - b)
        if (mayBeCut(own, kind)) continue
        for (const [i, start] of starts.slice(0, -1).entries()) {
          const { endMs } = kind.spanAt(start * 1000)
          assert.equal(starts[i + 1], endMs / 1000, `${kind.name}/${start}; ${hint}`)
        }
        const told = own.filter(({ frames }) => frames === 0).map(({ start }) => start)
        assert.equal(new Set(told).size, told.length, `a window twice empty; ${hint}`)
      }
    }
  }
})

test('a zero comes before what late frames make of its window, and in the order of ends', () => {
  for (const { linesOf, kinds, hint } of drawn()) {
    const lines = linesOf({ hasZeros: true, mostZeros: 100 })
    const seen = new Set<string>()
    for (const line of lines) {
      if (line.frames === 0) assert.ok(!seen.has(windowKey(line)), `${windowKey(line)}; ${hint}`)
      seen.add(windowKey(line))
    }
    const rank = (line: ResultLine) => kinds.findIndex(({ name }) => name === line.window)
    const sorted = linesOf({ isFinal: true, hasZeros: true, mostZeros: 100 })
    if (kinds.length > 1) continue // kinds have lateness of their own
    const inOrder = [...sorted].sort((a, b) => a.end - b.end || rank(a) - rank(b))
    assert.deepEqual(sorted, inOrder, hint)
  }
})

test('--from and --until are where empty windows begin and end, if somebody came or not', () => {
  for (const { linesOf, kinds, how, hint } of drawn()) {
    if (how === 'stop') continue
    const ends = linesOf({}).filter(({ window }) => window === kinds[0]!.name)
    if (ends.length === 0) continue
    const fromMs = Math.min(...ends.map(({ start }) => start)) * 1000 - 3 * kinds[0]!.nominalMs
    const untilMs = Math.max(...ends.map(({ end }) => end)) * 1000 + 2 * kinds[0]!.nominalMs
    const lines = linesOf({ hasZeros: true, mostZeros, fromMs, untilMs })
    const own = lines.filter(({ window }) => window === kinds[0]!.name)
    const starts = [...new Set(own.map(({ start }) => start))].sort((a, b) => a - b)
    if (mayBeCut(own, kinds[0]!)) continue
    const { spanAt, overlap } = kinds[0]!
    const first = overlap === undefined ? spanAt(fromMs) : overlap.windowTo(fromMs)
    assert.equal(starts[0]! * 1000, first.startMs, hint)
    assert.equal(starts.at(-1)! * 1000, kinds[0]!.spanAt(untilMs - 1).startMs, hint)
  }
})

/** There may be more empty windows in a row than are written: also before the first that is told. */
function mayBeCut(lines: readonly ResultLine[], kind: WindowKind): boolean {
  const stepMs = (kind.overlap?.slice ?? kind).nominalMs
  const isWide = (from: number, to: number) => (to - from) * 1000 > mostZeros * stepMs
  const starts = lines.map(({ start }) => start)
  let first = Infinity
  for (const start of starts) {
    if (first !== Infinity && isWide(start, first)) return true
    first = Math.min(first, start)
  }
  starts.sort((a, b) => a - b)
  return starts.some((start, i) => i > 0 && isWide(starts[i - 1]!, start)) ||
    lines.filter(({ frames }) => frames === 0).length >= mostZeros
}
