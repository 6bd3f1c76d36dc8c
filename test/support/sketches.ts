/** Images of Apache DataSketches itself, and sketches of ours to hold them against. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fingerprintOfText, newFingerprint } from '../../src/counter/hash.ts'
import { readImage } from '../../src/counter/read-image.ts'
import { Sketch } from '../../src/counter/sketch.ts'
import { bytesOf } from '../../src/ndjson/base64.ts'
import { root } from './paths.ts'

/** A line of sketches.py. */
export interface ForeignImage {
  readonly users: number
  readonly type: 'HLL_4' | 'HLL_6' | 'HLL_8'
  readonly lgK: number
  readonly form: 'compact' | 'updatable'
  readonly union?: true
  readonly image: string
}

const script = join(root, 'test/support/sketches.py')
/** UC_PYTHON names a Python that has the packages `datasketches` and `pyspark`, or one of them. */
export const python: string = process.env['UC_PYTHON'] ?? 'python3'

export function storedImages(): readonly ForeignImage[] {
  return linesOf(readFileSync(join(root, 'fixtures/sketches/python.ndjson'), 'utf8'))
}

/** Why the package cannot be asked, if it cannot. */
export function missingPackage(name: string): string | undefined {
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: 'ignore' })
    return undefined
  } catch {
    return `skipped: ${python} has no ${name}; pip install it, or name a Python that has it by UC_PYTHON`
  }
}

export function askPython<Line>(argv: readonly string[], images: readonly string[]): Line[] {
  const options = { input: images.map((image) => `${image}\n`).join(''), maxBuffer: 2 ** 28 }
  return linesOf(execFileSync(python, [script, ...argv], { ...options, encoding: 'utf8' }))
}

function linesOf<Line>(text: string): Line[] {
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line)
}

/** The users `user-FROM` up to but not including `user-TO`. */
export function addUsers(
  counter: { add(hi: number, lo: number): void },
  from: number,
  to: number,
): void {
  const out = newFingerprint()
  for (let i = from; i < to; i++) {
    fingerprintOfText(`user-${i}`, out)
    counter.add(out.hi, out.lo)
  }
}

export function sketchOf(users: number, precision: number): Sketch {
  const sketch = new Sketch(precision)
  addUsers(sketch, 0, users)
  return sketch
}

/** The image in a line of base64, read. Fails where it is refused. */
export function sketchIn(text: string): Sketch {
  const bytes = bytesOf(text)
  const sketch = bytes === undefined ? 'no base64' : readImage(bytes)
  if (typeof sketch === 'string') throw new Error(`${sketch}: ${text.slice(0, 60)}`)
  return sketch
}
