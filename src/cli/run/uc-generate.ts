/** uc-generate: seeded frames to standard output or a file. */
import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { generateFrames } from '../../generate/frames.ts'
import { Truth } from '../../generate/truth.ts'
import { openOutput } from '../../io/output-file.ts'
import { progressLine, timeLeft } from '../../io/progress.ts'
import { grouped } from '../../io/result-format.ts'
import { isTerminal, writeOut } from '../../io/runtime.ts'
import { clearProgress } from '../../io/tell.ts'
import type { GeneratePlan } from '../generate-plan.ts'

export async function run(plan: GeneratePlan): Promise<number> {
  const truth = plan.truth === undefined ? undefined : new Truth(plan)
  const taken = new Set<string>()
  const opened = async (flag: string, file: string) => await openOutput({ flag, file, taken })
  const out = plan.out === '-' ? undefined : await opened('--out', plan.out)
  const truthOut = plan.truth === undefined ? undefined : await opened('--truth', plan.truth)
  // Frames on a terminal would stand behind it
  const line = progressLine(plan.progress && !(out === undefined && isTerminal('stdout')))
  const frames = generateFrames(
    { ...plan, onLines: (done) => line?.tick(partsOf(done, plan)) },
    truth,
  )
  for await (const chunk of plan.gz ? gzipped(frames) : frames) {
    if (out === undefined) {
      await writeOut(chunk)
    } else {
      out.write(chunk)
      await out.drain()
    }
  }
  clearProgress()
  await out?.close()
  truthOut?.write(Buffer.from(`${JSON.stringify(truth, null, 1)}\n`))
  await truthOut?.close()
  return 0
}

function partsOf(done: number, { count }: GeneratePlan): (seconds: number) => readonly string[] {
  return (seconds) => [
    `${grouped(done)} of ${grouped(count)} frames`,
    ...timeLeft(seconds, done / count),
    `${grouped(Math.round(done / seconds))} frames/s`,
  ]
}

function gzipped(frames: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // A copy: the generator uses its buffer again while the thread pool still reads this one.
  const copies = (function* () {
    for (const chunk of frames) yield chunk.slice()
  })()
  return Readable.from(copies).pipe(createGzip({ level: 6, chunkSize: 256 * 1024 }))
}
