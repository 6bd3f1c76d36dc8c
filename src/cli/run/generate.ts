/** uc-generate: seeded frames to standard output or a file. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { UcError } from '../../errors.ts'
import { generateFrames } from '../../generate/frames.ts'
import { Truth } from '../../generate/truth.ts'
import { writeOut } from '../../io/runtime.ts'
import type { GeneratingOptions } from '../options/generating.ts'
import { generatePlan } from '../generate-plan.ts'
import type { Parsed } from '../option.ts'

export async function runGenerate(parsed: Parsed<GeneratingOptions>): Promise<number> {
  const plan = generatePlan(parsed)
  const truth = plan.truth === undefined ? undefined : new Truth(plan)
  const fd = plan.out === '-' ? undefined : opened(plan.out)
  const frames = generateFrames(plan, truth)
  for await (const chunk of plan.gz ? gzipped(frames) : frames) {
    if (fd === undefined) await writeOut(chunk)
    else writeAll(fd, chunk)
  }
  if (fd !== undefined) closeSync(fd)
  if (plan.truth !== undefined) writeFileSync(plan.truth, `${JSON.stringify(truth, null, 1)}\n`)
  return 0
}

function gzipped(frames: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // A copy: the generator uses its buffer again while the thread pool still reads this one.
  const copies = (function* () {
    for (const chunk of frames) yield chunk.slice()
  })()
  return Readable.from(copies).pipe(createGzip({ level: 6, chunkSize: 256 * 1024 }))
}

function opened(file: string): number {
  try {
    return openSync(file, 'w')
  } catch (error) {
    const { message } = error as Error
    throw new UcError('failed', `--out ${JSON.stringify(file)}: ${message}`, { cause: error })
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
}
