/**
 * What differs between Node and Deno, and all that touches the process: this file is the one user
 * of `process` and `Deno`.
 */
import { Buffer } from 'node:buffer'
import {
  constants,
  existsSync,
  fstatSync,
  open,
  read,
  readFileSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs'
import { hostname, totalmem } from 'node:os'
import { isatty } from 'node:tty'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { UcError } from '../errors.ts'
import { exactArguments, pathOf } from './file-name.ts'
import { FileExtent } from './file-extent.ts'
import { groupLimit } from './cgroup.ts'
import { pipeChunks, type Take, turn } from './pipe-chunks.ts'
import { reasonOf } from './reason.ts'

/** The reader of our output left: `| head`. */
export class ReaderLeft extends Error {}

/** After so much of a file whatever else waits has its turn. */
const bytesPerTurn = 2 * 2 ** 20

interface DenoNamespace {
  readonly version: { readonly deno: string }
  readonly noColor: boolean
  readonly stdin: { read(buffer: Uint8Array): Promise<number | null> }
  readonly stdout: { write(bytes: Uint8Array): Promise<number> }
  readonly permissions: { querySync(permission: Permission): { readonly state: string } }
}

type Permission =
  | { readonly name: 'read'; readonly path: string }
  | { readonly name: 'env'; readonly variable: string }
  | { readonly name: 'sys'; readonly kind: 'systemMemoryInfo' | 'hostname' }
  | { readonly name: 'run'; readonly command?: string }

/** By the global: to import it asks it for all that it has, even for its streams. */
const process: NodeJS.Process = globalThis.process
const deno = (globalThis as { Deno?: DenoNamespace }).Deno

/** Deno itself refuses arguments that are not UTF-8. */
export const commandLine: readonly string[] = deno === undefined
  ? exactArguments(process.argv.slice(2))
  : process.argv.slice(2)

/** What runs us, on what: `node 20.20.2, linux x64`. */
export const platform: string = `${
  deno === undefined ? `node ${process.versions.node}` : `deno ${deno.version.deno}`
}, ${process.platform} ${process.arch}`

/** What runs, to be started again beside this process. */
export const ownProgram: { readonly runtime: string; readonly script: string } = {
  get runtime() {
    return process.execPath
  },
  get script() {
    return process.argv[1] ?? ''
  },
}

export const processId: number = process.pid

/** What the machine, or the container, is called; undefined where Deno does not let us see it. */
export function hostName(): string | undefined {
  return isPermitted({ name: 'sys', kind: 'hostname' }) ? hostname() : undefined
}

/** Whether there is such a process, whoever's; undefined where Deno does not let us see it. */
export function isProcess(id: number): boolean | undefined {
  if (!isPermitted({ name: 'run' })) return undefined
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** An environment variable; undefined too where Deno does not let us see it. */
export function environment(name: string): string | undefined {
  return isPermitted({ name: 'env', variable: name }) ? variables[name] : undefined
}

const variables = process.env

// Packages look at variables too (yargs at SHELL, readable-stream at READABLE_STREAM). One that Deno
// does not let us see is unset for them: otherwise it would end the run, or ask the user.
if (deno !== undefined) {
  process.env = new Proxy({}, {
    get: (_, name) => typeof name === 'string' ? environment(name) : undefined,
  })
}

export function isTerminal(stream: 'stdin' | 'stdout' | 'stderr'): boolean {
  // Standard input by its descriptor: to look at the stream of the process would begin to read it.
  return stream === 'stdin' ? isatty(0) : process[stream].isTTY === true
}

/** Of a terminal; 0 where it does not say. */
export function terminalSize(
  stream: 'stdout' | 'stderr',
): { readonly columns: number; readonly rows: number } {
  const { columns = 0, rows = 0 } = process[stream]
  return { columns, rows }
}

/** Whether the user has asked for no colours, which Deno lets us see without leave. */
export function refusesColours(): boolean {
  return deno?.noColor ?? (environment('NO_COLOR') ?? '') !== ''
}

/** Whether another program stands at the other end. On Node such a descriptor closes itself. */
export function isPipe(fd: number): boolean {
  const stat = fstatSync(fd)
  return stat.isFIFO() || stat.isSocket()
}

/** Writes all of `bytes` to standard output. Rejects with ReaderLeft when nobody reads any more. */
export async function writeOut(bytes: Uint8Array): Promise<void> {
  if (isOutClosed()) throw new UcError('failed', closed)
  try {
    if (deno === undefined) await writeStream(bytes)
    else await writeDeno(deno.stdout, bytes)
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    if (code === 'EPIPE' || name === 'BrokenPipe') throw new ReaderLeft()
    throw new UcError('failed', `standard output: ${reasonOf(error)}`, { cause: error })
  }
}

const closed = 'standard output is closed; expected a file, a pipe or > /dev/null'

/**
 * Whether the command was started with standard output closed (`>&-`). The runtime puts /dev/null
 * there, for reading and writing, which a shell's `> /dev/null` is not. Only Linux can tell.
 */
function isOutClosed(): boolean {
  if (outIsClosed === undefined) {
    outIsClosed = false
    try {
      const hasNull = mayRead('/proc/self/fd/1') && readlinkSync('/proc/self/fd/1') === '/dev/null'
      if (hasNull && mayRead('/proc/self/fdinfo/1')) {
        const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1]
        outIsClosed = (parseInt(flags ?? '0', 8) & constants.O_RDWR) !== 0
      }
    } catch {
      // No Linux: taken for open.
    }
  }
  return outIsClosed
}

let outIsClosed: boolean | undefined

function writeStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.stdout.listenerCount('error') === 0) {
      process.stdout.on('error', () => {}) // whoever awaits the write is told
    }
    process.stdout.write(bytes, (error) => error ? reject(error) : resolve())
  })
}

/** On Deno process.stdout never says that the reader left. */
async function writeDeno(stdout: DenoNamespace['stdout'], bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await stdout.write(bytes.subarray(written))
  }
}

/** What standard error would not take yet, being full and not to be waited for. */
let untold = Buffer.alloc(0)

/** Writes to standard error at once, so that nothing is lost when the process ends. */
export function writeError(text: string): void {
  untold = Buffer.concat([untold, Buffer.from(text)])
  tell()
}

function tell(): void {
  try {
    while (untold.length > 0) untold = untold.subarray(writeSync(2, untold))
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'EAGAIN'
    if (!isFull) untold = Buffer.alloc(0) // nowhere left to complain
  }
}

/**
 * Opens a file. On Node without waiting for the writer of a named pipe: that would block one of the
 * four threads that all files share, and keep the process from ending.
 */
export function openForReading(name: string): Promise<number> {
  const flags = constants.O_RDONLY | (deno === undefined ? constants.O_NONBLOCK : 0)
  return new Promise((resolve, reject) => {
    open(pathOf(name), flags, (error, fd) => error ? reject(error) : resolve(fd))
  })
}

/** Whether the descriptor is read by a socket, which closes it. */
export function isReadAsStream(fd: number): boolean {
  return deno === undefined && isPipe(fd)
}

export interface ReadOptions {
  /** Where chunks are best read into. */
  readonly memory?: Uint8Array
  /** Of a file that is opened more than once: what is known of its length. */
  readonly extent?: FileExtent | undefined
  /** Of a regular file: the byte from which it is read. */
  readonly fromByte?: number | undefined
  /** Told of every chunk. */
  readonly onBytes?: ((count: number) => void) | undefined
}

/**
 * What an open descriptor gives, 0 being standard input, chunk by chunk in `memory` where that can
 * be; a chunk is valid until the next one is asked for.
 */
export function chunksOf(
  fd: number,
  { memory = new Uint8Array(256 * 1024), extent, fromByte, onBytes }: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const take = (count: number, chunk = memory) => {
    onBytes?.(count)
    return chunk.subarray(0, count)
  }
  if (isReadAsStream(fd)) return pipeChunks(fd, memory, take)
  if (fstatSync(fd).isFile()) return fileChunks(fd, memory, take, { extent, fromByte })
  if (fd !== 0) return deviceChunks(fd, memory, take)
  return terminalChunks(memory, take)
}

async function* terminalChunks(
  memory: Uint8Array,
  take: (count: number, chunk?: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  if (deno === undefined) {
    for await (const chunk of process.stdin) yield take(chunk.length, chunk as Uint8Array)
  } else {
    for (let count; (count = await deno.stdin.read(memory)) !== null;) yield take(count)
  }
}

/**
 * A file is read in our own thread: to hand 256 KiB to the thread pool and to wait for it takes
 * longer than to copy them from the cache of the system.
 */
async function* fileChunks(
  fd: number,
  buffer: Uint8Array,
  take: Take,
  { extent = new FileExtent(), fromByte = 0 }: Pick<ReadOptions, 'extent' | 'fromByte'>,
): AsyncGenerator<Uint8Array> {
  extent.look(fd, fromByte)
  let at = fromByte
  for (let sinceTurn = 0;;) {
    const count = readSync(fd, buffer, 0, buffer.length, at)
    if (count === 0) return extent.end(fd, at)
    at += count
    yield take(count)
    sinceTurn += count
    if (sinceTurn < bytesPerTurn) continue
    sinceTurn = await turn()
    extent.look(fd, at)
  }
}

/** What may keep us waiting, such as a terminal, in the thread pool. */
async function* deviceChunks(
  fd: number,
  buffer: Uint8Array,
  take: Take,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const count = await new Promise<number>((resolve, reject) => {
      const { length } = buffer
      read(fd, buffer, 0, length, null, (error, count) => error ? reject(error) : resolve(count))
    })
    if (count === 0) return
    yield take(count)
  }
}

/** Without a listener Node answers SIGUSR1 by a port for debuggers, and Deno by its end. */
export function ignoreDebugSignal(): void {
  process.on('SIGUSR1', () => {})
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

/** For as long as another program has the terminal. */
export function ignoreInterrupts(): void {
  process.on('SIGINT', () => {})
}

/** Whether Deno lets us start the program. */
export function mayStart(command: string): boolean {
  return isPermitted({ name: 'run', command })
}

/** Calls `fail` with what was thrown where nobody catches it: in a callback of a package, say. */
export function onCrash(fail: (error: unknown) => void): void {
  process.on('uncaughtException', fail)
}

export function residentBytes(): number {
  return process.memoryUsage.rss()
}

/** Of the memory that the runtime gives to objects, its limit and how much is in use. */
export function heapBytes(): { readonly used: number; readonly limit: number } {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return { used: used_heap_size, limit: heap_size_limit }
}

/**
 * Memory that we may have: of the machine, or of the container; undefined where Deno does not let us
 * see it. What the runtime says of the container leaves out limits of groups around our own.
 */
export function availableBytes(): number | undefined {
  if (!isPermitted({ name: 'sys', kind: 'systemMemoryInfo' })) return undefined
  const constrained = process.constrainedMemory() // 0 or more than there is: no limit
  return Math.min(totalmem(), constrained || Infinity, groupLimit(textOf) ?? Infinity)
}

/** What `ulimit -v` allows of address space; undefined without a limit, or where it is not told. */
export function addressLimitBytes(): number | undefined {
  const [, bytes] = /^Max address space +(\d+)/m.exec(textOf('/proc/self/limits') ?? '') ?? []
  return bytes === undefined ? undefined : Number(bytes)
}

/** How much of it is taken, which is far more than what is used. */
export function addressBytes(): number {
  const [, kibibytes] = /^VmSize:\s+(\d+)/m.exec(textOf('/proc/self/status') ?? '') ?? []
  return Number(kibibytes ?? 0) * 1024
}

/** Whether `ulimit -v` leaves so many addresses. */
export function mayTakeAddresses(bytes: number): boolean {
  const limit = addressLimitBytes()
  return limit === undefined || addressBytes() + bytes <= limit
}

/** A file of the system; undefined where there is none, or Deno does not let us see it. */
function textOf(path: string): string | undefined {
  if (deno !== undefined) return undefined // it wants permission for everything
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Whether Deno lets us read the file, or all of the folder. */
export function mayRead(path: string): boolean {
  return isPermitted({ name: 'read', path })
}

/** Whether there is no such file or folder; false too where Deno does not let us see it. */
export function isMissing(name: string): boolean {
  return mayRead(name) && !existsSync(pathOf(name))
}

/** Asked first, as just trying makes Deno ask the user. */
function isPermitted(permission: Permission): boolean {
  return deno === undefined || deno.permissions.querySync(permission).state === 'granted'
}

/** Ends the process, once standard error has taken what is to be told, or a signal comes. */
export async function exit(status: number): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => process.exit(status))
  }
  for (tell(); untold.length > 0; tell()) await sleep(10)
  process.exit(status)
}
