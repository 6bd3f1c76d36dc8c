/**
 * Merging is commutative, associative and idempotent, rolls up to what direct counting gives, and
 * refuses the rest. UC_SEED repeats a run.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import type { ResultLine } from '../../src/records.ts'
import { countedLines, type Frame, merged, mergeOf, sameLines } from '../support/results.ts'
import { seed, seedHint } from '../support/seed.ts'

const random = seededRandom(seed)
const fraction = () => below(random, 2 ** 32) / 2 ** 32
const rounds = 10
const hll = { method: 'hll', tz: 'UTC', weekStart: 'monday' } as const
const dayMs = 86_400_000

/** Around changes of the clocks, and where hours begin off the hour. */
const places = [
  ['UTC', '2016-12-31T12:00:00Z'],
  ['Europe/Zurich', '2016-03-27T01:00:00Z'],
  ['Europe/Zurich', '2016-10-30T01:00:00Z'],
  ['America/New_York', '2016-03-13T07:00:00Z'],
  ['America/New_York', '2016-11-06T06:00:00Z'],
  ['Asia/Kolkata', '2016-02-28T18:30:00Z'],
  ['Australia/Lord_Howe', '2016-04-02T15:00:00Z'],
  ['Asia/Kathmandu', '2015-12-31T18:15:00Z'],
] as const

function framesAround(centreMs: number, days: number, count: number): Frame[] {
  return Array.from({ length: count }, () => ({
    uid: `u${below(random, 400)}`,
    tsMs: centreMs + Math.floor((fraction() - 0.5) * days * dayMs),
  }))
}

const centreMs = Date.UTC(2016, 6, 11)
const text = (lines: readonly ResultLine[]) => lines.map((line) => JSON.stringify(line))
const parsed = ({ lines }: { readonly lines: readonly string[] }) => {
  return lines.map((line) => JSON.parse(line) as ResultLine)
}

/** Shuffled as by a deck of cards. */
function shuffled<T>(list: readonly T[]): T[] {
  const deck = [...list]
  for (let i = deck.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const card = deck[i]!
    deck[i] = deck[j]!
    deck[j] = card
  }
  return deck
}

describe('shards of the same time', () => {
  test('give users, interval, sketch and frames of one run, to the byte', () => {
    for (let round = 0; round < rounds; round++) {
      const frames = framesAround(centreMs, 3, 3000)
      const options = { ...hll, windows: ['hour', 'day', 'month'] }
      const shards = 1 + below(random, 5)
      const inputs = Array.from({ length: shards }, (_, shard) => {
        const part = frames.filter((_, i) => i % shards === shard)
        return countedLines(part, { ...options, method: shards === 1 ? 'hll' : 'auto' })
      })
      const direct = countedLines(frames, options)
      const isAlone = (line: ResultLine) => line.method === 'exact' // a window of one shard only
      const lines = parsed(merged(inputs))
      assert.equal(lines.length, direct.length, seedHint)
      const comparable = direct.map((line, i) => {
        return isAlone(lines[i]!) ? { ...lines[i]!, sketch: line.sketch! } : line
      })
      sameLines(text(lines), text(comparable), seedHint)
    }
  })

  test('in sketches of unequal size give one of the smallest', () => {
    const frames = framesAround(centreMs, 1, 3000)
    const inputs = [12, 10, 11].map((precision, shard) => {
      const part = frames.filter((_, i) => i % 3 === shard)
      return countedLines(part, { ...hll, windows: ['day'], precision })
    })
    const direct = countedLines(frames, { ...hll, windows: ['day'], precision: 10 })
    sameLines(merged(inputs).lines, text(direct), seedHint)
  })
})

describe('lines of one shard', () => {
  const window = (fields: Partial<ResultLine>, users = 10) => {
    const frames = Array.from({ length: users }, (_, i) => ({ uid: `u${i}`, tsMs: centreMs }))
    return countedLines(frames, { ...hll, method: 'auto', windows: ['minute'], fields })[0]!
  }
  const early: Partial<ResultLine> = { pane: 'early' }
  const late: Partial<ResultLine> = { pane: 'late', revision: 1, frames: 12 }

  test('in one input are revisions: the last one holds, exact as it is', () => {
    const lines = [window(early, 3), window({}), window(late, 12)]
    const { lines: out, ledger } = merged([lines])
    assert.deepEqual(out, text([lines[2]!]))
    assert.deepEqual([ledger.total.replaced, ledger.total.repeated], [2, 0])
    assert.equal(ledger.imbalance(), undefined)
  })

  test('without a name in two inputs are two shards, whose exactness is lost', () => {
    const { lines, ledger } = merged([[window({})], [window({})]])
    const [line] = parsed({ lines })
    assert.deepEqual([line?.users, line?.method, line?.frames], [10, 'hll', 20])
    assert.equal(ledger.total.replaced, 0)
  })

  test('of one name in two inputs are states of one count: the furthest holds, exact', () => {
    const shard = { shard: 'eu' }
    const lines = [window({ ...shard, ...late }, 12), window(shard)]
    sameLines(merged([[lines[0]!], [lines[1]!]]).lines, text([lines[0]!]))
    sameLines(merged([[lines[1]!], [lines[0]!]]).lines, text([lines[0]!]))
  })

  test('of several names may stand in one input', () => {
    const [line] = parsed(merged([[window({ shard: 'a' }), window({ shard: 'b' })]]))
    assert.deepEqual(line?.shards, { a: { frames: 10 }, b: { frames: 10 } })
  })

  test('is exact no more where another input has users that it has not', () => {
    const other = countedLines([{ uid: 'eve', tsMs: centreMs }], {
      ...hll,
      windows: ['minute'],
      fields: { shard: 'eu' },
    })
    const [line] = parsed(merged([[window({ shard: 'eu' })], other]))
    assert.deepEqual([line?.users, line?.method, line?.frames], [11, 'hll', 10])
  })

  test('is exact no more where finer windows of another shard go into it', () => {
    const frames = [{ uid: 'ann', tsMs: centreMs }]
    const of = (window: string, shard: string) =>
      countedLines(frames, { ...hll, method: 'exact', windows: [window], fields: { shard } })
    const [same, other] = ['a', 'b'].map((shard) => {
      return parsed(merged([of('hour', 'a'), of('minute', shard)], { to: ['hour'] }))[0]
    })
    assert.deepEqual([same?.method, same?.frames], ['exact', 1])
    assert.deepEqual([other?.method, other?.frames], ['hll', 2])
  })

  test('that stay early make the window early, until a later one completes them', () => {
    const b = window({ shard: 'b' })
    const [open] = parsed(merged([[window({ ...early, shard: 'a' }, 3)], [b]]))
    assert.equal(open?.pane, 'early')
    assert.equal(open?.revision, undefined)
    assert.deepEqual(open?.shards, { a: { frames: 3, pane: 'early' }, b: { frames: 10 } })
    const [whole] = parsed(merged([[open!], [window({ shard: 'a' })]]))
    assert.deepEqual([whole?.pane, whole?.revision, whole?.frames], ['on-time', 0, 20])
  })

  test('that repeat a window without having revised it are told of', () => {
    assert.equal(merged([[window({}), window({}, 12)]]).ledger.total.repeated, 1)
    const named = { shard: 'eu' }
    const { total } = merged([[window(named), window(named, 12)]]).ledger
    assert.deepEqual([total.repeated, total.contradicted], [0, 1])
    const revised = { ...window(named, 12), pane: 'late', revision: 1 } as const
    for (const lines of [[[window(named), revised]], [[window(named)], [window(named)]]]) {
      assert.equal(merged(lines).ledger.total.contradicted, 0)
    }
    const twice = [[window(named)], [window(named, 12)]]
    assert.equal(merged(twice).ledger.total.contradicted, 1)
    const { lines, rejects } = merged(twice, { isDisjoint: true })
    assert.deepEqual(rejects.map(({ reason }) => reason), ['unmergeable'])
    assert.deepEqual(parsed({ lines }).map(({ frames }) => frames), [10])
  })
})

describe('merging of named shards', () => {
  /** Lines of several states of several shards; a state holds all that those before it hold. */
  function states(): ResultLine[][] {
    const windows = pick(random, [['hour'], ['hour', 'day'], ['day', 'month']])
    const files: ResultLine[][] = [[], [], []]
    for (const shard of ['a', 'b', 'c', '7']) {
      const frames = framesAround(centreMs, 2, 300)
      frames.sort((a, b) => a.tsMs - b.tsMs)
      const some = frames.filter(() => fraction() < 0.5)
      const method = pick(random, ['auto', 'hll'] as const)
      const options = { ...hll, method, windows }
      const revised = { shard, pane: 'late', revision: 1 + below(random, 2) } as const
      const runs = [
        countedLines(some, { ...options, fields: { shard, pane: 'early' } }),
        countedLines(some, { ...options, fields: { shard } }),
        countedLines(frames, { ...options, fields: revised }),
      ]
      for (const run of runs) pick(random, files).push(...run)
    }
    return files.map((lines) => lines.map(withoutRevision))
  }
  function withoutRevision(line: ResultLine): ResultLine {
    const { revision: _, ...early } = line
    return line.pane === 'early' ? early : line
  }
  const all = { latenessMs: () => Infinity }

  test('does not depend on the order of inputs', () => {
    for (let round = 0; round < rounds; round++) {
      const files = states()
      sameLines(merged(shuffled(files), all).lines, merged(files, all).lines, seedHint)
    }
  })

  test('does not depend on which are united first', () => {
    for (let round = 0; round < rounds; round++) {
      const [a = [], b = [], c = []] = states()
      const expected = merged([a, b, c], all).lines
      sameLines(merged([merged([a, b], all).lines, c], all).lines, expected, seedHint)
      sameLines(merged([a, merged([b, c], all).lines], all).lines, expected, seedHint)
    }
  })

  test('changes nothing where it is done again, or with what is in it already', () => {
    for (let round = 0; round < rounds; round++) {
      const [a = [], b = [], c = []] = states()
      const { lines } = merged([a, b, c], all)
      sameLines(merged([lines], all).lines, lines, seedHint)
      sameLines(merged([lines, lines], all).lines, lines, seedHint)
      sameLines(merged([lines, b], all).lines, lines, seedHint)
    }
  })

  test('loses no frame of those without a name', () => {
    const frames = framesAround(centreMs, 1, 300)
    const named = countedLines(frames, { ...hll, windows: ['day'], fields: { shard: 'a' } })
    const unnamed = countedLines(frames, { ...hll, windows: ['day'] })
    const { lines } = merged([named, unnamed, unnamed])
    const again = parsed(merged([lines, named]))
    assert.deepEqual(again.map(({ frames }) => frames), named.map(({ frames }) => frames * 3))
    assert.deepEqual(Object.keys(again[0]?.shards ?? {}), ['', 'a'])
  })
})

describe('rolled up', () => {
  const coarse = ['hour', 'day', 'week', 'month', 'quarter', 'year']

  for (const [tz, time] of places) {
    test(`minutes give what direct counting gives, in ${tz} around ${time}`, () => {
      for (const weekStart of ['monday', 'sunday'] as const) {
        const frames = framesAround(Date.parse(time), 4, 2000)
        const options = { ...hll, tz, weekStart }
        const minutes = countedLines(frames, { ...options, windows: ['minute'] })
        const direct = countedLines(frames, { ...options, windows: coarse })
        const { lines, rejects } = merged([minutes], { to: coarse, weekStart })
        assert.deepEqual(rejects, [])
        sameLines(lines, text(direct), seedHint)
      }
    })
  }

  test('every kind gives every coarser one that it makes up', () => {
    const kinds = ['minute', '15m', ...coarse]
    for (const [tz, time] of places.slice(0, 6)) {
      const frames = framesAround(Date.parse(time), 400, 500)
      for (const fine of kinds) {
        const from = countedLines(frames, { ...hll, tz, windows: [fine] })
        for (const to of kinds.slice(kinds.indexOf(fine))) {
          const { lines, rejects } = merged([from], { to: [to] })
          const direct = text(countedLines(frames, { ...hll, tz, windows: [to] }))
          const isMadeUp = fine !== 'week' || to === 'week'
          if (isMadeUp) sameLines(lines, direct, `${fine} to ${to} in ${tz}; ${seedHint}`)
          else assert.ok(rejects.length > 0, `${fine} to ${to} in ${tz}; ${seedHint}`)
        }
      }
    }
  })

  test('lines of several kinds count once, of several shards all', () => {
    const frames = framesAround(centreMs, 3, 3000)
    const [a, b] = [0, 1].map((shard) => frames.filter((_, i) => i % 2 === shard))
    const both = countedLines(a!, { ...hll, windows: ['minute', 'hour', 'day'] })
    const hours = countedLines(b!, { ...hll, windows: ['hour'] })
    const direct = countedLines(frames, { ...hll, windows: ['day'] })
    sameLines(merged([both, hours], { to: ['day'] }).lines, text(direct), seedHint)
  })

  const misfits = [
    [
      'week',
      'month',
      'UTC',
      /^week does not fit into month: one month \w+ at 2016-.*, within the week from /,
    ],
    [
      '6h',
      'day',
      'Europe/Zurich',
      /^6h does not fit into day: one day begins at 2016-07-11T00:00:00\+/,
    ],
    ['hour', '15m', 'UTC', /^hour is longer than every window of --to \(15m\); expected/],
    ['7h', 'day', 'UTC', /^7h does not fit into day: one day (begins|ends) at/],
    ['1d', 'day', 'America/New_York', /^1d does not fit into day: one day begins at/],
    ['hour', 'day', 'Asia/Kolkata', undefined],
    ['6h', 'day', 'UTC', undefined],
  ] as const
  for (const [fine, to, tz, expected] of misfits) {
    test(`${fine} to ${to} in ${tz} ${expected ? 'is refused, with the reason' : 'fits'}`, () => {
      const frames = [{ uid: 'ann', tsMs: Date.parse('2016-07-11T13:39:00Z') }]
      const lines = countedLines(frames, { ...hll, tz, windows: [fine] })
      const { rejects, ledger } = merged([lines], { to: [to] })
      assert.equal(ledger.imbalance(), undefined)
      if (expected === undefined) return assert.deepEqual(rejects, [])
      assert.equal(rejects[0]?.reason, 'unmergeable')
      return assert.match(rejects[0]?.detail ?? '', expected)
    })
  }
})

describe('inputs side by side', () => {
  test('give the same lines and rejects whatever arrives first, in whatever pieces', () => {
    for (let round = 0; round < rounds; round++) {
      const inputs = [0, 1, 2].map((i) => {
        const tz = pick(random, ['UTC', 'UTC', 'Europe/Zurich'])
        const frames = framesAround(centreMs, 1, 200)
        const lines = countedLines(frames, { ...hll, tz, windows: ['hour', 'day'] }).map(String)
        const real = text(countedLines(frames, { ...hll, tz, windows: ['hour', 'day'] }))
        return i === 2 ? shuffled([...real, lines[0] ?? '']) : real
      })
      const expected = merged(inputs)
      const cut = merged(inputs, { random: fraction })
      sameLines(cut.lines, expected.lines, seedHint)
      assert.deepEqual(cut.rejects, expected.rejects, seedHint)
      assert.equal(cut.ledger.imbalance(), undefined)
    }
  })

  test('a window is written as soon as all have passed its end by the lateness', () => {
    const frames = Array.from(
      { length: 180 },
      (_, i) => ({ uid: 'ann', tsMs: centreMs + i * 60e3 }),
    )
    const lines = text(countedLines(frames, { ...hll, windows: ['minute'] }))
    const stage = mergeOf({ latenessMs: () => 600_000 })
    let written = 0
    const push = (message: Parameters<typeof stage.push>[0]) => {
      stage.push(message, ({ type }) => written += Number(type === 'result'))
    }
    const mark = (source: number) => ({ type: 'source', source, name: `${source}` }) as const
    for (const source of [0, 1]) push(mark(source))
    lines.forEach((line, i) => {
      for (const source of [0, 1]) {
        push(mark(source))
        push(new TextEncoder().encode(`${line}\n`))
      }
      assert.equal(written, Math.max(0, i - 10), `after minute ${i}`)
    })
    push({ type: 'source-end', source: 1 })
    assert.equal(written, 169)
  })

  test('a line is refused where others behind its window are written, whatever its lateness', () => {
    const at = (time: string) => [{ uid: 'ann', tsMs: Date.parse(time) }]
    const minutes = ['2016-07-11T23:59:00Z', '2016-07-12T02:00:00Z', '2016-07-12T03:00:00Z']
    const lines = minutes.flatMap((time) => countedLines(at(time), { ...hll, windows: ['minute'] }))
    const day = countedLines(at(minutes[0]!), { ...hll, windows: ['day'] })
    const latenessMs = ({ nominalMs }: { nominalMs: number }) => nominalMs < dayMs ? 0 : dayMs
    const { lines: out, rejects } = merged([[...lines, ...day]], { latenessMs })
    assert.deepEqual(out, text(lines))
    assert.deepEqual(rejects.map(({ reason }) => reason), ['expired'])
  })

  test('the zone of the first line is that of all of its kind', () => {
    const frames = [{ uid: 'ann', tsMs: centreMs }]
    const [a, b] = ['Asia/Kolkata', 'UTC'].map((tz) => {
      return countedLines(frames, { ...hll, tz, windows: ['minute'] })
    })
    const { lines, rejects } = merged([a!, b!])
    assert.deepEqual(lines, text(a!))
    assert.match(rejects[0]?.detail ?? '', /^minute in UTC, where others are in Asia\/Kolkata;/)
  })

  test('lines out of order are refused beyond the lateness, and none with --order none', () => {
    const frames = framesAround(centreMs, 2, 300)
    const lines = shuffled(countedLines(frames, { ...hll, windows: ['hour'] }))
    const { rejects, ledger } = merged([lines])
    assert.ok(rejects.length > 0, seedHint)
    assert.ok(rejects.every(({ reason }) => reason === 'expired'))
    assert.equal(ledger.imbalance(), undefined)
    const direct = countedLines(frames, { ...hll, windows: ['hour'] })
    sameLines(merged([lines], { latenessMs: () => Infinity }).lines, text(direct), seedHint)
  })
})

describe('shards without a common user', () => {
  const byUser = (frames: readonly Frame[], shards: number) =>
    Array.from({ length: shards }, (_, shard) => {
      return frames.filter(({ uid }) => Number(uid.slice(1)) % shards === shard)
    })

  test('stay exact, with the sketch of all', () => {
    const frames = framesAround(centreMs, 2, 3000)
    const options = { ...hll, method: 'exact', windows: ['hour', 'day'] } as const
    const inputs = byUser(frames, 3).map((part) => countedLines(part, options))
    assert.deepEqual(
      merged(inputs, { isDisjoint: true }).lines,
      text(countedLines(frames, options)),
    )
  })

  test('need no sketch, and give none where one has none', () => {
    const frames = framesAround(centreMs, 1, 300)
    const options = { ...hll, method: 'exact', windows: ['day'] } as const
    const [a, b] = byUser(frames, 2).map((part) => countedLines(part, options))
    const bare = b!.map(({ sketch: _, ...line }) => line)
    const lines = parsed(merged([a!, bare], { isDisjoint: true }))
    assert.deepEqual(
      lines.map(({ users, method, sketch }) => ({ users, method, sketch })),
      countedLines(frames, options).map(({ users }) => {
        return { users, method: 'exact', sketch: undefined }
      }),
    )
  })

  test('in two inputs at once count once where one line holds the other, else are refused', () => {
    const frames = framesAround(centreMs, 0.1, 300)
    const line = (shards: Partial<ResultLine>) => {
      const fields = { ...shards, frames: 300 }
      return countedLines(frames, { ...hll, method: 'exact', windows: ['month'], fields })
    }
    const shards = (a: string, b: string) =>
      line({ shards: { [a]: { frames: 100 }, [b]: { frames: 200 } } })
    const twice = merged([shards('a', 'b'), shards('a', 'b')], { isDisjoint: true })
    assert.equal(twice.ledger.total.replaced, 1)
    assert.equal(parsed(twice)[0]?.frames, 300)
    const crossed = merged([shards('a', 'b'), shards('b', 'c')], { isDisjoint: true })
    assert.match(crossed.rejects[0]?.detail ?? '', /^shard "b" is in the line of 0\.ndjson:1 too/)
    assert.equal(crossed.ledger.imbalance(), undefined)
  })
})

describe('one line among others', () => {
  const minutes = [0, 1, 2].flatMap((minute) => {
    const frames = [{ uid: 'ann', tsMs: centreMs + minute * 60_000 }]
    return countedLines(frames, { ...hll, windows: ['minute'] })
  })
  const [first, second, third] = minutes as [ResultLine, ResultLine, ResultLine]
  const { start, end } = second
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const wrong: Readonly<Record<string, string>> = {
    'a time in milliseconds': JSON.stringify({ ...second, start: start * 1000, end: end * 1000 }),
    'a time beyond all dates': JSON.stringify({
      ...second,
      window: 'month',
      tz: 'Europe/Zurich',
      start: 9e12,
      end: 9e12 + 1,
    }),
    'no shard': JSON.stringify({ ...second, shards: {}, frames: 0 }),
    'a deep name': JSON.stringify({ ...second, window: 0 }).replace(
      '"window":0',
      `"window":${deep}`,
    ),
    'an endless error': JSON.stringify(second).replace(/"error":[^,]+/, '"error":1e999'),
  }
  for (const [name, line] of Object.entries(wrong)) {
    test(`with ${name} is refused, and the others are not`, () => {
      const { lines, rejects } = merged([[first, line, second, third]])
      assert.deepEqual(lines, text(minutes))
      assert.deepEqual(rejects.map(({ reason }) => reason), ['malformed'])
    })
  }

  test('that is early and ahead does not close the windows behind it', () => {
    const ahead = countedLines([{ uid: 'bob', tsMs: centreMs + 2 * 3_600_000 }], {
      ...hll,
      windows: ['minute'],
    }).map((line) => ({ ...line, pane: 'early', revision: undefined }) as unknown as ResultLine)
    const revised = { ...first, frames: 2, pane: 'late', revision: 1 } as const
    const latenessMs = () => 3_600_000
    const { lines, rejects } = merged([[first, ...ahead, revised]], { latenessMs })
    assert.deepEqual(rejects, [])
    assert.equal(lines[0], JSON.stringify(revised))
  })

  test('that is late for its minute leaves the day as it was counted', () => {
    const frames = framesAround(centreMs + dayMs / 2, 0.5, 100)
    const [day] = countedLines(frames, { ...hll, method: 'exact', windows: ['day'] })
    const late = countedLines(frames, { ...hll, windows: ['minute'] })
      .map((line) => ({ ...line, pane: 'late', revision: 2 }) as const)
    for (const shard of [{}, { shard: 'a' }]) {
      const of = (line: ResultLine) => ({ ...line, ...shard })
      const [united] = parsed(merged([[...late, day!].map(of)], { to: ['day'] }))
      assert.deepEqual(united, of(day!))
      const open = { ...of(day!), pane: 'early', revision: undefined } as unknown as ResultLine
      const [early] = parsed(merged([[...late.map(of), open]], { to: ['day'] }))
      assert.equal(early?.pane, 'early')
    }
  })

  test('goes into those windows of --to that it fits into', () => {
    const weeks = countedLines([{ uid: 'ann', tsMs: centreMs }], { ...hll, windows: ['week'] })
    const { lines, rejects } = merged([weeks], { to: ['week', 'month'] })
    assert.deepEqual([lines, rejects], [text(weeks), []])
  })
})
