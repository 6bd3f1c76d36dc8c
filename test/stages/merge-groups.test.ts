/**
 * Lines of groups are united each with its like: what several shards say together is what one run
 * would have said of all frames, in each group. UC_SEED repeats a run.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { Group, othersName } from '../../src/group.ts'
import { parseResult } from '../../src/ndjson/result-line.ts'
import { type ResultLine, windowKey } from '../../src/records.ts'
import { calendar } from '../../src/time/calendar.ts'
import {
  countedLines,
  type CountedOptions,
  type Frame,
  merged,
  type MergedOptions,
  textOf,
  zoneNamed,
} from '../support/results.ts'
import { seed, seedHint } from '../support/seed.ts'

const random = seededRandom(seed)
const fraction = () => below(random, 2 ** 32) / 2 ** 32
const rounds = 10

interface GroupedFrame extends Frame {
  readonly values: Readonly<Record<string, string>>
}

const countries = ['"CH"', '"DE"', '"\\u001b[2J"', '"null"', 'null', '9007199254740993', '200']
const devices = ['"a"', '"b"', '{"x":[1]}', '9007199254740992']
const breakdowns = [['country'], ['country', 'device'], ['2', '1']]
const centreMs = Date.UTC(2016, 6, 11)
const dayMs = 86_400_000
const auto: Omit<CountedOptions, 'windows'> = {
  method: 'auto',
  tz: 'UTC',
  weekStart: 'monday',
  hasSets: true,
}

function framesOf(count: number, days: number): GroupedFrame[] {
  return Array.from({ length: count }, () => {
    const values = {
      country: pick(random, countries),
      device: pick(random, devices),
      1: pick(random, devices),
      2: pick(random, countries),
    }
    const tsMs = centreMs + Math.floor((fraction() - 0.5) * days * dayMs)
    return { uid: `u${below(random, 150)}`, tsMs, values }
  })
}

function groupOf({ values }: GroupedFrame, breakdown: readonly string[]): string {
  return breakdown.map((key) => values[key]!).join('\n')
}

/** Total and groups, in the order in which uc-merge has them; whoever looks at the frames sees it. */
function linesOf(frames: readonly GroupedFrame[], options: CountedOptions): ResultLine[] {
  const lines = countedLines(frames, options)
  const place = new Map(lines.map((line, i) => [windowKey(line), i * 10]))
  const placeOf = (line: ResultLine) => place.get(windowKey({ ...line, by: undefined }))!
  const sorted = [...breakdowns].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  const ranked = lines.map((line) => ({ line, rank: placeOf(line) }))
  sorted.forEach((breakdown, i) => {
    const names = new Set(frames.map((frame) => groupOf(frame, breakdown)))
    for (const name of names) {
      const inside = frames.filter((frame) => groupOf(frame, breakdown) === name)
      const fields = { ...options.fields, by: new Group(breakdown, name) }
      for (const line of countedLines(inside, { ...options, fields })) {
        ranked.push({ line, rank: placeOf(line) + i + 1 })
      }
    }
  })
  ranked.sort((a, b) =>
    a.rank - b.rank || b.line.users - a.line.users || (a.line.by!.name < b.line.by!.name ? -1 : 1)
  )
  return ranked.map(({ line }) => line)
}

const texts = (lines: readonly ResultLine[]) => lines.map(textOf)
const isGroup = ({ by }: ResultLine) => by !== undefined

function read(text: string): ResultLine {
  const line = parseResult(text)
  assert.ok(typeof line !== 'string', String(line))
  return line
}

function united(inputs: readonly (readonly ResultLine[])[], options: MergedOptions = {}) {
  const { lines, rejects, ledger } = merged(inputs, { partial: true, ...options })
  assert.deepEqual(rejects, [], seedHint)
  assert.equal(ledger.imbalance(), undefined)
  return { lines: lines.map(read), texts: lines, ledger }
}

function shuffled<T>(list: readonly T[]): T[] {
  return list.map((value) => ({ value, at: fraction() }))
    .sort((a, b) => a.at - b.at).map(({ value }) => value)
}

/** Split by user, by time or by chance. */
function split(frames: readonly GroupedFrame[], shards: number): GroupedFrame[][] {
  const how = below(random, 3)
  const parts: GroupedFrame[][] = Array.from({ length: shards }, () => [])
  for (const frame of frames) {
    const key = [Number(frame.uid.slice(1)), Math.floor(frame.tsMs / dayMs), below(random, shards)]
    parts[key[how]! % shards]!.push(frame)
  }
  return parts
}

describe('lines of groups', () => {
  test('of shards give those of one run, to the byte and in order, wherever inputs are cut', () => {
    for (let round = 0; round < rounds; round++) {
      const frames = framesOf(600, 2)
      const options = { ...auto, windows: ['hour', 'day'] }
      const inputs = split(frames, 1 + below(random, 4)).map((part) => linesOf(part, options))
      const { texts: out } = united(inputs, { random: fraction })
      assert.deepEqual(out, texts(linesOf(frames, options)), seedHint)
    }
  })

  test('do not depend on the order of inputs, nor on being united before', () => {
    for (let round = 0; round < rounds; round++) {
      const options = { ...auto, windows: ['day'] }
      const inputs = split(framesOf(300, 2), 3).map((part, i) => {
        return linesOf(part, { ...options, fields: { shard: `s${i}` } })
      })
      const { texts: out, lines } = united(inputs)
      const settings = { latenessMs: () => Infinity }
      const again = shuffled([...inputs, lines]).map((each) => shuffled(each))
      assert.deepEqual(united(again, settings).texts, out, seedHint)
    }
  })

  test('roll up to what counting the longer windows gives', () => {
    for (let round = 0; round < rounds; round++) {
      const frames = framesOf(400, 3)
      const inputs = split(frames, 2).map((part) => linesOf(part, { ...auto, windows: ['hour'] }))
      const { texts: out } = united(inputs, { to: ['day', 'month'] })
      const direct = linesOf(frames, { ...auto, windows: ['day', 'month'] })
      assert.deepEqual(out, texts(direct), seedHint)
    }
  })

  test('add up where no user is in two inputs', () => {
    const frames = framesOf(500, 1)
    const bare = ({ set: _, sketch: __, ...line }: ResultLine): ResultLine => line
    const options = { ...auto, windows: ['day'] }
    const inputs = [0, 1].map((shard) => {
      const part = frames.filter(({ uid }) => Number(uid.slice(1)) % 2 === shard)
      return linesOf(part, options).map(bare)
    })
    const { texts: out } = united(inputs, { isDisjoint: true })
    assert.deepEqual(out, texts(linesOf(frames, options).map(bare)), seedHint)
  })

  test('replace only lines of their own group', () => {
    const [frames, options] = [framesOf(200, 1), { ...auto, windows: ['day'] }]
    const early = linesOf(frames.slice(0, 100), { ...options, fields: { pane: 'early' } })
    const lines = linesOf(frames, options)
    const { texts: out, ledger } = united([[...early, ...lines]])
    assert.deepEqual(out, texts(lines), seedHint)
    assert.equal(ledger.total.replaced, early.length)
    assert.equal(ledger.total.repeated, 0)
  })

  test('stay alone with --no-total', () => {
    const lines = linesOf(framesOf(200, 1), { ...auto, windows: ['hour'] })
    const out = united([lines], { hasTotal: false }).texts
    assert.deepEqual(out, texts(lines.filter(isGroup)))
    assert.deepEqual(united([lines.filter(isGroup)], { hasZeros: true }).texts, out)
  })
})

/** The rest of a window by its frames, where these groups have lines of their own. */
function restOf(
  frames: readonly GroupedFrame[],
  { day, breakdown, shown }: { day: number; breakdown: readonly string[]; shown: Set<string> },
) {
  const inside = frames.filter((frame) => {
    return Math.floor(frame.tsMs / dayMs) === day && !shown.has(groupOf(frame, breakdown))
  })
  return { users: new Set(inside.map(({ uid }) => uid)).size, frames: inside.length }
}

describe('the rest', () => {
  test('has its own unique users; before it stand the groups with most', () => {
    for (let round = 0; round < rounds; round++) {
      const frames = framesOf(400, 2)
      const options = { ...auto, windows: ['day'] }
      const top = 1 + below(random, 6)
      const inputs = split(frames, 2).map((part) => linesOf(part, options))
      const { lines } = united(inputs, { top })
      const all = linesOf(frames, options)
      const days = [...new Set(all.map(({ start }) => start))]
      const expected: string[] = []
      const sorted = [...breakdowns].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      for (const start of days) {
        const ofDay = all.filter((line) => line.start === start)
        expected.push(textOf(ofDay.find((line) => !isGroup(line))!))
        for (const breakdown of sorted) {
          const key = JSON.stringify(breakdown)
          const groups = ofDay.filter(({ by }) => JSON.stringify(by?.breakdown) === key)
          expected.push(...texts(groups.slice(0, top)))
          if (groups.length <= top) continue
          const shown = new Set(groups.slice(0, top).map(({ by }) => by!.name))
          const rest = restOf(frames, { day: start * 1000 / dayMs, breakdown, shown })
          expected.push(JSON.stringify([othersName(breakdown), rest]))
        }
      }
      const isRest = ({ by }: ResultLine) => by?.name === othersName(by?.breakdown ?? [])
      const out = lines.map((line) => {
        const { users, frames } = line
        return isRest(line) ? JSON.stringify([line.by!.name, { users, frames }]) : textOf(line)
      })
      assert.deepEqual(out, expected, seedHint)
    }
  })

  test('takes in what does not fit into --max-groups, and the others that come', () => {
    for (let round = 0; round < rounds; round++) {
      const frames = framesOf(300, 1)
      const most = 1 + below(random, 8)
      const breakdown = ['country', 'device']
      const isOurs = ({ by }: ResultLine) => by?.breakdown.length === 2 && by.breakdown[0] !== '2'
      const inputs = split(frames, 2).map((part) => {
        return united([linesOf(part, { ...auto, windows: ['day'] }).filter(isOurs)], { top: 10 })
          .lines
      })
      const { lines, ledger } = united(inputs, { mostGroups: most })
      const few = united(inputs, { top: most }).lines
      const sum = (of: readonly ResultLine[]) => of.reduce((sum, line) => sum + line.frames, 0)
      assert.equal(sum(few), frames.length, seedHint)
      const days = new Map<number, ResultLine[]>()
      for (const line of lines) days.set(line.start, [...days.get(line.start) ?? [], line])
      for (const [start, ofDay] of days) {
        const day = start * 1000 / dayMs
        const inside = frames.filter(({ tsMs }) => Math.floor(tsMs / dayMs) === day)
        assert.equal(ofDay.reduce((sum, line) => sum + line.frames, 0), inside.length, seedHint)
        const ofInputs = inputs.flat().filter((line) => line.start === start)
        const names = new Set(ofInputs.map(({ by }) => by!.name))
        names.delete(othersName(breakdown))
        const toldApart = ofDay.filter(({ by }) => by!.name !== othersName(breakdown))
        assert.equal(toldApart.length, Math.min(most, names.size), seedHint)
        const others = ofDay.filter(({ by }) => by?.name === othersName(breakdown))
        assert.equal(ofDay.indexOf(others[0]!), others.length === 0 ? -1 : ofDay.length - 1)
      }
      assert.ok(ledger.total.folded! > 0 || most > 7, seedHint)
    }
  })
})

describe('rolling windows', () => {
  test('of days are the users of so many days, each day from the first to the last', () => {
    for (let round = 0; round < rounds; round++) {
      const tz = pick(random, ['UTC', 'Europe/Zurich', 'America/New_York', 'Pacific/Apia'])
      const frames = framesOf(below(random, 60) + 1, 60)
      const options = { ...auto, tz, windows: ['day'] }
      const inputs = split(frames, 2).map((part) => linesOf(part, options))
      const to = ['rolling-2d', 'rolling-7d']
      const { lines } = united(inputs, { to })
      assert.deepEqual(countsOf(lines), rolled(frames, { tz, to }), seedHint)
    }
  })

  test('that come are united by themselves', () => {
    const frames = framesOf(100, 5)
    const lines = [0, 1].map((shard) => {
      const part = linesOf(frames.filter((_, i) => i % 2 === shard), { ...auto, windows: ['day'] })
      return united([part], { to: ['rolling-7d'] }).lines
    })
    const out = united(lines).lines
    const to = ['rolling-7d']
    const expected = rolled(frames, { tz: 'UTC', to })
    assert.deepEqual(countsOf(out), expected, seedHint)
  })

  test('make up no others, nor are made of longer ones', () => {
    const frames = framesOf(50, 5)
    const days = linesOf(frames, { ...auto, windows: ['day'] })
    const weeks = linesOf(frames, { ...auto, windows: ['week'] })
    const { lines } = united([days], { to: ['rolling-7d'] })
    const refusal = (input: readonly ResultLine[], to: string) => {
      return new Set(merged([input], { to: [to] }).rejects.map(({ detail }) => detail))
    }
    assert.deepEqual([...refusal(lines, 'month')], [
      'windows rolling-7d overlap, so that they make up no month; unite finer windows',
    ])
    assert.equal([...refusal(weeks, 'rolling-7d')].length, 1)
  })
})

function countsOf(lines: readonly ResultLine[]): string[] {
  return lines.map(({ window, start, end, by, users, frames }) => {
    return JSON.stringify([window, start, end, by?.json ?? '', users, frames])
  }).sort()
}

/** By brute force: each window is some dates in a row. */
function rolled(
  frames: readonly GroupedFrame[],
  { tz, to }: { readonly tz: string; readonly to: readonly string[] },
): string[] {
  const { kinds: [day] } = calendar({ windows: ['day'], zone: zoneNamed(tz), weekStart: 'monday' })
  const times = frames.map(({ tsMs }) => tsMs)
  const lastMs = day!.spanAt(Math.max(...times)).startMs
  const said: string[] = []
  for (const window of to) {
    const count = Number(/\d+/.exec(window))
    for (let endMs = day!.spanAt(Math.min(...times)).startMs; endMs <= lastMs;) {
      endMs = day!.spanAt(endMs).endMs
      let startMs = endMs
      for (let days = 0; days < count; days++) startMs = day!.spanAt(startMs - 1).startMs
      const inside = frames.filter(({ tsMs }) => startMs <= tsMs && tsMs < endMs)
      const groups = new Map<string, GroupedFrame[]>()
      for (const frame of inside) {
        const names = breakdowns.map((each) => new Group(each, groupOf(frame, each)).json)
        for (const name of ['', ...names]) groups.set(name, [...groups.get(name) ?? [], frame])
      }
      for (const [name, each] of groups) {
        const users = new Set(each.map(({ uid }) => uid)).size
        const span = [startMs / 1000, endMs / 1000]
        said.push(JSON.stringify([window, ...span, name, users, each.length]))
      }
    }
  }
  return said.sort()
}
