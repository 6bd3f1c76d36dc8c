/**
 * uc-pipeline --state on files, killed at random moments until it has come to the end: what stands in
 * --out and --rejects must be what a run that nobody disturbs writes.
 */
import assert from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { below, pick, type Random } from '../../src/generate/random.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

const kinds = ['--minute', '--hour', '--day', '--week', '--month', '--year']
const ways = [
  ['--parser=strict'],
  ['--parser=lazy'],
  ['--parser=json'],
  ['--interleave'],
  ['--interleave', '--parser=json'],
]
const packers: Readonly<Record<string, string>> = { '': 'cat', '.gz': 'gzip', '.zst': 'zstd -q' }

/** Kills so often; `folder` is empty. Returns how often. */
export async function killFiles(random: Random, folder: string, kills: number): Promise<number> {
  const files = await framesIn(folder, random)
  const method = pick(random, ['auto', 'hll', 'exact'])
  const flags = [
    ...kinds,
    `--lateness=${pick(random, ['2m', '1h'])}`,
    `--method=${method}`,
    ...(method === 'auto' ? [`--exact-limit=${pick(random, [10, 1000, 100000])}`] : []),
    ...pick(random, ways),
  ]
  const mayThread = !flags.includes('--interleave') && !flags.includes('--parser=json')
  const threads = () => `--threads=${mayThread ? pick(random, [1, 2]) : 1}`
  const whole = await run([...flags, ...outputs(folder, 'whole'), ...files])
  assert.equal(whole.status, 0, whole.stderr)
  let killed = 0
  for (let n = 0; n === 0 || killed < kills; n++) {
    const name = `killed-${n}`
    const state = join(folder, `${name}.state`)
    const checkpoint = `--checkpoint=${pick(random, ['0s', '5ms', '50ms'])}`
    const command = [
      ...flags,
      '--state',
      state,
      checkpoint,
      '--close',
      ...outputs(folder, name),
      ...files,
    ]
    const told = [command.join(' ')]
    for (let isOver = false; !isOver;) {
      const killMs = killed < kills ? below(random, Math.ceil(whole.ms * 1.5)) : Infinity
      const { status, stderr } = await run([...command, threads()], killMs)
      told.push(`status ${status}, killed after ${killMs} ms: ${stderr}`)
      isOver = status !== null
      if (isOver) assert.equal(status, 0, told.join('\n'))
      else killed++
    }
    for (const kind of ['ndjson', 'rejects']) {
      const isOrdered = kind === 'ndjson' || !flags.includes('--interleave')
      const [found, expected] = [name, 'whole'].map((each) => {
        const lines = readFileSync(join(folder, `${each}.${kind}`), 'utf8').split('\n')
        return (isOrdered ? lines : lines.sort()).join('\n')
      })
      assert.ok(found === expected, `${kind} differ:\n${told.join('\n')}`)
    }
    rmSync(state, { recursive: true, force: true })
  }
  return killed
}

/** A stream of frames, some late, some of wrong clocks, some broken, cut into files of any format. */
async function framesIn(folder: string, random: Random): Promise<string[]> {
  const seed = below(random, 1000)
  const generate = `uc-generate -c 20000 -r ${pick(random, [5, 100, 1000])} --frame-bytes 200`
  await shell(`${generate} -s ${seed} -d 90 -p 20 --broken 1 > all`, { cwd: folder })
  const bytes = statSync(join(folder, 'all')).size
  const cuts = [0, below(random, bytes), below(random, bytes), bytes].sort((a, b) => a - b)
  const files: string[] = []
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const format = pick(random, Object.keys(packers))
    const part = `tail -c +${from + 1} all | head -c ${cuts[i + 1]! - from}`
    await shell(`${part} | ${packers[format]} > part-${i}${format}`, { cwd: folder })
    files.push(join(folder, `part-${i}${format}`))
  }
  return files
}

function outputs(folder: string, name: string): string[] {
  return ['--out', join(folder, `${name}.ndjson`), '--rejects', join(folder, `${name}.rejects`)]
}

interface Ended {
  /** Null: it was killed. */
  readonly status: number | null
  readonly stderr: string
  readonly ms: number
}

async function run(args: readonly string[], killMs = Infinity): Promise<Ended> {
  const startMs = performance.now()
  const child = spawn(process.execPath, [join(root, 'bin/uc-pipeline'), ...args])
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => stderr += chunk.toString())
  const timer = Number.isFinite(killMs)
    ? setTimeout(() => child.kill('SIGKILL'), killMs)
    : undefined
  const [status] = await once(child, 'close') as [number | null]
  clearTimeout(timer)
  return { status, stderr, ms: performance.now() - startMs }
}
