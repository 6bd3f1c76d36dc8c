/**
 * Holds what reads raw lines against the oracle, for any number of lines: the test of the scanner,
 * that of `--parser json` and the fuzz program are this with other options. Where the scanner is
 * meant, the kernel that serves and its twin have to read the same, down to the words of a refusal.
 */
import assert from 'node:assert/strict'
import { fingerprint, fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { below, happens, pick, type Random, seededRandom } from '../../src/generate/random.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { Ledger } from '../../src/ledger.ts'
import type { SourceMark } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { plainLines } from '../../src/io/split-lines.ts'
import { plainExtractStage, type PlainLine } from '../../src/stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../src/stages/extract.ts'
import { keysOf } from './keys.ts'
import type { WantedKeys } from './generators-json.ts'
import { hostileLines, joined, randomCuts } from './generators-lines.ts'
import { oracleFrame, type OracleOptions } from './frame-oracle.ts'
import { latin1, type NotedReject, type RawFrame, transcript } from './transcript.ts'

export interface DifferentialOptions {
  readonly parser: 'strict' | 'json'
  readonly uidKey: OracleOptions['uidKey']
  readonly tsKey: OracleOptions['tsKey']
  readonly tsUnit: OracleOptions['tsUnit']
  readonly lines: number
  readonly seed: number
}

export interface Tally {
  lines: number
  frames: number
  malformed: number
  blank: number
  notUtf8: number
}

const maxLineBytes = 2 ** 20

/** Throws at the first line that is not read as the oracle says; tells how it went otherwise. */
export function holdAgainstOracle(options: DifferentialOptions): Tally {
  const random = seededRandom(options.seed)
  const lines = hostileLines(random, wantedKeys(options))
  const tally: Tally = { lines: 0, frames: 0, malformed: 0, blank: 0, notUtf8: 0 }
  const ledger = new Ledger()
  const runFile = reader(options, ledger, random)
  while (tally.lines < options.lines) {
    // Small files too, since the first line of each is one of its own kind.
    const file: Uint8Array[] = []
    for (let i = pick(random, [1, 3, 30, 300]); i > 0; i--) {
      const line = lines.next().value as Uint8Array
      const marks = happens(random, 10) ? pick(random, [[mark], [mark, mark]]) : []
      file.push(joined(...marks, line))
    }
    check(file, runFile(file), options, tally)
  }
  assert.equal(ledger.imbalance(), undefined)
  assert.equal(ledger.total.frames, tally.frames, 'frames in the ledger')
  assert.equal(ledger.total.malformed, tally.malformed, 'malformed lines in the ledger')
  assert.equal(ledger.total.notUtf8, tally.notUtf8, 'frames with a uid that is not UTF-8')
  return tally
}

/** The first of the keys as it is meant, and every other way to name one. */
function wantedKeys({ uidKey, tsKey }: DifferentialOptions): WantedKeys {
  const [uids, times] = [[uidKey].flat(), [tsKey].flat()]
  const others = [
    ...uids.map((key) => ({ key, isTime: false })),
    ...times.map((key) => ({ key, isTime: true })),
  ]
    .flatMap(({ key, isTime }) => pathsOf(key).map((path) => ({ path, isTime })))
  const dotted = (key: string) => pathsOf(key)[0]!.join('.')
  return {
    uidKey: dotted(uids[0]!),
    tsKey: dotted(times[0]!),
    ...(uids.length + times.length > 2 || others.length > 2 ? { others } : {}),
  }
}

function pathsOf(key: string): readonly (readonly string[])[] {
  if (key.startsWith('/')) {
    return [key.slice(1).split('/').map((step) => step.replace('~1', '/').replace('~0', '~'))]
  }
  return key.includes('.') ? [key.split('.'), [key]] : [[key]]
}

const mark = [0xef, 0xbb, 0xbf]
type Read = RawFrame | NotedReject

function reader(
  options: DifferentialOptions,
  ledger: Ledger,
  random: Random,
): (file: readonly Uint8Array[]) => Read[] {
  const keys = keysOf(options.uidKey, options.tsKey)
  const kernelOptions = {
    ...keys,
    tsUnit: options.tsUnit,
    parser: options.parser,
    maxLineBytes,
    hasLinesOnly: true,
  }
  const kernel = twinKernel(kernelOptions)
  const stageOptions = { ...kernelOptions, kernel, ledger: new Ledger() }
  let files = 0
  const fileMark = (): SourceMark => ({ type: 'source', source: 0, name: `file ${files++}` })
  if (options.parser === 'json') {
    const stage = plainExtractStage({ ...stageOptions, ledger })
    return (file) => readOf(stage, [fileMark(), ...file.map(plainLine)])
  }
  const twin = extractStage(stageOptions)
  const serving = newKernel(kernelOptions)
  const stage = extractStage({ ...stageOptions, kernel: serving, ledger })
  const lineBreak = [0x0a]
  return (file) => {
    const bytes = joined(...file.flatMap((line) => [line, lineBreak]))
    const isOpen = below(random, 4) === 0 // the last line may lack its line break
    const whole = isOpen ? bytes.subarray(0, -1) : bytes
    const mark = fileMark()
    const read = readOf(stage, [mark, ...randomCuts(random, whole, 3)])
    const expected = readOf(twin, [mark, ...randomCuts(random, whole, 3)])
    assert.deepEqual(read, expected, `${JSON.stringify(latin1(whole))} by the twin`)
    return read
  }
}

function readOf<In>(stage: Stage<In, ExtractOut>, input: readonly In[]): Read[] {
  const noted = transcript(stage, input)
  return noted.filter((one) => !('type' in one) || one.type !== 'source') as Read[]
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** As the command splits them. */
function plainLine(line: Uint8Array): PlainLine {
  const whole = withoutCr(line)
  return plainLines([decoder.decode(whole)], joined(line, [0x0a]))[0]!
}

function withoutCr(line: Uint8Array): Uint8Array {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line
}

function check(
  file: readonly Uint8Array[],
  read: readonly Read[],
  options: DifferentialOptions,
  tally: Tally,
): void {
  const numbers = options.parser === 'json' ? 'double' : 'text'
  let next = 0
  file.forEach((whole, i) => {
    let begin = 0
    while (mark.every((byte, at) => whole[begin + at] === byte)) begin += mark.length
    const line = withoutCr(whole.subarray(begin))
    const expected = oracleFrame(line, { ...options, numbers })
    tally.lines++
    if (expected === 'blank') {
      tally.blank++
      return
    }
    const found = read[next++]
    if (isRight(found, expected, i + 1, line)) {
      if (expected === 'malformed') {
        tally.malformed++
      } else {
        tally.frames++
        if (expected.uidBytes !== undefined) tally.notUtf8++
      }
      return
    }
    assert.fail(
      `line ${i + 1} of ${file.length}, each byte as the character of its number:\n` +
        `${JSON.stringify(latin1(whole))}\nexpected ${JSON.stringify(expected)}\n` +
        `found    ${JSON.stringify(found)}\n${JSON.stringify(options)}`,
    )
  })
  assert.equal(read[next], undefined, 'more was read than there are lines')
}

const hash = newFingerprint()

function isRight(
  found: Read | undefined,
  expected: ReturnType<typeof oracleFrame>,
  lineNumber: number,
  line: Uint8Array,
): boolean {
  if (found === undefined || expected === 'blank') return false
  if ('content' in found) {
    if (expected !== 'malformed' || found.line !== lineNumber || found.detail === '') return false
    const { content } = found
    const isText = 'raw' in content &&
      latin1(new TextEncoder().encode(content.raw)) === latin1(line)
    return isText || ('raw64' in content && atob(content.raw64) === latin1(line))
  }
  if (expected === 'malformed') return false
  const { uidBytes } = expected
  if (uidBytes === undefined) fingerprintOfText(expected.uid, hash)
  else fingerprint(uidBytes, 0, uidBytes.length, hash)
  const uid = uidBytes === undefined ? expected.uid : decoder.decode(uidBytes)
  return found.uid === uid && found.tsMs === expected.tsMs &&
    found.lineNumber === lineNumber && found.line === latin1(line) &&
    found.hash === `${hash.hi.toString(16)} ${hash.lo.toString(16)}`
}
