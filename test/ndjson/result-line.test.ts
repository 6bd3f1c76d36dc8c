/** The group of a line is the one that was counted, whatever JSON.parse makes of its values. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { groupNumber } from '../../src/kernel/group-value.ts'
import { Group } from '../../src/group.ts'
import { Ledger } from '../../src/ledger.ts'
import { resultJson } from '../../src/ndjson/result-json.ts'
import { parseResult } from '../../src/ndjson/result-line.ts'
import { type ResultLine, windowKey } from '../../src/records.ts'
import { shown } from '../../src/shown.ts'
import { messageKeysStage } from '../../src/stages/message-keys.ts'
import { seed, seedHint } from '../support/seed.ts'

const random = seededRandom(seed)

const strings = [
  'CH',
  '',
  'null',
  'a "b" \\',
  '\x1b[2J\n\r\t\u0000',
  '\u202eabc\u2066',
  '\ud800',
  '\u2028',
  '日本',
  '😀',
  '{"others":true}',
  ',"by":',
]
const numbers = [
  '0',
  '-0',
  '1e3',
  '1.50',
  '9007199254740993',
  '-123456789012345678901234567890',
  '1e400',
  '1e20',
]
const literals = ['null', 'true', 'false', '{"others":true}', '[1,2]', '{"b":[],"a":{}}', '[]']
const keys = ['country', '2', '1', 'a.b', '__proto__', 'constructor', '\x1b', 'users', 'by', '10']

function valueText(): string {
  const kind = below(random, 3)
  if (kind === 0) return JSON.stringify(pick(random, strings))
  return kind === 1 ? groupNumber(pick(random, numbers)) : pick(random, literals)
}

function randomGroup(): Group {
  const breakdown = [
    ...new Set(Array.from({ length: 1 + below(random, 4) }, () => pick(random, keys))),
  ]
  return new Group(breakdown, breakdown.map(valueText).join('\n'))
}

function lineOf(by: Group | undefined): ResultLine {
  return {
    window: 'minute',
    start: 1468244340,
    end: 1468244400,
    time: '2016-07-11T13:39:00Z',
    ...(by !== undefined && { by }),
    users: 3,
    low: 3,
    high: 3,
    method: 'exact',
    error: 0,
    frames: 5,
    pane: 'on-time',
    revision: 0,
  }
}

function textOf(line: ResultLine): string {
  return shown(resultJson(line))
}

test('a group that is written is read as the same, in the same order', () => {
  for (let round = 0; round < 2000; round++) {
    const by = randomGroup()
    const read = parseResult(textOf(lineOf(by)))
    assert.ok(typeof read !== 'string', `${String(read)}; ${seedHint}`)
    assert.deepEqual([read.by?.breakdown, read.by?.name], [by.breakdown, by.name], seedHint)
    assert.equal(textOf(read), textOf(lineOf(by)), seedHint)
  }
})

test('values that are equal to JSON.parse are one group, however they are spelled', () => {
  const spellings = [
    ['"CH"', '"\\u0043H"'],
    ['1000', '1e3', '1000.0', '10E+2'],
    ['0', '-0', '0.0'],
    ['{"a":1}', '{ "a" : 1.0 }'],
    ['[]', '[ ]'],
    ['9007199254740993', ' 9007199254740993 '],
  ]
  const base = textOf(lineOf(undefined))
  for (const [first, ...others] of spellings) {
    for (const key of ['x', '7']) {
      const named = (value: string) => {
        const read = parseResult(base.replace('"users"', `"by": { "${key}" : ${value} } ,"users"`))
        return typeof read === 'string' ? read : read.by?.json
      }
      const expected = `{"${key}":${first}}`
      for (const each of [first!, ...others]) assert.equal(named(each), expected)
    }
  }
})

test('of equal keys the last one counts', () => {
  const base = textOf(lineOf(undefined))
  for (const large of ['1', '12345678901234567890']) {
    const by = `"by":{"a":1,"b":${large},"a":3}`
    const read = parseResult(base.replace('"users"', `"by":{"z":0},${by},"users"`))
    assert.ok(typeof read !== 'string')
    assert.equal(read.by?.json, `{"a":3,"b":${large}}`)
  }
})

test('what is no group is refused', () => {
  const base = textOf(lineOf(undefined))
  for (const by of ['null', '{}', '[]', '["CH"]', '"CH"', '1']) {
    const read = parseResult(base.replace('"users"', `"by":${by},"users"`))
    assert.match(String(read), /no result line: "by" is .*; expected an object with the values/, by)
  }
})

test('a value that is too deep for JSON.stringify is kept', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  const read = parseResult(
    textOf(lineOf(undefined)).replace('"users"', `"by":{"a":${deep}},"users"`),
  )
  assert.ok(typeof read !== 'string')
  assert.equal(read.by?.name, deep)
})

test('a long group has a short key, another one for each', () => {
  const long = (letter: string) => ({ json: `{"page":"${letter.repeat(2000)}"}` })
  const keys = [long('a'), long('b'), { json: '{"page":"a"}' }].map((by) => {
    return windowKey({ window: 'minute', start: 60, by })
  })
  assert.equal(new Set(keys).size, 3)
  assert.match(keys[0]!, /^minute\/60\/#[0-9a-f]{16}\/2011$/)
  assert.equal(keys[2], 'minute/60/{"page":"a"}')
})

test('a line that is sent on has the key that it would have got from its run', () => {
  for (let round = 0; round < 500; round++) {
    const line = lineOf(round === 0 ? undefined : randomGroup())
    const sent: (string | null)[] = []
    const stage = messageKeysStage({ key: undefined, maxLineBytes: 2 ** 20, ledger: new Ledger() })
    const emit = (out: { readonly type: string; readonly key?: string | null }) => {
      if (out.type === 'message') sent.push(out.key!)
    }
    stage.push(new TextEncoder().encode(`${textOf(line)}\n`), emit)
    stage.end(emit)
    assert.deepEqual(sent, [shown(windowKey(line))], seedHint)
  }
})
