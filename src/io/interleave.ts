/**
 * Several files side by side, by time: each is a source of its own. The one that is furthest behind
 * is read first, and none gets far ahead of it, so that memory follows the windows that are open.
 * The order of the chunks changes no result; it decides only how much is held.
 *
 * Every source is looked at first, so that all are known before a window closes. Where there are
 * more than may be open at once, those furthest ahead are put back: closed, and opened again
 * behind what has been read of them when the others have come so far. Where the system gives fewer
 * descriptors than that, so many are open, and some are left for all else that a run opens.
 */
import { statSync } from 'node:fs'
import { farAheadMs } from '../sources/silence.ts'
import type { ReaderProgress } from '../sources/source-progress.ts'
import { pathOf } from './file-name.ts'
import { freeDescriptors, isNoDescriptor, spareDescriptors } from './descriptors.ts'
import { FileExtent } from './file-extent.ts'
import { InputError, type InputMessage, openInput, type OpenOptions, placeOf } from './input.ts'

type FileOptions = Pick<OpenOptions, 'onBytes' | 'onWarning' | 'zstdWindowBytes'>

/** More would overflow, and fire at once. */
const longestTimerMs = 2 ** 31 - 1

export interface InterleaveOptions extends FileOptions {
  readonly files: readonly string[]
  /** By name, the decoded byte from which a file is read. */
  readonly fromBytes?: ReadonlyMap<string, number> | undefined
  /** Which source each of the files is; else in their order, from 0. */
  readonly numbers?: readonly number[] | undefined
  /** Asked for the time of each source, and told whose next chunk is waited for. */
  readonly progress: ReaderProgress
  /** A source from which nothing comes for so long is not waited for; undefined: all are. */
  readonly idleMs: number | undefined
  /** Files open at once, at most. */
  readonly mostOpen?: number
}

export async function* readInterleaved(options: InterleaveOptions): AsyncGenerator<InputMessage> {
  const { files, fromBytes, numbers, onBytes, onWarning, zstdWindowBytes } = options
  const { progress, idleMs = Infinity, mostOpen = 128 } = options
  const timeOf = (source: number) => progress.timeOf(source)
  let wake = () => {}
  const open = { onBytes, onWarning, zstdWindowBytes }
  const sources = files.map((name, i) => {
    const fromByte = fromBytes?.get(name) ?? 0
    return new Source({ name, fromByte, index: numbers?.[i] ?? i, open, onSettled: () => wake() })
  })
  const byNumber = new Map(sources.map((source) => [source.index, source]))
  progress.isReadToItsEnd = (source) => byNumber.get(source)!.isReading
  for (const { index, place } of sources) yield { type: 'source', source: index, name: place }

  let current = sources.at(-1)?.index
  let live = [...sources]
  let most = openable(sources, mostOpen)
  try {
    while (live.length > 0) {
      live.sort((a, b) => timeOf(a.index) - timeOf(b.index))
      const nowMs = performance.now()
      for (const source of live) {
        if (source.isIdle || source.waitedMs(nowMs) < idleMs) continue
        source.isIdle = true
        yield { type: 'idle', source: source.index }
      }
      const slowest = live.find((source) => source.waitedMs(nowMs) < idleMs) ?? live[0]!
      const wanted = live.filter(({ index }) => timeOf(index) <= timeOf(slowest.index) + farAheadMs)
      let isFull = false
      for (const source of wanted) {
        const isFree = source.isOpen || !source.isFile
        if (!isFree && !isFull) isFull = !hasRoom(source)
        if (!isFree && !isFull) source.isAlone = openFiles().length === 0
        if (isFree || !isFull) source.read()
      }
      if (hasPutBackUnopened()) continue
      const source = wanted.find((each) => each.isReady)
      if (source === undefined) {
        await settledOrIdle()
        continue
      }
      if (current !== source.index) { // an error too is about what was read of this one
        yield { type: 'source', source: source.index, name: source.place }
        current = source.index
      }
      const others = () => live.filter((each) => each !== source).map(({ place }) => place)
      const chunk = source.take(others)
      if (chunk !== undefined) {
        yield chunk
      } else {
        yield { type: 'source-end', source: source.index }
        await source.close()
        live = live.filter((each) => each !== source)
      }
    }
  } finally {
    await Promise.all(sources.map((source) => source.close()))
  }

  function openFiles(): Source[] {
    return live.filter(({ isOpen, isFile }) => isOpen && isFile)
  }

  /** Whether the source may be opened, perhaps in the place of one that is far ahead of it. */
  function hasRoom({ index }: Source): boolean {
    const open = openFiles()
    if (open.length < most) return true
    const last = open.findLast(({ isReading, isReady }) => !isReading && !isReady)
    if (last === undefined || timeOf(last.index) <= timeOf(index) + farAheadMs) return false
    last.putBack()
    return true
  }

  /** Where there was no descriptor for a file, one less is open from now on. Returns whether. */
  function hasPutBackUnopened(): boolean {
    const open = openFiles()
    const unopened = open.filter(({ lacksDescriptor, isAlone }) => lacksDescriptor && !isAlone)
    for (const source of unopened) source.putBack()
    if (unopened.length > 0) most = Math.max(1, Math.min(most, open.length - unopened.length))
    return unopened.length > 0
  }

  function settledOrIdle(): Promise<void> {
    const nowMs = performance.now()
    const leftMs = live.filter(({ isReading }) => isReading)
      .map((source) => idleMs - source.waitedMs(nowMs))
      .filter((ms) => ms > 0)
    const soonestMs = Math.min(...leftMs, longestTimerMs)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, soonestMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** How many files may be open side by side. */
function openable(sources: readonly Source[], mostOpen: number): number {
  const file = sources.find(({ isFile }) => isFile)
  if (file === undefined) return mostOpen
  const spare = spareDescriptors + sources.filter(({ isFile }) => !isFile).length
  const wanted = Math.min(sources.length, mostOpen)
  const free = freeDescriptors(file.name, wanted + spare)
  return free === wanted + spare ? mostOpen : Math.max(1, free - spare)
}

interface SourceOptions {
  readonly name: string
  readonly fromByte: number
  readonly index: number
  readonly open: FileOptions
  /** A chunk, the end or an error has come. */
  onSettled(): void
}

class Source {
  readonly index: number
  readonly name: string
  readonly place: string
  /** A file can be put back and opened again, a pipe cannot. */
  readonly isFile: boolean
  /** No other file was open when it was opened: what it lacked then will not come. */
  isAlone = false
  /** It has been told that nobody waits for it. */
  isIdle = false
  readonly #options: SourceOptions
  #chunks: AsyncGenerator<Uint8Array> | undefined
  #result: IteratorResult<Uint8Array> | undefined
  #error: unknown
  #waitsSinceMs = NaN
  /** Decoded bytes that have been taken. */
  #takenBytes: number
  readonly #extent = new FileExtent()

  constructor(options: SourceOptions) {
    this.#options = options
    this.#takenBytes = options.fromByte
    this.index = options.index
    this.name = options.name
    this.place = placeOf(options.name)
    this.isFile = options.name !== '-' &&
      statSync(pathOf(options.name), { throwIfNoEntry: false })?.isFile() === true
  }

  get isOpen(): boolean {
    return this.#chunks !== undefined
  }

  get isReady(): boolean {
    return this.#result !== undefined || this.#error !== undefined
  }

  get isReading(): boolean {
    return !Number.isNaN(this.#waitsSinceMs)
  }

  /** How long the next chunk has been waited for. */
  waitedMs(nowMs: number): number {
    return nowMs - this.#waitsSinceMs || 0
  }

  /** Begins to read the next chunk. */
  read(): void {
    if (this.isReady || !Number.isNaN(this.#waitsSinceMs)) return
    const { name, open, onSettled } = this.#options
    this.#chunks ??= openInput(name, {
      ...open,
      extent: this.#extent,
      fromByte: this.#takenBytes,
    })
    this.#waitsSinceMs = performance.now()
    this.#chunks.next()
      .then((result) => this.#result = result, (error) => this.#error = error)
      .finally(() => {
        this.#waitsSinceMs = NaN
        onSettled()
      })
  }

  /**
   * The chunk that has come, valid until the next is read; undefined at the end. `others` are read no
   * further where it fails.
   */
  take(others: () => readonly string[]): Uint8Array | undefined {
    if (this.#error !== undefined) {
      throw new InputError(this.place, this.#error, { names: others(), areBegun: true })
    }
    const { value, done } = this.#result!
    this.#result = undefined
    this.isIdle = false
    if (done === true) return undefined
    this.#takenBytes += value.length
    return value.subarray() // the next chunk may be another source's: this one is not asked
  }

  /** Whether it could not be opened for want of one. */
  get lacksDescriptor(): boolean {
    return isNoDescriptor(this.#error)
  }

  putBack(): void {
    this.#error = undefined
    this.#chunks?.return(undefined).catch(() => {})
    this.#chunks = undefined
  }

  async close(): Promise<void> {
    // One that is being read would be waited for: perhaps for ever, where it is a pipe.
    if (Number.isNaN(this.#waitsSinceMs)) await this.#chunks?.return(undefined)
    this.#chunks = undefined
  }
}
