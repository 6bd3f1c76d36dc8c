/** Generated frames for what is measured in one process. */
import { Buffer } from 'node:buffer'
import { generate } from '../../src/cli/commands.ts'
import { generatePlan } from '../../src/cli/generate-plan.ts'
import { parseArguments } from '../../src/cli/parse.ts'
import { generateFrames } from '../../src/generate/frames.ts'

const pieceBytes = 256 * 1024

export async function framesInMemory(megabytes: number, frameBytes: number): Promise<Uint8Array> {
  const count = Math.round(megabytes * 1e6 / frameBytes)
  const argv = ['-c', `${count}`, '--frame-bytes', `${frameBytes}`]
  const plan = generatePlan(await parseArguments(generate, argv))
  const chunks = Array.from(generateFrames(plan), (chunk) => chunk.slice())
  return new Uint8Array(Buffer.concat(chunks))
}

/** Where pieces of whole lines end, as a file is read. */
export function pieceEnds(bytes: Uint8Array): readonly number[] {
  const ends = [0]
  while (ends.at(-1)! < bytes.length) {
    const reached = Math.min(ends.at(-1)! + pieceBytes, bytes.length) - 1
    ends.push(bytes.lastIndexOf(0x0a, reached) + 1)
  }
  return ends
}
