/** Lines of --partial, united: the lines of one run, whatever was split, in any order and grouping. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import type { ResultLine } from '../../src/records.ts'
import { countedLines, type Frame, merged, sameLines } from '../support/results.ts'
import { seed, seedHint } from '../support/seed.ts'

const random = seededRandom(seed)
const dayMs = 86_400_000
const options = { method: 'exact', tz: 'UTC', weekStart: 'monday' } as const
const ends = { latenessMs: () => Infinity, partial: true }

function frames(count: number): Frame[] {
  return Array.from({ length: count }, () => {
    return { uid: `u${below(random, 300)}`, tsMs: Date.UTC(2016, 6, 11) + below(random, 3 * dayMs) }
  })
}

/** What a run with --partial writes. */
function withSets(all: readonly Frame[], windows: readonly string[], shard?: string): ResultLine[] {
  const fields = shard === undefined ? {} : { shard }
  return countedLines(all, { ...options, windows, fields, hasSets: true })
}

const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as ResultLine)
const texts = (lines: readonly ResultLine[]) => lines.map((line) => JSON.stringify(line))

test('any split of the frames, united, gives the lines of one run, to the byte', () => {
  for (let round = 0; round < 10; round++) {
    const all = frames(1500)
    const runs = 1 + below(random, 4)
    const inputs = Array.from({ length: runs }, (_, run) => {
      return withSets(all.filter((_, i) => i % runs === run), ['hour', 'day'])
    })
    const expected = texts(withSets(all, ['hour', 'day']))
    sameLines(merged(inputs, ends).lines, expected, seedHint)
    const hours = inputs.map((lines) => lines.filter(({ window }) => window === 'hour'))
    const rolledUp = merged(hours, { ...ends, to: ['hour', 'day'] }).lines
    sameLines(rolledUp, expected, `rolled up; ${seedHint}`)
  }
})

test('named shards unite in any order, in any groups, and twice, to the same lines', () => {
  const all = frames(1500)
  const shards = ['a', 'b', 'c', 'd']
  const inputs = shards.map((shard, n) => {
    return withSets(all.filter((_, i) => i % 4 === n), ['hour'], shard)
  })
  const unite = (lists: ResultLine[][]) => parsed(merged(lists, ends).lines)
  const [a, b, c, d] = inputs as [ResultLine[], ResultLine[], ResultLine[], ResultLine[]]
  const whole = unite([a, b, c, d])
  assert.ok(whole.every(({ method, error, set }) => method === 'exact' && error === 0 && set))
  for (const other of [[d, b, a, c], [unite([a, b]), unite([c, d])], [unite([a, c]), d, b, a]]) {
    sameLines(texts(unite(other)), texts(whole), seedHint)
  }
})

test('where one line has a sketch alone the union is an estimate, of the users of all', () => {
  const all = frames(1500)
  const [sets, others] = [0, 1].map((n) => {
    return withSets(all.filter((_, i) => i % 2 === n), ['day'])
  })
  const sketched = others!.map(({ set: _, ...line }) => line)
  const direct = countedLines(all, { ...options, method: 'hll', windows: ['day'] })
  const found = parsed(merged([sets!, sketched], ends).lines)
  assert.deepEqual(found.map(({ sketch }) => sketch), direct.map(({ sketch }) => sketch), seedHint)
  assert.ok(found.every(({ method, set }) => method === 'hll' && set === undefined))
})

test('a set that is broken, or of other users than the line says, is refused by name', () => {
  const [line] = withSets(frames(50), ['day'])
  const set = line!.set!
  for (let i = 0; i < set.length; i += 1 + below(random, 3)) {
    const letter = pick(random, [...'ABCxyz019+/'].filter((each) => each !== set[i]))
    const broken = { ...line!, set: `${set.slice(0, i)}${letter}${set.slice(i + 1)}` }
    const { lines, rejects } = merged([[broken]], ends)
    assert.deepEqual([lines.length, rejects[0]?.reason], [0, 'unmergeable'], `${i}; ${seedHint}`)
    assert.match(rejects[0]!.detail, /^broken set: /)
  }
  const more = { ...line!, users: line!.users + 1, high: line!.users + 1 }
  assert.match(merged([[more]], ends).rejects[0]!.detail, /^broken set: \d+ users, where the line/)
})
