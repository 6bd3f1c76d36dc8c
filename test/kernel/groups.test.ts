/** The values by which frames are split: what each way of reading finds, against JSON.parse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import type { GroupKeys } from '../../src/kernel/group-keys.ts'
import { keyName } from '../../src/kernel/key-name.ts'
import type { Kernel, KernelOptions } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { wasmKernel } from '../../src/kernel/wasm.ts'
import { Ledger } from '../../src/ledger.ts'
import type { FrameBatch } from '../../src/records.ts'
import { plainExtractStage } from '../../src/stages/extract-plain.ts'
import { usualKeys } from '../support/keys.ts'
import { seed, seedHint } from '../support/seed.ts'

const lines = 3000
const encoder = new TextEncoder()

/** One breakdown by several keys, among them one of a path, and two by one. */
const names = ['country', 'user.kind', '/a~1b/c', 'x']
const groupKeys: GroupKeys = {
  keys: names.map(keyName),
  breakdowns: [[0], [2, 0, 1], [3]],
}
const usual: KernelOptions = { ...usualKeys, groupKeys, tsUnit: 's', maxLineBytes: 2 ** 24 }

const values = [
  ...['"CH"', '"DE"', '""', 'null', 'true', 'false', '1', '"1"', '1.0', '10e-1', '-0', '0'],
  ...['12345678901234567890', '9007199254740993', '1e999', '-1e999', '1.7976931348623157e308'],
  ...[
    '"a\\nb"',
    '"\\u0043H"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"é😀"',
    '"__proto__"',
    '"\\u001b[2J"',
  ],
  ...[
    '{}',
    '[]',
    '[1, 2 ,{"country":"decoy"}]',
    '{"b":"}","country":[ "\\"" ]}',
    '{"others":true}',
  ],
  ...['"\u007f\u2028"', `"${'x'.repeat(300)}"`, '-12', '123456789012345', '1234567890123456'],
]

interface Drawn {
  readonly text: string
  /** Whether each key stands once, and none with escapes: what a lazy walk is promised for. */
  readonly isPlain: boolean
}

/** A frame with the keys anywhere, or not, some of them twice, and others below decoys. */
function randomFrame(random: Random): Drawn {
  const members: string[] = ['"uid":"u"', '"ts":1468244384']
  let isPlain = true
  for (const key of ['country', 'user', 'a/b', 'x', 'user.kind']) {
    const times = happens(random, 15) ? 0 : happens(random, 10) ? 2 : 1
    isPlain &&= times < 2
    for (let i = 0; i < times; i++) {
      const value = key === 'user'
        ? objectWith(random, 'kind')
        : key === 'a/b'
        ? objectWith(random, 'c')
        : pick(random, values)
      const isSpelled = happens(random, 5)
      const name = isSpelled
        ? `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`
        : key
      members.push(`"${name}"${pick(random, ['', ' '])}:${pick(random, ['', '\t'])}${value}`)
    }
  }
  const filler = () => `"${pick(random, ['k', 'countrY', 'y', 'kk'])}":${pick(random, values)}`
  for (let n = below(random, 8); n > 0; n--) members.push(filler())
  if (happens(random, 30)) members.push(`"deep":{"x":1,"country":"decoy","user":{"kind":2}}`)
  if (happens(random, 10)) members.push(`"long":"${'\\"country\\":1,'.repeat(below(random, 100))}"`)
  for (let i = members.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const moved = members[i]!
    members[i] = members[j]!
    members[j] = moved
  }
  const comma = pick(random, [',', ', '])
  return { text: `{${members.join(comma)}}`, isPlain }
}

function objectWith(random: Random, key: string): string {
  if (happens(random, 20)) return pick(random, values)
  const members = [`"y":${pick(random, values)}`]
  if (happens(random, 80)) members.push(`"${key}":${pick(random, values)}`)
  if (happens(random, 10)) members.unshift(`"${key}":"before"`)
  return `{${members.join()}}`
}

/** Keeps the digits of what JSON.parse would round, as text behind a mark. */
function parsed(text: string): unknown {
  const marked = text.replaceAll(/("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g, (all, string, number) => {
    if (number === undefined) return string as string
    const value = Number(number)
    const isKept = !Number.isFinite(value) ||
      (/^-?\d+$/.test(number) && !Number.isSafeInteger(value))
    return isKept ? JSON.stringify(`\u0000${number}`) : all as string
  })
  return JSON.parse(marked)
}

function named(value: unknown): string {
  if (typeof value === 'string' && value.startsWith('\u0000')) return value.slice(1)
  return JSON.stringify(
    typeof value === 'object' && value !== null ? unmarked(value) : value ?? null,
  )
}

/** In containers they are rounded. */
function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('\u0000') ? Number(value.slice(1)) : value
  if (Array.isArray(value)) return value.map(unmarked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unmarked(each)]))
}

function at(root: unknown, ...path: string[]): unknown {
  let value = root
  for (const key of path) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !Object.hasOwn(value as object, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function expected(text: string): string[] {
  const root = parsed(text)
  const byPath = at(root, 'user', 'kind')
  const [country, kind, c, x] = [
    at(root, 'country'),
    byPath === undefined ? at(root, 'user.kind') : byPath,
    at(root, 'a/b', 'c'),
    at(root, 'x'),
  ].map(named)
  return [country!, [c, country, kind].join('\n'), x!]
}

function groupsIn({ count, groups }: FrameBatch): string[][] {
  return Array.from({ length: count }, (_, i) => groups.map(({ ids, names }) => names[ids[i]!]!))
}

function read(kernel: Kernel, bytes: Uint8Array): string[][] {
  const found: string[][] = []
  for (let next = 0; next < bytes.length;) {
    next = kernel.scan(bytes, next, bytes.length)
    found.push(...groupsIn(kernel.columns))
    kernel.columns.clear()
    assert.equal(kernel.refusal, undefined)
  }
  return found
}

const scanner = (parser: 'strict' | 'lazy') => {
  const kernel = wasmKernel({ ...usual, parser })
  assert.ok(kernel !== undefined, 'no WebAssembly with SIMD')
  return kernel
}

test(`${lines} random frames have the groups of JSON.parse, by the scanner and its twin`, () => {
  const random = seededRandom(seed)
  const [strict, lazy, twin] = [scanner('strict'), scanner('lazy'), twinKernel(usual)]
  let byTwin = 0
  for (let i = 0; i < lines; i += 100) {
    const frames = Array.from({ length: 100 }, () => randomFrame(random))
    const wanted = frames.map(({ text }) => expected(text))
    const bytes = encoder.encode(frames.map(({ text }) => `${text}\n`).join(''))
    assert.deepEqual(read(twin, bytes), wanted, seedHint)
    assert.deepEqual(read(strict, bytes), wanted, seedHint)
    byTwin = strict.linesByTwin
    const plain = frames.filter(({ isPlain }) => isPlain)
    const ofPlain = encoder.encode(plain.map(({ text }) => `${text}\n`).join(''))
    assert.deepEqual(read(lazy, ofPlain), plain.map(({ text }) => expected(text)), seedHint)
  }
  assert.ok(byTwin < lines / 20, `${byTwin} of ${lines} lines went through the twin`)
})

test('--parser json finds the same, and the digits that JSON.parse rounds', () => {
  const random = seededRandom(seed)
  const kernel = twinKernel(usual)
  const stage = plainExtractStage({ ...usual, kernel, ledger: new Ledger() })
  for (let i = 0; i < lines; i++) {
    const { text } = randomFrame(random)
    let found: string[][] = []
    stage.push(text, (message) => {
      if (message.type === 'frames') found = groupsIn(message)
    })
    assert.deepEqual(found, [expected(text)], `${text}; ${seedHint}`)
  }
})

test('what is not UTF-8 is a group with the character that stands for it', () => {
  const bytes = Uint8Array.of(
    ...encoder.encode('{"uid":"a","ts":1,"x":"'),
    0xff,
    ...encoder.encode('"}\n'),
  )
  for (const kernel of [twinKernel(usual), scanner('strict'), scanner('lazy')]) {
    assert.equal(read(kernel, bytes)[0]![2], '"\ufffd"')
  }
})

test('a value of a megabyte is a group like any other', () => {
  const value = JSON.stringify('é"\n'.repeat(250_000))
  const bytes = encoder.encode(`{"x":${value},"uid":"a","ts":1}\n`)
  for (const kernel of [twinKernel(usual), scanner('strict'), scanner('lazy')]) {
    assert.equal(read(kernel, bytes)[0]![2], value)
  }
})

test('names are forgotten where there are many, and frames keep theirs', () => {
  const kernels = [twinKernel(usual), scanner('strict')]
  for (const kernel of kernels) {
    let lists = 0
    let last: unknown
    for (let from = 0; from < 200_000; from += 1000) {
      const frames = Array.from({ length: 1000 }, (_, i) => `{"x":${from + i},"uid":"a","ts":1}\n`)
      const found = read(kernel, encoder.encode(frames.join('')))
      assert.deepEqual(found.map(([, , x]) => x), frames.map((_, i) => String(from + i)))
      const { names } = kernel.columns.groups[2]!
      if (names !== last) lists++
      last = names
      assert.ok(names.length < 2 ** 17)
    }
    assert.ok(lists > 1)
  }
})
