/**
 * How fast is the scanner alone, in WebAssembly, against its twin and JSON.parse?
 *
 *   npm run bench -- scanner              100 MB of each shape of frames, 5 runs each, in turn
 *   npm run bench -- scanner 20 3         megabytes, runs
 *
 * One process, one thread, bytes that lie in memory, in pieces of 256 KiB as a file is read. Before
 * the clock runs all have to find the same frames. CPU time, medians; compare the ratios of a table.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { twinKernel } from '../../src/kernel/twin.ts'
import { wasmKernel } from '../../src/kernel/wasm.ts'
import { framesInMemory, pieceEnds } from './frames-in-memory.ts'
import { median } from './measure.ts'
import { usualKeys } from '../support/keys.ts'

const megabytes = Number(process.argv[2] ?? 100)
const runs = Number(process.argv[3] ?? 5)
const options = { ...usualKeys, tsUnit: 's', maxLineBytes: 2 ** 24 } as const
const decoder = new TextDecoder()

interface Scanner {
  readonly name: string
  /** Frames found in whole lines. */
  scan(bytes: Uint8Array, from: number, to: number): number
}

function byKernel(name: string, kernel: Kernel | undefined): Scanner[] {
  if (kernel === undefined) {
    process.stderr.write(`NOT MEASURED: ${name}, as WebAssembly has no SIMD here\n`)
    return []
  }
  const scan = (bytes: Uint8Array, from: number, to: number) => {
    for (let next = from; next < to;) next = kernel.scan(bytes, next, to)
    const { count } = kernel.columns
    kernel.columns.clear()
    return count
  }
  return [{ name, scan }]
}

const scanners: readonly Scanner[] = [
  ...byKernel('WebAssembly, strict', wasmKernel({ ...options, parser: 'strict' })),
  ...byKernel('WebAssembly, lazy', wasmKernel({ ...options, parser: 'lazy' })),
  ...byKernel('twin, strict', twinKernel({ ...options, parser: 'strict' })),
  {
    name: 'JSON.parse of each line',
    scan(bytes, from, to) {
      let count = 0
      for (let start = from; start < to; count++) {
        const lf = bytes.indexOf(0x0a, start)
        JSON.parse(decoder.decode(bytes.subarray(start, lf)))
        start = lf + 1
      }
      return count
    },
  },
]

function scanAll({ scan }: Scanner, bytes: Uint8Array, ends: readonly number[]): number {
  let frames = 0
  for (let i = 1; i < ends.length; i++) frames += scan(bytes, ends[i - 1]!, ends[i]!)
  return frames
}

process.stdout.write('| frames | scanner | MB per CPU s | frames per CPU s |\n|---|---|---|---|\n')
for (const frameBytes of [2000, 500, 60]) {
  const bytes = await framesInMemory(megabytes, frameBytes)
  const ends = pieceEnds(bytes)
  const [frames] = scanners.map((scanner) => scanAll(scanner, bytes, ends))
  for (const scanner of scanners) assert.equal(scanAll(scanner, bytes, ends), frames, scanner.name)
  const seconds = scanners.map(() => [] as number[])
  for (let run = 0; run < runs; run++) {
    for (const [i, scanner] of scanners.entries()) {
      const began = process.cpuUsage()
      scanAll(scanner, bytes, ends)
      const { user, system } = process.cpuUsage(began)
      seconds[i]!.push((user + system) / 1e6)
    }
  }
  for (const [i, { name }] of scanners.entries()) {
    const s = median(seconds[i]!)
    const [mb, rate] = [bytes.length / 1e6 / s, frames! / s].map((each) => {
      return Math.round(each).toLocaleString('en-US')
    })
    process.stdout.write(`| ${frameBytes} B | ${name} | ${mb} | ${rate} |\n`)
  }
}
