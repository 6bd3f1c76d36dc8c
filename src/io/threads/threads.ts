/**
 * The threads that scan, seen from the main one, which is one of them. Pieces are begun in the order
 * in which they are asked for, each by the next thread that has time; who asked reads the replies in
 * any order. While a reply is waited for, and so the main thread has nothing else to do, it scans
 * what no other has begun: so it does while the others start.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { UcError } from '../../errors.ts'
import { compiledScanner } from '../../kernel/module.ts'
import { freeDescriptors, spareDescriptors } from '../descriptors.ts'
import { mayRead, mayTakeAddresses } from '../runtime.ts'
import { bytesOf } from '../../kernel/scanned-lines.ts'
import {
  mostUntakenBytes,
  type Reply,
  type ScannedPiece,
  type ScanSettings,
  type ThreadSettings,
  type ToThread,
} from './messages.ts'
import { PieceScanner } from './piece-scanner.ts'

export interface ThreadsOptions extends ScanSettings {
  /** How many, with this one, at most: one is started when the others have work. */
  readonly count: number
}

const program = fileURLToPath(new URL('.', import.meta.url))
const notPermitted =
  '--threads: a thread loads the program anew, for which Deno wants permission; ' +
  `add --allow-read=${program}`

/** The runtime dies where it finds less for a thread: a heap of its own, and room for code. */
const threadAddressBytes = 2 ** 30
const mayStart = () => mayTakeAddresses(threadAddressBytes)

/** A thread has its next piece before it asks for it, so that it never waits for this one. */
const mostWork = 3
/** A compressed file takes long: what is given to its thread would wait, while others have time. */
const workOf = ({ range }: ScannedPiece) => range === undefined ? mostWork : 1

/** What a thread opens: while it starts, while it reads, and its pipes and events. */
const threadDescriptors = 8

/** How many threads can start without taking all descriptors that there are. */
function startable(name: string, count: number): number {
  const wanted = spareDescriptors + count * threadDescriptors
  const free = freeDescriptors(name, wanted)
  return Math.max(0, Math.floor((free - spareDescriptors) / threadDescriptors))
}

export class Threads {
  readonly count: number
  readonly #options: ThreadsOptions
  readonly #threads: Thread[] = []
  readonly #waiting: Scan[] = []
  /** How many may be started, as far as descriptors and addresses go. */
  #most: number | undefined
  #own: OwnScan | undefined

  constructor(options: ThreadsOptions) {
    this.count = options.count
    this.#options = options
  }

  /** What is found in the piece. All replies have to be read, as what is not taken is waited for. */
  scan(piece: ScannedPiece): AsyncGenerator<Reply> {
    const scan = new Scan(piece)
    this.#waiting.push(scan)
    this.#share()
    return scan.replies(() => this.#help())
  }

  end(): void {
    for (const thread of this.#threads) thread.end()
  }

  #share(): void {
    for (let scan; (scan = this.#waiting[0]) !== undefined;) {
      const thread = this.#freest(scan.piece)
      if (thread === undefined || thread.work >= mostWork) return
      this.#waiting.shift()
      thread.begin(scan)
    }
  }

  /** Compressed files are for the others alone: their decoder would wait for the main thread. */
  #freest({ name, range }: ScannedPiece): Thread | undefined {
    const threads = this.#threads
    const idle = threads.find(({ work }) => work === 0)
    if (idle !== undefined) return idle
    this.#most ??= startable(name, this.count)
    const most = Math.min(range === undefined ? this.count : this.count - 1, this.#most)
    const freest = threads.toSorted((a, b) => a.work - b.work)[0]
    if (threads.length >= most) return freest
    if (!mayStart()) {
      this.#most = threads.length
      return freest
    }
    const thread = new Thread(this.#options, () => this.#share())
    threads.push(thread)
    return thread
  }

  /** Scans up to the next reply of a piece that no thread has begun. Returns whether it may. */
  async #help(): Promise<boolean> {
    if (this.#own?.isBusy !== true) {
      const isAlone = this.#most === 0
      const next = this.#waiting.findIndex(({ piece }) => isAlone || piece.range !== undefined)
      const [scan] = next < 0 ? [] : this.#waiting.splice(next, 1)
      if (scan === undefined) return false
      this.#share() // those behind it may be for others
      this.#own ??= new OwnScan(new PieceScanner(this.#options))
      this.#own.begin(scan)
    }
    if (!await this.#own!.step()) return false
    await new Promise(setImmediate) // the others have replied meanwhile
    return true
  }
}

/** The piece that the main thread scans itself, by steps. It too waits while much is not taken. */
class OwnScan {
  readonly #scanner: PieceScanner
  #scan: Scan | undefined
  #replies: AsyncGenerator<Reply> | undefined
  #untakenBytes = 0

  constructor(scanner: PieceScanner) {
    this.#scanner = scanner
  }

  get isBusy(): boolean {
    return this.#scan !== undefined
  }

  begin(scan: Scan): void {
    this.#scan = scan
    this.#replies = this.#scanner.scan(scan.piece)
    scan.onTaken = ({ lines }) => {
      this.#untakenBytes -= bytesOf(lines)
      this.#scanner.reuse(lines.bytes.buffer as ArrayBuffer)
    }
  }

  /** Returns whether there was a reply. */
  async step(): Promise<boolean> {
    if (this.#untakenBytes >= mostUntakenBytes) return false
    const { value, done } = await this.#replies!.next()
    if (done === true) return false
    this.#untakenBytes += bytesOf(value.lines)
    this.#scan!.found(value)
    if (value.end !== undefined) this.#scan = undefined
    return true
  }
}

class Thread {
  readonly #worker: Worker
  readonly #onTime: () => void
  /** The next reply is about the first one. */
  readonly #scans: Scan[] = []
  #death: UcError | undefined

  constructor({ kernel, keepsFrames, zstdWindowBytes }: ScanSettings, onTime: () => void) {
    if (!mayRead(program)) throw new UcError('failed', notPermitted)
    this.#onTime = onTime
    const compiled = compiledScanner()
    const workerData: ThreadSettings = { kernel, keepsFrames, zstdWindowBytes, compiled }
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData,
      // Else both would be piped to ours, and the pipe would take the error of a reader that left.
      stdout: true,
      stderr: true,
    })
    this.#worker.on('message', (reply: Reply) => {
      this.#scans[0]?.found(reply) // none where it comes behind the news of a death
      if (reply.end === undefined) return
      this.#scans.shift()
      onTime()
    })
    this.#worker.on('error', (error) => this.#die(error))
    this.#worker.on('exit', (status) => this.#die(new Error(`it ended with status ${status}`)))
  }

  get work(): number {
    return this.#scans.reduce((work, { piece }) => work + workOf(piece), 0)
  }

  begin(scan: Scan): void {
    if (this.#death !== undefined) return scan.fail(this.#death)
    this.#scans.push(scan)
    scan.onTaken = ({ lines }) => {
      const memory = lines.bytes.buffer as ArrayBuffer
      this.#worker.postMessage({ taken: memory } satisfies ToThread, [memory])
    }
    this.#worker.postMessage(scan.piece satisfies ToThread)
  }

  end(): void {
    this.#worker.terminate()
  }

  /** By itself it ends only where something is wrong: a bug, or no memory left for it. */
  #die({ code, message }: NodeJS.ErrnoException): void {
    this.#death ??= new UcError(
      'failed',
      code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'memory: a thread needs more than the runtime allows it; use a lower --max-line'
        : `a thread has died: ${message}; --threads 1 does without`,
    )
    for (const scan of this.#scans.splice(0)) scan.fail(this.#death)
    this.#onTime()
  }
}

/** A piece that a thread scans, or is going to. */
class Scan {
  readonly piece: ScannedPiece
  onTaken: (reply: Reply) => void = () => {}
  readonly #replies: Reply[] = []
  #error: UcError | undefined
  #wake = () => {}

  constructor(piece: ScannedPiece) {
    this.piece = piece
  }

  found(reply: Reply): void {
    this.#replies.push(reply)
    this.#wake()
  }

  fail(error: UcError): void {
    this.#error ??= error
    this.#wake()
  }

  /** A reply is taken when the next one is asked for. `help` does other work while there is none. */
  async *replies(help: () => Promise<boolean>): AsyncGenerator<Reply> {
    for (;;) {
      const reply = this.#replies.shift()
      if (reply !== undefined) {
        yield reply
        this.onTaken(reply)
        if (reply.end !== undefined) return
      } else if (this.#error !== undefined) {
        throw this.#error
      } else if (!await help()) {
        await new Promise<void>((resolve) => this.#wake = resolve)
      }
    }
  }
}
