/** A command that runs while a test talks to it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 20_000

/** Longer than any run; one that hangs must not keep all tests from ending. */
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
        throw new Error(`${text} did not come; ${this.#written()}`)
      }
      await sleep(10)
    }
  }

  /** Waits for the end: the exit status, null after a signal that killed. */
  async status(): Promise<number | null> {
    const waiting = new AbortController()
    const late = sleep(endMs, 'late' as const, { ref: false, signal: waiting.signal })
    late.catch(() => {}) // it has ended
    const status = await Promise.race([this.#closed, late])
    waiting.abort()
    if (status !== 'late') return status
    this.child.kill('SIGKILL')
    throw new Error(`it did not end in ${endMs} ms; ${this.#written()}`)
  }

  #written(): string {
    return `stdout: ${this.stdout.slice(-2000)}\nstderr: ${this.stderr.slice(-2000)}`
  }
}

/** The design card's pipe. */
export function pipe(start: (name: string) => Running): readonly [Running, Running, Running] {
  const [extract, window, count] = [start('uc-extract'), start('uc-window'), start('uc-count')]
  extract.child.stdout.pipe(window.child.stdin)
  window.child.stdout.pipe(count.child.stdin)
  return [extract, window, count]
}
