/**
 * What differs between Node and Deno, and all that touches the process: this file is the one user
 * of `process` and `Deno`.
 *
 * Output goes through file descriptor 1 by the thread pool, not through process.stdout: that one
 * writes to pipes synchronously on Linux, so that a slow reader would block signals, and on Deno it
 * never reports that the reader left.
 */
import { Buffer } from 'node:buffer'
import { fstatSync, read, write, writeSync } from 'node:fs'
import { totalmem } from 'node:os'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The reader of our output left: `| head`. */
export class ReaderLeft extends Error {}

interface DenoStreams {
  readonly stdin: { read(buffer: Uint8Array): Promise<number | null> }
  readonly stdout: { write(bytes: Uint8Array): Promise<number> }
}

const deno = (globalThis as { Deno?: DenoStreams }).Deno

export const runtimeName: 'Node' | 'Deno' = deno === undefined ? 'Node' : 'Deno'

export const commandLine: readonly string[] = process.argv.slice(2)

/** An environment variable; undefined too where Deno does not let us see it. */
export function environment(name: string): string | undefined {
  return permitted(() => process.env[name])
}

export function isTerminal(stream: 'stdin' | 'stdout' | 'stderr'): boolean {
  return process[stream].isTTY === true
}

/** Writes all of `bytes` to standard output. Rejects with ReaderLeft when nobody reads any more. */
export async function writeOut(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    try {
      const rest = bytes.subarray(written)
      written += deno === undefined ? await writeSome(1, rest) : await deno.stdout.write(rest)
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException
      if (code === 'EPIPE' || name === 'BrokenPipe') throw new ReaderLeft()
      if (code !== 'EAGAIN') throw error
      await sleep(5) // another process has made the pipe non-blocking
    }
  }
}

function writeSome(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(
      fd,
      bytes,
      0,
      bytes.length,
      null,
      (error, count) => error ? reject(error) : resolve(count),
    )
  })
}

/** Writes to standard error at once, so that nothing is lost when the process ends. */
export function writeError(text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(2, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return // nowhere left to complain
    }
  }
}

/** Standard input, chunk by chunk; a chunk is valid until the next one is asked for. */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  if (fstatSync(0).isFile()) {
    yield* fileChunks(0)
  } else if (deno === undefined) {
    for await (const chunk of process.stdin) yield chunk as Uint8Array
  } else {
    const buffer = new Uint8Array(64 * 1024)
    for (;;) {
      const count = await deno.stdin.read(buffer)
      if (count === null) return
      yield buffer.subarray(0, count)
    }
  }
}

/** The rest of an open file, chunk by chunk; a chunk is valid until the next one is asked for. */
export async function* fileChunks(fd: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(256 * 1024)
  for (;;) {
    const count = await new Promise<number>((resolve, reject) => {
      read(
        fd,
        buffer,
        0,
        buffer.length,
        null,
        (error, count) => error ? reject(error) : resolve(count),
      )
    })
    if (count === 0) return
    yield buffer.subarray(0, count)
  }
}

export type Signal = 'SIGINT' | 'SIGTERM'

/** Calls `stop` at the first signal; the second one has its usual effect. */
export function onSignal(stop: (signal: Signal) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop(signal)
      process.once(signal, () => process.kill(process.pid, 'SIGKILL'))
    })
  }
}

export function residentBytes(): number {
  return process.memoryUsage.rss()
}

/** Memory of the machine; undefined where Deno does not let us see it. */
export function machineBytes(): number | undefined {
  return permitted(totalmem)
}

function permitted<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    if ((error as Error).name === 'NotCapable') return undefined
    throw error
  }
}

export function exit(status: number): never {
  process.exit(status)
}
