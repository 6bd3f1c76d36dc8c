/** Runs shell scripts as users do, and waits for all that they started. */
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { withLimit } from './limit.ts'
import { binFolder } from './paths.ts'

export interface ShellResult {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

export interface ShellOptions {
  /** Working folder. */
  readonly cwd?: string
  /** File for standard input; nothing without one. */
  readonly input?: string
  /** Before the commands of the repository in PATH. */
  readonly bin?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Longer than any script. */
const limitMs = 300_000

/**
 * Runs `script` in bash with pipefail. Output goes through files, so that it is whole, and that
 * /dev/stderr can be opened by name.
 */
export async function shell(script: string, options: ShellOptions = {}): Promise<ShellResult> {
  const { cwd, input = '/dev/null', bin, environment = {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'uc-shell-'))
  const [out, err] = [join(folder, 'out'), join(folder, 'err')]
  const descriptors = [openSync(input, 'r'), openSync(out, 'w'), openSync(err, 'w')]
  const path = [bin, binFolder, process.env['PATH']].filter((part) => part !== undefined).join(
    ':',
  )
  try {
    const child = spawn('bash', ['-o', 'pipefail', '-c', script], {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, NO_COLOR: '1', ...environment, PATH: path },
      stdio: descriptors,
      detached: true, // its group is killed as a whole
    })
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    const written = () => ({ stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') })
    const kill = () => process.kill(-child.pid!, 'SIGKILL')
    const status = await withLimit(ended, { what: script, ms: limitMs, kill, written })
    return { ...written(), status }
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor)
    rmSync(folder, { recursive: true })
  }
}
