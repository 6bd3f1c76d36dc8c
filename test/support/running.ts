/** A command that runs while a test talks to it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { withLimit } from './limit.ts'

const patienceMs = 20_000

/** Longer than any run. */
const endMs = 120_000

export class Running {
  stdout = ''
  stderr = ''
  readonly child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<number | null>

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    child.stdout.on('data', (chunk) => this.stdout += chunk)
    child.stderr.on('data', (chunk) => this.stderr += chunk)
    child.stdin.on('error', () => {}) // it has ended, which its status tells
    this.#closed = new Promise((resolve) => child.on('close', resolve))
  }

  write(text: string): void {
    this.child.stdin.write(text)
  }

  /** Waits until standard output holds `text`. */
  async says(text: string): Promise<void> {
    for (let waitedMs = 0; !this.stdout.includes(text); waitedMs += 10) {
      if (waitedMs > patienceMs || this.child.exitCode !== null) {
        throw new Error(`${text} did not come; stdout: ${this.stdout} stderr: ${this.stderr}`)
      }
      await sleep(10)
    }
  }

  /** Waits for the end: the exit status, null after a signal that killed. */
  status(): Promise<number | null> {
    return withLimit(this.#closed, {
      what: this.child.spawnargs.join(' '),
      ms: endMs,
      kill: () => this.child.kill('SIGKILL'),
      written: () => this,
    })
  }
}

/** The design card's pipe. */
export function pipe(start: (name: string) => Running): readonly [Running, Running, Running] {
  const [extract, window, count] = [start('uc-extract'), start('uc-window'), start('uc-count')]
  extract.child.stdout.pipe(window.child.stdin)
  window.child.stdout.pipe(count.child.stdin)
  return [extract, window, count]
}
