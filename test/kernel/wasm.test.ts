/**
 * The kernel in WebAssembly against its twin: the same columns, the same refusals in the same words,
 * the same stops. What both make of random lines is held against JSON.parse in twin.test.ts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateFrames } from '../../src/generate/frames.ts'
import { below, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { uidText } from '../../src/kernel/columns.ts'
import type { Kernel, KernelOptions } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { type WasmKernel, wasmKernel } from '../../src/kernel/wasm.ts'
import { localOffsets } from '../../src/time/local-offsets.ts'
import { loadZone } from '../../src/time/zone.ts'
import { randomLine, type WantedKeys } from '../support/generators-json.ts'
import { joined, mutated } from '../support/generators-lines.ts'
import { seed, seedHint } from '../support/seed.ts'
import { misspelled, spelledTime } from '../support/spelled-times.ts'
import { latin1 } from '../support/transcript.ts'
import { keysOf, usualKeys } from '../support/keys.ts'

const usual: KernelOptions = { ...usualKeys, tsUnit: 's', maxLineBytes: 2 ** 24 }
const encoder = new TextEncoder()

function wasm(options: KernelOptions = usual): WasmKernel {
  const kernel = wasmKernel(options)
  assert.ok(kernel !== undefined, 'no WebAssembly with SIMD')
  return kernel
}

const columnNames = [
  'tsMs',
  'hashHi',
  'hashLo',
  'uidStart',
  'uidEnd',
  'lineStart',
  'lineEnd',
  'lineNumber',
] as const

/** All that a kernel tells of the lines of `bytes`, from the first byte of a file on. */
function read(kernel: Kernel, bytes: Uint8Array, from = 0): unknown[] {
  const found: unknown[] = []
  kernel.lineNumber = 0
  for (let next = from; next < bytes.length;) {
    next = kernel.scan(bytes, next, bytes.length)
    const { columns, refusal, lineNumber } = kernel
    for (let i = 0; i < columns.count; i++) {
      found.push([
        ...columnNames.map((name) => columns[name][i]!),
        uidText(columns.batch(0, '', bytes), i),
        columns.decodedUids.get(i),
      ])
    }
    columns.clear()
    if (refusal !== undefined) found.push({ ...refusal, lineNumber, next })
  }
  return found
}

const [shared, sharedTwin] = [wasm(), twinKernel(usual)]

function same(bytes: Uint8Array, where: string, from = 0, kernel: Kernel = shared): unknown[] {
  const expected = read(kernel === shared ? sharedTwin : twinKernel(usual), bytes, from)
  const found = read(kernel, bytes, from)
  try {
    assert.deepEqual(found, expected)
  } catch (error) {
    const shown = JSON.stringify(latin1(bytes.subarray(0, 3000)))
    throw new Error(`${where}; each byte as the character of its number:\n${shown}`, {
      cause: error,
    })
  }
  return found
}

function sameLines(lines: Iterable<string | Uint8Array>, where: string): unknown[] {
  const bytes = Array.from(lines, (line) => typeof line === 'string' ? encoder.encode(line) : line)
  return same(together(bytes), where)
}

/** The lines, each with its line break. */
function together(lines: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lines.reduce((sum, { length }) => sum + length + 1, 0))
  whole.fill(0x0a)
  let at = 0
  for (const line of lines) {
    whole.set(line, at)
    at += line.length + 1
  }
  return whole
}

function frames(count: number, frameBytes: number, brokenPercent = 0): Uint8Array {
  const options = { count, frameBytes, ratePerSecond: 20, users: 100, brokenPercent, seed }
  const chunks = generateFrames({
    ...options,
    delaySeconds: 30,
    delayPercent: 10,
    crlf: false,
    startMs: Date.UTC(2016, 6, 11, 13, 39, 44),
  })
  return joined(...Array.from(chunks, (chunk) => chunk.slice())) // a chunk is used again
}

for (const [count, frameBytes] of [[400, 2000], [1000, 500], [8000, 60]] as const) {
  test(`wasm reads generated frames of ${frameBytes} bytes as its twin, and without it`, () => {
    const kernel = wasm()
    const found = same(frames(count, frameBytes), seedHint, 0, kernel)
    assert.equal(found.length, count)
    assert.equal(kernel.linesByTwin, 0)
  })
  test(`wasm reads broken frames of ${frameBytes} bytes as its twin`, () => {
    same(frames(count, frameBytes, 30), seedHint)
  })
}

test('lazy wasm reads generated frames in which each key stands once as its twin', () => {
  const kernel = wasm({ ...usual, parser: 'lazy' })
  for (const frameBytes of [2000, 300, 60]) same(frames(1000, frameBytes), seedHint, 0, kernel)
  assert.equal(kernel.linesByTwin, 0)
})

test('lazy wasm finds keys of every length among others, at any place and depth', () => {
  const random = seededRandom(seed)
  for (let length = 1; length <= 48; length++) {
    const keys = { uidKey: 'u'.repeat(length), tsKey: 't'.repeat(1 + below(random, 48)) }
    const options = { ...usual, ...keysOf(keys.uidKey, keys.tsKey) }
    const kernel = wasm({ ...options, parser: 'lazy' })
    const lines = Array.from({ length: 100 }, () => lineWithin(random, keys))
    const bytes = together(lines.map((line) => encoder.encode(line)))
    assert.deepEqual(read(kernel, bytes), read(twinKernel(options), bytes), seedHint)
    assert.equal(kernel.linesByTwin, 0)
  }
})

/** A frame with each of the two keys once in its root, and more of them in the values of others. */
function lineWithin(random: Random, keys: WantedKeys): string {
  const space = () => ' '.repeat(Math.max(0, below(random, 8) - 5))
  const others = Array.from({ length: below(random, 8) }, (_, i) => {
    const inside = randomLine(random, keys)
    const values = [
      `"${keys.uidKey}"`,
      `"${keys.tsKey}"`,
      'null',
      isJson(inside) ? inside : '[[{}]]',
    ]
    return `"${i}${pick(random, ['', 'u', '\\"', '{[', '|\\\\'])}"${space()}:${
      pick(random, values)
    }`
  })
  const frame = [`"${keys.uidKey}"${space()}:${space()}"a"`, `"${keys.tsKey}":${below(random, 10)}`]
  for (const member of frame) others.splice(below(random, others.length + 1), 0, member)
  return `{${space()}${others.join(`${space()},${space()}`)}}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('lazy wasm stays within its input and goes on behind it, whatever the lines are', () => {
  const random = seededRandom(seed)
  const lines = [60, 300].flatMap((bytes) => splitLines(frames(200, bytes)))
  const ends = [
    '{"\\u0075\\u00',
    '{"ts":1,"uid":"abc',
    '{"ts":1,"uid":',
    '{"uid":1,"ts":"1',
    '{"ts"',
  ]
  const kernel = wasm({ ...usual, parser: 'lazy' })
  for (const stale of [' '.repeat(300_000), '9'.repeat(300_000), '.'.repeat(300_000)]) {
    read(kernel, encoder.encode(`${stale}\n`)) // stays in the memory behind what follows
    for (const end of ends) {
      const found = read(kernel, encoder.encode(`${end}\n{"uid":"a","ts":1}\n`))
      assert.equal(found.length, 2, end)
      assert.ok('detail' in (found[0] as object), end)
    }
  }
  const mutants = together(Array.from({ length: 5000 }, () => mutated(random, pick(random, lines))))
  assert.ok(read(kernel, mutants).length > 4000, seedHint)
})

test('lazy wasm reads no further than both keys', () => {
  const beginning = '{"uid":"a","ts":1,"x":"'
  const line = `${beginning}${'.'.repeat(1000)}"}}\n`
  const kernel = wasm({ ...usual, parser: 'lazy' })
  assert.equal(read(kernel, encoder.encode(line)).length, 1)
  assert.equal(kernel.columns.decodedUids.size, 0)
  assert.equal(kernel.linesByTwin, 0)
})

test('wasm reads a line the same at each distance from a multiple of 64 bytes', () => {
  const random = seededRandom(seed)
  const line = frames(1, 500)
  for (let shift = 0; shift < 64; shift++) {
    // The masks begin at the line's beginning, so white space within shifts it; bytes before it do not.
    for (const part of [line, ...Array.from({ length: 10 }, () => mutated(random, line))]) {
      const filled = joined(encoder.encode(`{"":"${'x'.repeat(shift)}",`), part.subarray(1), [0x0a])
      same(filled, `${shift} bytes in the line; ${seedHint}`)
      same(joined('.'.repeat(shift).split('').map(() => 0x2e), part, [0x0a]), seedHint, shift)
    }
  }
})

test('wasm reads mutated frames as its twin', () => {
  const random = seededRandom(seed)
  const lines = [60, 300, 2000].flatMap((bytes) => splitLines(frames(200, bytes)))
  sameLines(
    Array.from({ length: 10_000 }, () => mutated(random, pick(random, lines))),
    seedHint,
  )
})

test('wasm takes and refuses each byte in each place of a line as its twin', () => {
  const line = encoder.encode('{"uid":"é\\u00e9\\n" , "ts":12.5e0,"x":[{},[1,true],{"a":-1E+5}]}')
  for (const behind of [0, 50]) {
    const whole = joined(encoder.encode(`{"${' '.repeat(behind)}":0,`), line.subarray(1))
    const variants: Uint8Array[] = []
    for (let at = 0; at < whole.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte === 0x0a) continue
        variants.push(joined(whole.subarray(0, at), [byte], whole.subarray(at + 1)))
        if (behind > 0) continue
        variants.push(joined(whole.subarray(0, at), [byte], whole.subarray(at)))
      }
    }
    sameLines(variants, 'a byte replaced or inserted')
  }
})

test('wasm takes a line cut off at each place, and each line without one part, as its twin', () => {
  const line = frames(1, 400)
  const lines: Uint8Array[] = []
  for (let at = 0; at < line.length; at++) {
    lines.push(line.subarray(0, at))
    for (const length of [1, 2, 7]) {
      lines.push(joined(line.subarray(0, at), line.subarray(at + length, -1)))
    }
  }
  sameLines(lines.map((each) => each.filter((byte) => byte !== 0x0a)), 'cut')
})

function* words(alphabet: readonly string[], longest: number): Generator<string> {
  for (let length = 0; length <= longest; length++) {
    for (let n = 0; n < alphabet.length ** length; n++) {
      let word = ''
      for (let i = 0, rest = n; i < length; i++) {
        word += alphabet[rest % alphabet.length]!
        rest = Math.floor(rest / alphabet.length)
      }
      yield word
    }
  }
}

test('wasm takes and refuses all short numbers as its twin, as a value, as ts and as uid', () => {
  const lines = [...words([...'019-+.eE'], 4)].flatMap((number) => [
    `{"uid":"a","ts":1,"x":${number}}`,
    `{"uid":"a","ts":${number}}`,
    `{"ts":"${number}","uid":${number}}`,
  ])
  sameLines(lines, 'numbers')
})

test('wasm takes and refuses all short runs of tokens, and longer ones, as its twin', () => {
  const tokens = ['{', '}', '[', ']', ',', ':', '"a"', '1', 'true', ' ', '"uid":']
  const random = seededRandom(seed)
  const longer = Array.from({ length: 20_000 }, () => {
    return Array.from({ length: 5 + below(random, 5) }, () => pick(random, tokens)).join('')
  })
  const lines = [...words(tokens, 4), ...longer].map((run, i) => {
    const spread = i % 4 === 0 ? run.replaceAll(/[{}[\],:]/g, ' $& ') : run
    const starts = ['{"uid":"a","ts":1,', '{"uid":"a","ts":1,"x":[', '{"uid":"a","ts":1}']
    return `${starts[i % 3]}${spread}${['}', ']}', ''][i % 3]}`
  })
  sameLines(lines, 'tokens')
})

test('wasm reads times by powers of ten without its twin', () => {
  const random = seededRandom(seed)
  const lines = Array.from({ length: 5000 }, () => {
    const power = below(random, 30) - 12
    const digits = `${below(random, 2_000_000_000)}`
    const point = below(random, digits.length)
    const mantissa = point === 0
      ? `0.${digits}`
      : `${digits.slice(0, point)}.${digits.slice(point)}`
    const seconds = Number(mantissa) * 10 ** power
    const sign = power < 0 ? '' : pick(random, ['', '+'])
    const ts = `${mantissa}${pick(random, ['e', 'E'])}${sign}${power}`
    return { isTime: seconds < 250e9, line: `{"uid":1,"ts":${pick(random, [ts, `"${ts}"`])}}` }
  })
  const bytesOf = (these: typeof lines) => together(these.map(({ line }) => encoder.encode(line)))
  const kernel = wasm()
  same(bytesOf(lines.filter(({ isTime }) => isTime)), seedHint, 0, kernel)
  assert.equal(kernel.linesByTwin, 0)
  same(bytesOf(lines), seedHint)
})

for (const parser of ['strict', 'lazy'] as const) {
  test(`${parser} wasm reads users with escapes and beyond ASCII without its twin`, () => {
    const random = seededRandom(seed)
    const pieces = [
      'a',
      '-',
      'é',
      '🧭',
      '\\n',
      '\\u00e9',
      '\\uD83D\\uDE00',
      '\\ud800',
      '\\"',
      '\\/',
      '\x7f',
    ]
    const lines = Array.from({ length: 3000 }, () => {
      const uid = Array.from({ length: 1 + below(random, 40) }, () => pick(random, pieces)).join('')
      return encoder.encode(`{"x":1,"uid":"${uid}","ts":1468244340}`)
    })
    const bytes = together([
      ...lines,
      Uint8Array.of(...encoder.encode('{"ts":1,"uid":"'), 0xff, 0x22, 0x7d),
    ])
    const kernel = wasm({ ...usual, parser })
    same(bytes, seedHint, 0, kernel)
    assert.equal(kernel.linesByTwin, 0)
  })
}

test('wasm reads long random numbers as its twin', () => {
  const random = seededRandom(seed)
  const digits = () => Array.from({ length: below(random, 25) }, () => below(random, 10)).join('')
  const number = () => {
    const parts = [pick(random, ['', '-', '0', '+']), digits()]
    if (below(random, 2) === 0) parts.push('.', digits())
    if (below(random, 3) === 0) parts.push(pick(random, ['e', 'E', 'e+', 'E-']), digits())
    return parts.join('')
  }
  const nearlyNumber = () => {
    const text = `${below(random, 2 ** 31)}`
    const place = below(random, text.length)
    return text.slice(0, place) + pick(random, [':', ';', '?', '/', '!', 'p', 's']) +
      text.slice(place + 1)
  }
  for (const tsUnit of ['s', 'ms', 'us', 'ns'] as const) {
    const options = { ...usual, tsUnit }
    const lines = Array.from({ length: 5000 }, () => {
      const ts = pick(random, [number(), `"${number()}"`, `"${nearlyNumber()}"`])
      return `{"uid":${number()},"x":${number()},"ts":${ts}}\n`
    })
    const bytes = encoder.encode(lines.join(''))
    const expected = read(twinKernel(options), bytes)
    assert.deepEqual(read(wasm(options), bytes), expected, `${tsUnit}; ${seedHint}`)
  }
})

test('wasm reads strings of backslashes, quotes and escapes as its twin, wherever they lie', () => {
  const parts = ['\\', '\\\\', '"', '\\"', '\\u', '\\u0069', '\\u00', 'x', '\\n', '\\/', 'é', '/']
  const random = seededRandom(seed)
  const lines = Array.from({ length: 10_000 }, () => {
    const text = Array.from({ length: below(random, 12) }, () => pick(random, parts)).join('')
    const before = '.'.repeat(below(random, 130))
    return `{"${before}":0,"ts":1,"uid":"b","${text}":"${text}"}`
  })
  sameLines(lines, seedHint)
})

test('wasm finds its keys where they are written with escapes, and no others', () => {
  const random = seededRandom(seed)
  const written = (key: string) => {
    return Array.from(key, (letter) => {
      const code = letter.charCodeAt(0).toString(16).padStart(4, '0')
      return below(random, 3) > 0 ? letter : `\\u${pick(random, [code, code.toUpperCase()])}`
    }).join('')
  }
  for (
    const keys of [['uid', 'ts'], ['u', 't'], ['user_id', 'time'], ['user_id_of_them', 'a"\\b'], [
      'uid',
      'uid',
    ]] as const
  ) {
    const options = { ...usual, ...keysOf(keys[0], keys[1]) }
    const lines = Array.from({ length: 5000 }, () => {
      const names = [
        ...keys,
        ...keys,
        ...keys.map((key) => `${key} `),
        ...keys.map((key) => key.slice(1)),
      ]
      const members = Array.from({ length: 5 }, () => {
        return `"${written(pick(random, names))}"${' '.repeat(below(random, 2))}:${
          below(random, 100)
        }`
      })
      return `{${members.join(',')},"x":{"uid":1,"ts":2}}\n`
    })
    const bytes = encoder.encode(lines.join(''))
    const kernel = wasm(options)
    assert.deepEqual(read(kernel, bytes), read(twinKernel(options), bytes), `${keys}; ${seedHint}`)
  }
})

test('wasm reads white space of each kind between all tokens as its twin', () => {
  const tokens =
    '{ "uid" : "a" , "ts" : 1 , "x" : [ { } , [ ] , true , { "a" : 1 , "b" : [ 2 ] } ] }'
  for (
    const space of ['', ' ', '  ', '\t', '\r', ' '.repeat(63), ' '.repeat(64), ' '.repeat(200)]
  ) {
    for (let shift = 0; shift < 64; shift++) {
      const line = tokens.replace('{', `{"${'x'.repeat(shift)}":"",`).replaceAll(' ', space)
      const found = sameLines([line, `${line}${space}`, `${space}${line}`, line], `${shift}`)
      assert.equal(found.length, 4)
    }
  }
})

test('wasm reads lines in CRLF, blank lines, marks and what is no object as its twin', () => {
  const frame = '{"uid":"a","ts":1}'
  const lines = [
    ...[frame, `${frame}\r`, `\r${frame}\r\r`, '', '\r', ' \t', '\ufeff', `\ufeff${frame}`],
    ...[
      '[]',
      '1',
      '"a"',
      'null',
      '{}',
      `${frame}${frame}`,
      `${frame},`,
      `${frame} 1`,
      `[${frame}]`,
    ],
    ...[`${frame},${frame}`, `${frame}]`, `${frame}}`, `${frame} "a"`, `${frame}\0`, `${frame}:`],
    ...[`${frame},1`, `${frame},"a"`, `${frame},"a":1`, `${frame} , true `],
  ]
  for (const first of lines) sameLines([first, ...lines, first], JSON.stringify(first))
})

test('wasm takes and refuses what stands far from its bracket or colon as its twin', () => {
  const kernel = wasm()
  for (let length = 0; length < 300; length++) {
    const long = `"${'.'.repeat(length)}"`
    const right = [`${long}:1`, `"x":[${long},1]`, `"x":{"a":1,${long}:2}`, `"x":[1,"a",${long}]`]
    const wrong = [
      ...[
        `${long}`,
        `${long},"a":1`,
        `"x":[${long}:1]`,
        `"x":["a":1,${long}]`,
        `"x":{"a",${long}:1}`,
      ],
      ...[`"x":{1,${long}:1}`, `"x":{[],${long}:1}`, `"x":[1,${long}}`, `"x":{"a":1,${long}]`],
    ]
    const line = (member: string) => encoder.encode(`{"uid":"a","ts":1,${member}}`)
    kernel.linesByTwin = 0
    same(together(right.map(line)), `${length} bytes`, 0, kernel)
    assert.equal(kernel.linesByTwin, 0)
    same(together(wrong.map(line)), `${length} bytes`, 0, kernel)
    assert.equal(kernel.linesByTwin, wrong.length)
  }
})

test('wasm reads nesting of each depth as its twin', () => {
  const depths = [...Array(140).keys(), 1000, 5000]
  for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
    sameLines(
      depths.flatMap((depth) => {
        const inner = `${open.repeat(depth)}0${close.repeat(depth)}`
        const less = `${open.repeat(depth)}0${close.repeat(Math.max(0, depth - 1))}`
        return [inner, less].map((x) => `{"uid":"a","x":${x},"ts":1,"y":{"uid":"b"}}`)
      }),
      open,
    )
  }
})

test('wasm reads uids of each length and of other characters as its twin', () => {
  const lengths = [...Array(100).keys(), 1000]
  const texts = lengths.flatMap((length) => [
    'u'.repeat(length),
    `${'u'.repeat(length)}é`,
    `é${'u'.repeat(length)}`,
    `${'u'.repeat(length)}\\n`,
    `${'u'.repeat(length)}\x7f`,
  ])
  sameLines(texts.map((uid) => `{"uid":"${uid}","ts":"1"}`), 'uids')
})

test('wasm reads lines longer than a piece, than its memory and than allowed as its twin', () => {
  const sizes = [
    63,
    64,
    65,
    4031,
    4095,
    4096,
    4097,
    8192,
    2 ** 17 - 1,
    2 ** 17,
    2 ** 20,
    5 * 2 ** 20,
  ]
  const lines = sizes.map((size) => {
    const frame = '{"uid":"a","x":"","ts":1}'
    return frame.replace('"x":"', `"x":"${'.'.repeat(Math.max(0, size - frame.length))}`)
  })
  const short = '{"uid":"b","ts":2}'
  const bytes = encoder.encode(lines.flatMap((line) => [short, line, short]).join('\n') + '\n')
  for (const maxLineBytes of [64, 4096, 2 ** 18, 2 ** 24]) {
    const options = { ...usual, maxLineBytes }
    assert.deepEqual(read(wasm(options), bytes), read(twinKernel(options), bytes))
  }
})

test('wasm reads more frames than it gives back at once as its twin', () => {
  sameLines(Array.from({ length: 10_000 }, (_, i) => `{"uid":${i},"ts":${i}}`), 'many')
})

const named = keysOf(['user.id', 'userId', '/device~1id'], ['@timestamp', 'meta.time.ms'])

/** A frame with its user and its time at one of the places where they may be, useless ones before. */
function namedFrame(random: Random, i: number): string {
  const useless = () => pick(random, ['null', '""'])
  const inside = pick(random, ['"x":{"id":"decoy"},', '', '"a":[1,{"b":"}]"}],'])
  const users = [
    [`"user":{${inside}"id":"u${i % 50}"}`],
    [`"user.id":"u${i % 50}"`, `"user":${pick(random, ['{}', '1', '{"x":2}', '[{"id":3}]'])}`],
    [`"user":{"id":${useless()}}`, `"userId":"u${i % 50}"`],
    [`"userId":${useless()}`, `"device/id":${i % 50}`],
  ]
  const times = [
    [`"@timestamp":${i}`],
    [`"@timestamp":${useless()}`, `"meta":{"time":{"ms":${i}}}`],
    [`"meta.time.ms":"${i}"`],
  ]
  const members = [
    ...pick(random, users),
    ...pick(random, times),
    `"${'p'.repeat(i % 130)}":[${i}]`,
  ]
  for (let n = 1; n < members.length; n++) {
    members.unshift(...members.splice(below(random, n + 1), 1))
  }
  return `{${members.join()}}`
}

for (const parser of ['strict', 'lazy'] as const) {
  test(`${parser} wasm finds keys under several names, and paths, as its twin, and without it`, () => {
    const random = seededRandom(seed)
    const lines = Array.from({ length: 5000 }, (_, i) => namedFrame(random, i))
    const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(''))
    const kernel = wasm({ ...usual, ...named, parser })
    const expected = read(twinKernel({ ...usual, ...named }), bytes)
    assert.equal(expected.filter((one) => Array.isArray(one)).length, 5000)
    assert.deepEqual(read(kernel, bytes), expected, seedHint)
    assert.equal(kernel.linesByTwin, 0)
  })
}

test('lazy wasm stays within broken lines where it looks for paths', () => {
  const random = seededRandom(seed)
  const lines = Array.from({ length: 3000 }, (_, i) => encoder.encode(namedFrame(random, i)))
  const kernel = wasm({ ...usual, ...named, parser: 'lazy' })
  const mutants = together(lines.map((line) => line.subarray(0, below(random, line.length))))
  assert.ok(read(kernel, mutants).length > 2500, seedHint)
  read(kernel, together(lines.map((line) => mutated(random, line))))
})

for (const tsUnit of ['iso', 'auto'] as const) {
  test(`wasm reads times as text as its twin, usual ones without it (${tsUnit})`, async () => {
    const random = seededRandom(seed)
    for (const zone of [undefined, 'Europe/Zurich', 'Australia/Lord_Howe']) {
      const tsZone = zone === undefined ? undefined : localOffsets(await loadZone(zone))
      const options = { ...usual, tsUnit, tsZone }
      const lines = Array.from({ length: 8000 }, () => {
        const { text } = spelledTime(random)
        const time = below(random, 4) > 0 ? text : misspelled(random, text)
        return `{"uid":"a","ts":${JSON.stringify(time)}}\n`
      })
      const bytes = encoder.encode(lines.join(''))
      const expected = read(twinKernel(options), bytes)
      assert.deepEqual(read(wasm(options), bytes), expected, `${zone}; ${seedHint}`)
    }
    const kernel = wasm({ ...usual, tsUnit, tsZone: localOffsets(await loadZone('Asia/Tehran')) })
    const zones = ['Z', '+0100', '+01', '-01:30', ' UTC', ' +0000', '', '.5', ',123456']
    const times = zones.flatMap((
      zone,
      i,
    ) => [`"2023-11-14T22:1${i}:05${zone}"`, `"2023-11-14 22:15:05${zone}"`])
    const numbers = tsUnit === 'auto'
      ? ['1700000000', '1700000000.5', '1700000000123', '1700000000123456789']
      : []
    const frames = [...times, ...numbers].map((ts) => `{"uid":"a","ts":${ts}}\n`)
    const zoned = '{"uid":"a","ts":"2023-11-14T22:14"}\n' // of what comes, tells the offset
    assert.equal(read(kernel, encoder.encode(zoned + frames.join(''))).length, frames.length + 1)
    assert.equal(kernel.linesByTwin, 1)
  })
}

test('wasm leaves keys beyond ASCII, very long ones and elements of arrays to the twin', () => {
  for (const key of ['время', 'u'.repeat(100), '/user/0', 'user.имя']) {
    assert.equal(wasmKernel({ ...usual, ...keysOf(key, 'ts') }), undefined, key)
    assert.equal(wasmKernel({ ...usual, ...keysOf('uid', ['time', key]) }), undefined, key)
  }
})

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start)
    lines.push(bytes.slice(start, end))
    start = end + 1
  }
  return lines
}

test('blank lines are skipped where they lie, and count as lines', () => {
  const blanks = '\n\r\n  \t\r\n\n'
  const kernel = wasm({ ...usual, maxLineBytes: 20 })
  const found = read(kernel, encoder.encode(`${blanks}{"uid":"a","ts":1}\n${blanks}`))
  assert.equal(found.length, 1)
  assert.equal((found[0] as number[])[columnNames.indexOf('lineNumber')], 5)
  assert.equal(kernel.lineNumber, 9)
  assert.equal(kernel.linesByTwin, 0)
})

test('a blank line that is too long, or not whole, is what it is for the twin', () => {
  const options = { ...usual, maxLineBytes: 3 }
  const [kernel, twin] = [wasm(options), twinKernel(options)]
  for (const line of ['   \n', '   \r\n', '    \n', ' \t\r \r\n', '   x\n', '\r\n\r']) {
    const bytes = encoder.encode(line.endsWith('\n') ? line : `${line}\n`)
    assert.deepEqual(read(kernel, bytes), read(twin, bytes), JSON.stringify(line))
  }
  assert.equal(read(kernel, encoder.encode('    \n')).length, 1)
})
