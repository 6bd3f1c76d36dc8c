/**
 * Processes of one command, beside this one: told of under their number, started again where
 * something kills them, and ended with this one.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../../io/reason.ts'

export interface ChildProcessesOptions {
  readonly count: number
  readonly command: readonly [program: string, ...args: string[]]
  /** What is started last: the arguments of each, by its number from 1 on. */
  argsOf(number: number): readonly string[]
  say(text: string): void
  /** A line that one has written to standard error. */
  heard(number: number, line: string): void
}

type Child = ChildProcessByStdio<null, null, Readable>

/** One that is killed again and again costs little. */
const restartMs = 1000

export class ChildProcesses {
  readonly #options: ChildProcessesOptions
  readonly #children = new Map<number, Child>()
  #isEnding = false
  /** All have ended by themselves, or one has failed: the worst status. */
  readonly ended: Promise<number>

  constructor(options: ChildProcessesOptions) {
    this.#options = options
    const numbers = Array.from({ length: options.count }, (_, i) => i + 1)
    this.ended = new Promise((resolve) => {
      const all = numbers.map(async (number) => {
        const status = await this.#run(number)
        if (status !== 0) resolve(status)
        return status
      })
      void Promise.all(all).then((statuses) => resolve(Math.max(...statuses)))
    })
  }

  /** Ends those that still run, as a signal does; resolves when none is left. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.all([...this.#children.values()].map((child) => {
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      return gone
    }))
  }

  async #run(number: number): Promise<number> {
    while (!this.#isEnding) {
      const how = await this.#runOnce(number)
      if (typeof how === 'number') return how
      if (this.#isEnding) break
      this.#options.say(`process ${number} was ended by ${how}; another one goes on in its place`)
      await sleep(restartMs)
    }
    return 0
  }

  /** Resolves to its status, or the signal that has ended it. */
  async #runOnce(number: number): Promise<number | string> {
    const { command: [program, ...args], argsOf, heard, say } = this.#options
    const child = spawn(program, [...args, ...argsOf(number)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#children.set(number, child)
    createInterface({ input: child.stderr }).on('line', (line) => heard(number, line))
    const how = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => {
        say(`process ${number} does not start: ${reasonOf(error)}`)
        resolve(1)
      })
      child.once('close', (status, signal) => resolve(status ?? signal ?? 1))
    })
    this.#children.delete(number)
    return how
  }
}
