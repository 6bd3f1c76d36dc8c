/** Where no user is in two sources their numbers add up to the lines of one run over all of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumOfDisjoint } from '../../src/counter/disjoint.ts'
import type { UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, seededRandom } from '../../src/generate/random.ts'
import type { ResultLine } from '../../src/records.ts'
import { windowKey } from '../../src/records.ts'
import { type CutInput, cutRun, randomCutInput } from '../support/cut-runs.ts'
import { bySource, type PartialsHow, partialsRun } from '../support/partial-runs.ts'
import { seed, seedHint } from '../support/seed.ts'

/** No frames, whatever they look like: others may have a user of another source. */
function* noFrames(): Generator<Uint8Array> {
  for (;;) yield new TextEncoder().encode('{"uid":"a","ts":')
}

/** In any order, what depends on the order is left out: see partials.test.ts. */
function inputFor(inStep: boolean, input: CutInput): CutInput {
  const messages = input.messages.filter((message) => {
    return !('type' in message) || inStep || message.type === 'source'
  })
  const sources = new Set([...bySource(messages)].map(([source]) => source))
  const ends = [...sources].map((source) => ({ type: 'source-end', source }) as const)
  return { ...input, messages: inStep ? [...messages, ...ends] : messages, how: 'end' }
}

function linesOf(input: CutInput): readonly ResultLine[] {
  const { out } = cutRun(input, seededRandom(0), () => 'nothing')
  return out.filter((text) => text.startsWith('{"type":"result"'))
    .map((text) => (JSON.parse(text) as { line: ResultLine }).line)
}

/** Those that a disjoint run counts exactly. */
const exactly: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'auto', exactLimit: 10_000, precision: 11 },
]

for (const inStep of [false, true]) {
  const name = inStep ? 'that fall idle and wake, message by message,' : 'in any order'
  test(`200 random streams: exact sources ${name} give the lines of one run`, () => {
    const seen = { lines: 0, late: 0, cuts: 0, revisions: 0 }
    for (let i = 0; i < 200; i++) {
      const random = seededRandom(seed + i)
      const drawn = randomCutInput(random, noFrames(), true)
      const input = inputFor(inStep, { ...drawn, counting: pick(random, exactly) })
      const how: PartialsHow = {
        inStep,
        pass: inStep ? 100 : pick(random, [0, 5, 30, 100, 'due']),
        cut: happens(random, 50) ? 0 : below(random, 20),
        isDisjoint: true,
      }
      const { lines, panes } = partialsRun(input, random, how)
      const hint = `stream ${i}, ${JSON.stringify(how)}; ${seedHint}`
      assert.deepEqual(lines, linesOf(input).map((line) => JSON.stringify(line)), hint)
      seen.lines += lines.length
      seen.late += panes.late
      seen.cuts += panes.cuts
      seen.revisions += lines.filter((line) => /"revision":[1-9]/.test(line)).length
    }
    assert.ok(Object.values(seen).every((count) => count > 100), JSON.stringify(seen))
  })
}

const estimating: readonly UniqueCounterOptions[] = [
  { method: 'auto', exactLimit: 3, precision: 5 },
  { method: 'hll', exactLimit: 0, precision: 4 },
  { method: 'hll', exactLimit: 0, precision: 11 },
]

/** Of each window its first line, if it is on time, and its last one. */
function endsOf(lines: readonly ResultLine[]): Map<string, ResultLine> {
  const ends = new Map<string, ResultLine>()
  for (const line of lines) {
    if (line.pane === 'on-time') ends.set(`${windowKey(line)} on time`, line)
    ends.set(`${windowKey(line)} last`, line)
  }
  return ends
}

test('estimates are the sums of those that each source gives alone, in the lines of one run', () => {
  let estimated = 0
  for (let i = 0; i < 150; i++) {
    const random = seededRandom(seed + i)
    const drawn = randomCutInput(random, noFrames(), true)
    const counted = { ...drawn, counting: pick(random, estimating), lines: {} }
    const input = inputFor(false, counted)
    const how = { inStep: false, pass: pick(random, [5, 100]), cut: below(random, 10) } as const
    const { lines } = partialsRun(input, random, { ...how, isDisjoint: true })
    const hint = `stream ${i}; ${seedHint}`
    const found = lines.map((line) => JSON.parse(line) as ResultLine)
    const frames = ({ window, start, pane, revision, frames }: ResultLine) => {
      return [window, start, pane, revision, frames].join(' ')
    }
    assert.deepEqual(found.map(frames), linesOf(input).map(frames), hint)
    const messages = [...bySource(input.messages)]
    const alone = [...new Set(messages.map(([source]) => source))].sort((a, b) => a - b)
      .map((source) => {
        const own = messages.filter(([of]) => of === source).map(([, message]) => message)
        return endsOf(linesOf({ ...input, messages: own }))
      })
    for (const [key, { users, low, high, method, error }] of endsOf(found)) {
      const expected = sumOfDisjoint(alone.flatMap((ends) => ends.get(key) ?? []))
      assert.deepEqual({ users, low, high, method, error }, expected, `${key}; ${hint}`)
      if (method === 'hll') estimated++
    }
  }
  assert.ok(estimated > 1000, `only ${estimated} lines`)
})
