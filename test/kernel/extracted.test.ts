/** Lines of uc-extract, which the kernel in WebAssembly reads at sight, against its twin. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import type { Kernel, KernelOptions } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { wasmKernel } from '../../src/kernel/wasm.ts'
import { Ledger } from '../../src/ledger.ts'
import { extractStage } from '../../src/stages/extract.ts'
import { joined, mutated } from '../support/generators-lines.ts'
import { seed, seedHint } from '../support/seed.ts'
import { latin1, type Noted, transcript } from '../support/transcript.ts'
import { keysOf, usualKeys } from '../support/keys.ts'

const encoder = new TextEncoder()

const times = [
  '1468244384',
  '1468244384.5',
  '0',
  '0.001',
  '253402300799.999',
  '1',
  '1468244384.1239',
]
const oddTimes = [
  '',
  '01',
  '1.',
  '.5',
  '-1',
  '1e9',
  '1468244384.',
  '999999999999',
  '"5"',
  ' 7',
  '+1',
]
const uids = [
  'a',
  '0d750ea38f519d597d5',
  'x'.repeat(16),
  '~ }',
  'é',
  '\\u0061',
  '',
  'y'.repeat(300),
]

function lineOf(random: Random): Uint8Array {
  const time = pick(random, happens(random, 20) ? oddTimes : times)
  const line = encoder.encode(`{"ts":${time},"uid":"${pick(random, uids)}"}`)
  return happens(random, 30) ? mutated(random, line) : line
}

function read(kernel: Kernel, bytes: Uint8Array, maxLineBytes: number): Noted[] {
  return transcript(extractStage({ kernel, maxLineBytes, ledger: new Ledger() }), [bytes])
}

const usual: KernelOptions = { ...usualKeys, tsUnit: 's', maxLineBytes: 2 ** 20 }

for (
  const options of [
    usual,
    { ...usual, parser: 'lazy' },
    { ...usual, tsUnit: 'ms' },
    { ...usual, maxLineBytes: 45 },
    { ...usual, ...keysOf('ts', 'uid') },
    { ...usual, ...keysOf('ui', 't') },
    { ...usual, ...keysOf('uid', 'tsx') },
    { ...usual, ...keysOf(['uid', 'u'], 'ts') },
    { ...usual, tsUnit: 'auto' },
  ] as const
) {
  const { maxLineBytes } = options
  const isLazy = 'parser' in options
  test(`lines of uc-extract are read as the twin reads them: ${JSON.stringify(options)}`, () => {
    const random = seededRandom(seed)
    for (let i = 0; i < 200; i++) {
      const lineBreak = encoder.encode(happens(random, 10) ? '\r\n' : '\n')
      const lines = Array.from({ length: below(random, 60) }, () => [lineOf(random), lineBreak])
      // The lazy parser promises nothing for lines that are no frames.
      const bytes = joined(
        ...lines.flat().filter((part, n) => !isLazy || n % 2 === 1 || isFrame(part)),
      )
      const wasm = wasmKernel(options)
      assert.ok(wasm !== undefined, 'no WebAssembly with SIMD')
      const expected = read(twinKernel(options), bytes, maxLineBytes)
      const shown = JSON.stringify(latin1(bytes))
      assert.deepEqual(read(wasm, bytes, maxLineBytes), expected, `${shown}; ${seedHint}`)
    }
  })
}

test('lines of uc-extract are read as the twin reads them, wherever a piece that is copied ends', () => {
  const pieceBytes = 1024 * 1024
  const line = '{"ts":1468244384.5,"uid":"0d750ea38f519d597d5"}'
  for (let behind = 0; behind < 4 * line.length; behind++) {
    const lines = [`${' '.repeat(pieceBytes - behind)}`, line, `${line}\r`, line, '']
    const bytes = encoder.encode(lines.join('\n'))
    const [wasm, twin] = [wasmKernel(usual)!, twinKernel(usual)].map((kernel) => {
      for (let next = 0; next < bytes.length;) next = kernel.scan(bytes, next, bytes.length)
      const { count, lineEnd, lineNumber } = kernel.columns
      return [...lineEnd.subarray(0, count), ...lineNumber.subarray(0, count)]
    })
    assert.deepEqual(wasm, twin, `a piece ends ${behind} bytes behind the first line`)
    assert.equal(twin!.length, 6)
  }
})

function isFrame(line: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(line)
    return Object.keys(JSON.parse(text) as object).length === 2
  } catch {
    return false
  }
}
