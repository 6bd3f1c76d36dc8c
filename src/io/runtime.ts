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
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { totalmem } from 'node:os'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The reader of our output left: `| head`. */
export class ReaderLeft extends Error {}

/** A pipe holds no more on Linux. */
const pipeChunkBytes = 64 * 1024

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
  const kind = fstatSync(0)
  if (kind.isFile()) {
    yield* fileChunks(0)
  } else if (deno !== undefined) {
    const buffer = new Uint8Array(pipeChunkBytes)
    for (let count; (count = await deno.stdin.read(buffer)) !== null;) {
      yield buffer.subarray(0, count)
    }
  } else if (kind.isFIFO() || kind.isSocket()) {
    yield* pipeChunks()
  } else {
    for await (const chunk of process.stdin) yield chunk as Uint8Array
  }
}

/**
 * Standard input as a pipe on Node, by one buffer: process.stdin makes a new one for every read,
 * and reading the descriptor in the thread pool would keep the process from ending meanwhile.
 */
async function* pipeChunks(): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pipeChunkBytes)
  let count = 0
  let isOver = false
  let failure: Error | undefined
  let wake = () => {}
  const options: ConnectOpts & SocketConstructorOpts = {
    fd: 0,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(received) {
        count = received
        wake()
        return false // pauses until the next chunk is asked for
      },
    },
  }
  const socket = new Socket(options)
  socket.on('error', (error) => failure = error)
  socket.on('close', () => {
    isOver = true
    wake()
  })
  for (;;) {
    count = 0
    const woken = new Promise<void>((resolve) => wake = resolve)
    socket.resume()
    if (count === 0 && !isOver) await woken
    if (count > 0) yield buffer.subarray(0, count)
    else if (failure !== undefined) throw failure
    else return
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

/**
 * Calls `stop` at the first signal; the second one kills. One listener for both: on Deno a listener
 * that is added while a signal is delivered hears that same signal.
 */
export function onSignal(stop: (signal: Signal) => void): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) process.kill(process.pid, 'SIGKILL')
      isStopping = true
      stop(signal)
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
