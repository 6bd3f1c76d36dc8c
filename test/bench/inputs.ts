/**
 * The files that the peers count: `s.jsonl` and `s.jsonl.gz`, with the generator's own account of
 * users per minute. 500 frames a second and no delay: so every `ts` can be told from the next minute
 * as a double, which is all that most peers have, and a minute has 30,000 frames.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import split2 from 'split2'
import type { ResultLine } from '../../src/records.ts'
import { shell } from '../support/shell.ts'

export type InputKind = 'file' | 'pipe' | 'gzip'

export interface Shape {
  readonly name: string
  readonly frameBytes: number
  /** Both keys are moved to the end of the line, where a reader that stops early gains nothing. */
  readonly keysLast?: true
  readonly inputs: readonly InputKind[]
}

export const shapes: readonly Shape[] = [
  { name: '2 kB', frameBytes: 2000, inputs: ['file', 'pipe', 'gzip'] },
  { name: '2 kB, keys last', frameBytes: 2000, keysLast: true, inputs: ['file'] },
  { name: '500 B', frameBytes: 500, inputs: ['file', 'pipe', 'gzip'] },
  { name: '60 B', frameBytes: 60, inputs: ['file', 'pipe', 'gzip'] },
]

export interface Input {
  readonly frames: number
  readonly bytes: number
  /** "start users" per minute. */
  readonly minutes: string
}

export async function makeInput(
  { frameBytes, keysLast, inputs }: Shape,
  { cwd, megabytes }: { readonly cwd: string; readonly megabytes: number },
): Promise<Input> {
  const frames = Math.round(megabytes * 1e6 / frameBytes)
  const generate = `uc-generate -c ${frames} -r 500 -n 100000 --frame-bytes ${frameBytes}` +
    ' -o s.jsonl --truth truth.json && rm -f s.jsonl.gz'
  const { status, stderr } = await shell(generate, { cwd })
  assert.equal(status, 0, stderr)
  if (keysLast) {
    await moveKeys(join(cwd, 's.jsonl'), join(cwd, 'moved.jsonl'))
    await shell('mv moved.jsonl s.jsonl', { cwd })
  }
  if (inputs.includes('gzip')) await shell('gzip -k s.jsonl', { cwd })
  const { windows } = JSON.parse(readFileSync(join(cwd, 'truth.json'), 'utf8'))
  const minutes = (windows.minute as ResultLine[]).map(({ start, users }) => `${start} ${users}`)
  const { size } = statSync(join(cwd, 's.jsonl'))
  return { frames, bytes: size, minutes: minutes.join('\n') }
}

/** Bytes are kept: latin1 has a character for each. */
async function moveKeys(from: string, to: string): Promise<void> {
  const out = createWriteStream(to, 'latin1')
  let block = ''
  for await (const line of createReadStream(from, 'latin1').pipe(split2())) {
    block += `${withKeysLast(line as string)}\n`
    if (block.length < 1 << 20) continue
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'close')
  rmSync(from)
}

function withKeysLast(line: string): string {
  const others: string[] = []
  const keys: string[] = []
  let start = 1
  const take = (end: number) => {
    const member = line.slice(start, end)
    start = end + 1
    const key = /^\s*("(?:[^"\\]|\\.)*")/.exec(member)?.[1] ?? '""'
    const isOurs = key === '"uid"' || key === '"ts"' ||
      (key.includes('\\') && ['uid', 'ts'].includes(JSON.parse(key)))
    if (isOurs) keys.push(member)
    else others.push(member)
  }
  let depth = 0
  let isInString = false
  for (let i = 1; i < line.length - 1; i++) {
    const code = line.charCodeAt(i)
    if (isInString) {
      if (code === 0x5c) i++
      else if (code === 0x22) isInString = false
    } else if (code === 0x22) isInString = true
    else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
    else if (code === 0x2c && depth === 0) take(i)
  }
  take(line.length - 1)
  return `{${[...others, ...keys].join(',')}}`
}
