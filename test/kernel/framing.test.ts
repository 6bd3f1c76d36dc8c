/** What is framed in any way gives the frames that a plain line each would, wherever it is cut. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { below, pick, seededRandom } from '../../src/generate/random.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { uidText } from '../../src/kernel/columns.ts'
import { Ledger } from '../../src/ledger.ts'
import type { FrameBatch, Reject } from '../../src/records.ts'
import { extractStage } from '../../src/stages/extract.ts'
import { randomDocument } from '../support/framed-documents.ts'
import { seed, seedHint } from '../support/seed.ts'
import { usualKeys } from '../support/keys.ts'

const encoder = new TextEncoder()
const keys = { ...usualKeys, tsUnit: 's' } as const

/** Each is made once, as that takes longer than to read what is read here. */
const kernels = new Map<string, Kernel>()
function kernelOf(parser: 'strict' | 'lazy', maxLineBytes: number, isTwin: boolean): Kernel {
  const name = `${parser} ${maxLineBytes} ${isTwin}`
  const options = { ...keys, maxLineBytes, parser }
  const kernel = kernels.get(name) ?? (isTwin ? twinKernel(options) : newKernel(options))
  kernels.set(name, kernel)
  return kernel
}

interface ReadOptions {
  readonly parser?: 'strict' | 'lazy'
  readonly maxLineBytes?: number
  readonly isTwin?: boolean
  readonly cut?: (length: number) => number
}

interface Found {
  readonly uids: readonly string[]
  readonly lines: readonly number[]
  readonly rejects: readonly Record<string, unknown>[]
  readonly failure?: string
}

/** Cut into chunks of `cut` bytes each. */
function read(
  text: string | Uint8Array,
  { parser = 'strict', maxLineBytes = 2 ** 20, isTwin = false, cut = (n) => n }: ReadOptions = {},
): Found {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  const kernel = kernelOf(parser, maxLineBytes, isTwin)
  kernel.lineNumber = 0
  const ledger = new Ledger()
  const stage = extractStage({ kernel, maxLineBytes, ledger, parser })
  const uids: string[] = []
  const lines: number[] = []
  const rejects: Record<string, unknown>[] = []
  const emit = (message: FrameBatch | Reject | { readonly type: string }) => {
    if (message.type === 'frames') {
      const frames = message as FrameBatch
      for (let i = 0; i < frames.count; i++) {
        uids.push(uidText(frames, i))
        lines.push(frames.lineNumber[i]!)
      }
    } else if (message.type === 'reject') {
      const { detail, line, byte, content } = message as Reject
      rejects.push({ detail, line, ...(byte !== undefined && { byte }), ...content() })
    }
  }
  let failure: string | undefined
  try {
    for (let at = 0; at < bytes.length;) {
      const next = Math.min(bytes.length, at + Math.max(1, cut(bytes.length)))
      stage.push(bytes.slice(at, next), emit)
      at = next
    }
    stage.end(emit)
  } catch (error) {
    failure = (error as Error).message
  }
  assert.equal(ledger.imbalance(), undefined)
  assert.equal(ledger.total.lines, uids.length + rejects.length)
  return { uids, lines, rejects, ...(failure !== undefined && { failure }) }
}

test(`every frame of random documents is found, whatever its framing ${seedHint}`, () => {
  const random = seededRandom(seed)
  for (let round = 0; round < 1500; round++) {
    const parser = pick(random, ['strict', 'strict', 'lazy'] as const)
    const { text, uids } = randomDocument(random, 'u', parser === 'lazy')
    const most = below(random, 3) === 0 ? 3 : text.length
    const cut = () => 1 + below(random, most)
    const found = read(text, { parser, cut, isTwin: round % 5 === 0 })
    assert.deepEqual(found.rejects, [], `${parser} ${JSON.stringify(text)}`)
    assert.deepEqual(found.uids, uids, `${parser} ${JSON.stringify(text)}`)
    assert.equal(found.failure, undefined)
  }
})

const hasJq = spawnSync('jq', ['--version']).status === 0

test(
  `what is found is what jq finds ${seedHint}`,
  { skip: !hasJq && 'jq is not installed' },
  () => {
    const random = seededRandom(seed)
    for (let round = 0; round < 60; round++) {
      const { text } = randomDocument(random, 'u')
      const program = 'if type == "array" then .[] else . end | .uid'
      const input = text.replaceAll('\u001e', '\n') // with --seq jq reads nothing else
      const jq = spawnSync('jq', ['-r', program], { input })
      const found = read(text, { cut: () => 1 + below(random, 50) })
      const lines = jq.stdout.toString().split('\n').slice(0, -1)
      assert.deepEqual(found.uids, lines, `${JSON.stringify(text)} ${jq.stderr}`)
    }
  },
)

const frame = (uid: string) => `{"uid":"${uid}","ts":1}`

function trimmed(reject: object): object {
  return 'raw' in reject ? { ...reject, raw: String(reject.raw).trim() } : reject
}

/** What is left of a document in which bytes were lost or changed. */
test(`a broken document gives the same wherever it is cut ${seedHint}`, () => {
  const random = seededRandom(seed)
  for (let round = 0; round < 1000; round++) {
    const { text } = randomDocument(random, 'u')
    const bytes = encoder.encode(text)
    const at = below(random, bytes.length + 1)
    const broken = new Uint8Array([
      ...bytes.subarray(0, at),
      ...(below(random, 2) === 0 ? encoder.encode('{}[]",:\n\u001e\\ x1'[below(random, 13)]!) : []),
      ...bytes.subarray(at + below(random, 4)),
    ])
    const maxLineBytes = below(random, 4) === 0 ? 60 : 2 ** 20
    // Of what is refused blanks around it may be kept or not. Where frames are longer than they may
    // be, and an array is broken there, it may be seen otherwise where it ends.
    const told = ({ uids, lines, ...found }: Found) =>
      maxLineBytes > 60
        ? { uids, lines, ...found, rejects: found.rejects.map(trimmed) }
        : { uids, lines }
    const whole = told(read(broken, { maxLineBytes }))
    const shown = JSON.stringify(new TextDecoder().decode(broken))
    const small = 1 + below(random, 20)
    const inPieces = read(broken, { maxLineBytes, cut: () => small })
    assert.deepEqual(told(inPieces), whole, `${maxLineBytes} ${small} ${shown}`)
    assert.deepEqual(told(read(broken, { maxLineBytes, isTwin: true })), whole, shown)
  }
})

test('a line of NDJSON that is broken takes no other with it', () => {
  const broken = [
    '{',
    '[',
    '{"uid":"a","ts":',
    '{"uid":"a","x":[',
    '{"uid":"a',
    '[{"uid":"a"',
    '}',
    ']',
    '[1,',
    '[INFO] x',
    '{"uid":"a","x":{"y":',
    `${frame('a')},`,
    `${frame('a')} x`,
    '[10, main] x',
    '{"uid":',
    '\u001e',
  ]
  for (const line of broken) {
    for (const before of [0, 1]) {
      const lines = [
        ...Array.from({ length: before }, () => frame('z')),
        line,
        frame('b'),
        frame('c'),
        frame('d'),
      ]
      for (const end of ['\n', '']) {
        const { uids, rejects, failure } = read(lines.join('\n') + end)
        assert.deepEqual(uids, [...(before === 1 ? ['z'] : []), 'b', 'c', 'd'], line)
        assert.equal(rejects.length, line === '\u001e' ? 0 : 1, line)
        assert.equal(failure, undefined, line)
      }
    }
  }
})
