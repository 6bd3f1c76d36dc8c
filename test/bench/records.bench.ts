/**
 * What does it cost that times are text, or that keys stand elsewhere, against numbers and two keys?
 *
 *   npm run bench -- records              100 MB of each size of frames, 5 runs each, in turn
 *   npm run bench -- records 20 3         megabytes, runs
 *
 * As in scanner.bench.ts: the same frames, with their keys or times rewritten. Before the clock runs
 * all have to find as many frames, by the scanner alone. CPU time of a frame, medians; compare the
 * ratios of a table.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import process from 'node:process'
import { keyName } from '../../src/kernel/key-name.ts'
import { type WasmKernel, wasmKernel } from '../../src/kernel/wasm.ts'
import { localOffsets } from '../../src/time/local-offsets.ts'
import type { TsUnit } from '../../src/time/unix-time.ts'
import { loadZone } from '../../src/time/zone.ts'
import { framesInMemory, pieceEnds } from './frames-in-memory.ts'
import { median } from './measure.ts'

const megabytes = Number(process.argv[2] ?? 100)
const runs = Number(process.argv[3] ?? 5)
const tsZone = localOffsets(await loadZone('Europe/Zurich'))

interface Variant {
  readonly name: string
  readonly uidKeys?: readonly string[]
  readonly tsUnit?: TsUnit
  /** A line of a frame with uid and ts, both at the root. */
  rewritten(line: string): string
}

const second = /"ts":("?)(\d{10})(\.\d+)?\1(?=[,}])/g
const spelled = (zone: string) => (line: string) =>
  line.replace(second, (_, _quote, seconds: string, fraction = '.000') => {
    const iso = new Date(Number(seconds) * 1000).toISOString()
    return `"ts":"${iso.slice(0, 19)}${fraction}${zone}"`
  })

const variants: readonly Variant[] = [
  { name: 'numbers, two keys', rewritten: (line) => line },
  { name: '`--ts-unit auto`, numbers', tsUnit: 'auto', rewritten: (line) => line },
  { name: '`--ts-unit iso`, RFC 3339', tsUnit: 'iso', rewritten: spelled('Z') },
  { name: '`--ts-unit iso`, `+0100`', tsUnit: 'iso', rewritten: spelled('+0100') },
  { name: '`--ts-unit iso --ts-zone`, no zone', tsUnit: 'iso', rewritten: spelled('') },
  {
    name: 'the second of two keys for users',
    uidKeys: ['userId', 'anonymousId'],
    rewritten: (line) => line.replaceAll('"uid":', '"anonymousId":'),
  },
  {
    name: 'a path, `user.id`',
    uidKeys: ['user.id'],
    rewritten: (line) => line.replace(/"uid":("[^"\\]*")/g, '"user":{"id":$1}'),
  },
]

function found(kernel: WasmKernel, bytes: Uint8Array, ends: readonly number[]): number {
  let frames = 0
  for (let i = 1; i < ends.length; i++) {
    for (let next = ends[i - 1]!; next < ends[i]!;) next = kernel.scan(bytes, next, ends[i]!)
    frames += kernel.columns.count
    kernel.columns.clear()
  }
  return frames
}

const decoder = new TextDecoder()

/** Whether the keys and the time stand in the line as they are rewritten: some have escapes. */
function isRewritten(line: string): boolean {
  if (line === '') return false
  const [, , iso, , , second, path] = variants.map(({ rewritten }) => JSON.parse(rewritten(line)))
  return /^\d{4}-/.test(iso.ts) && 'anonymousId' in second && 'id' in (path.user ?? {})
}

process.stdout.write('| frames | records | ns of CPU a frame | ratio |\n|---|---|---|---|\n')
for (const frameBytes of [2000, 500, 60]) {
  const lines = decoder.decode(await framesInMemory(megabytes, frameBytes)).split('\n')
  const plain = lines.filter(isRewritten)
  const inputs = variants.map((variant) => {
    const { uidKeys = ['uid'], tsUnit = 's' } = variant
    const kernel = wasmKernel({
      uidKeys: uidKeys.map(keyName),
      tsKeys: [keyName('ts')],
      tsUnit,
      tsZone,
      maxLineBytes: 2 ** 24,
    })
    assert.ok(kernel !== undefined, 'WebAssembly has no SIMD here')
    const bytes = new Uint8Array(Buffer.from(`${plain.map(variant.rewritten).join('\n')}\n`))
    return { ...variant, kernel, bytes, ends: pieceEnds(bytes), seconds: [] as number[] }
  })
  for (const { name, kernel, bytes, ends } of inputs) {
    assert.equal(found(kernel, bytes, ends), plain.length, name)
    assert.ok(kernel.linesByTwin < plain.length / 100, `${name}: ${kernel.linesByTwin} by the twin`)
  }
  for (let run = 0; run < runs; run++) {
    for (const { kernel, bytes, ends, seconds } of inputs) {
      const began = process.cpuUsage()
      found(kernel, bytes, ends)
      const { user, system } = process.cpuUsage(began)
      seconds.push((user + system) / 1e6)
    }
  }
  const [first] = inputs
  for (const { name, seconds } of inputs) {
    const ns = Math.round(median(seconds) / plain.length * 1e9).toLocaleString('en-US')
    const ratio = median(seconds.map((each, i) => each / first!.seconds[i]!)).toFixed(2)
    process.stdout.write(`| ${frameBytes} B | ${name} | ${ns} | ${ratio} |\n`)
  }
}
