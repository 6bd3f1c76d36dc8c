/**
 * Files one after the other, as of input.ts, but read and scanned by threads. They read ahead; what
 * they find comes in the order of the input.
 */
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import { LF } from '../../kernel/json-tokens.ts'
import type { SourceProgress } from '../../sources/source-progress.ts'
import {
  InputError,
  type InputMessage,
  type InputOptions,
  isPlain,
  openInput,
  placeOf,
  readMarked,
} from '../input.ts'
import type { Reply } from './messages.ts'
import { type FileRead, type Part, partsOf } from './parts.ts'
import type { Threads } from './threads.ts'

export interface ThreadedInputOptions extends InputOptions {
  readonly threads: Pick<Threads, 'count' | 'scan' | 'end'>
  /** How much of a plain file a thread is given at once. */
  readonly pieceBytes?: number
  /** Told whether the source itself keeps us waiting, rather than a thread. */
  readonly progress: Pick<SourceProgress, 'isReadToItsEnd'>
}

/** A part under way; a stream is read when its turn comes. */
interface Begun extends Part {
  readonly replies: AsyncGenerator<Reply> | undefined
}

/** Enough that handing it over costs next to nothing. */
const usualPieceBytes = 4 * 2 ** 20
/** Parts per thread that are under way or waiting for those before them. */
const partsPerThread = 8

export function threadedInput(
  options: ThreadedInputOptions,
): AsyncGenerator<InputMessage | ScannedLines> {
  const { files, onBytes = () => {}, onWarning, threads, pieceBytes = usualPieceBytes } = options
  const { goesOn = false, progress } = options
  const fromBytes = new Map(options.fromBytes)
  const mostBegun = threads.count * partsPerThread
  let isStreaming = false
  progress.isReadToItsEnd = () => isStreaming

  async function* messages(): AsyncGenerator<InputMessage | ScannedLines> {
    const begun: Begun[] = []
    try {
      if (goesOn) yield* endOfLine(files[0]!)
      const parts = partsOf({ files, fromBytes, goesOn, pieceBytes })
      for (;;) {
        while (begun.length < mostBegun) {
          const { value: part, done } = parts.next()
          if (done === true) break
          begun.push({ ...part, replies: part.piece && threads.scan(part.piece) })
        }
        const next = begun.shift()
        if (next === undefined) return
        if (next.failure !== undefined) throw new InputError(placeOf(next.file.name), next.failure)
        if (next.replies === undefined) yield* stream(next.file)
        else yield* scanned(next.file, next.replies)
      }
    } finally {
      threads.end()
    }
  }

  /** What may be the rest of a line that was begun, which threads would not take for one. */
  async function* endOfLine(name: string): AsyncGenerator<Uint8Array> {
    const fromByte = fromBytes.get(name)
    if (fromByte === undefined || !isPlain(name)) return
    let at = fromByte
    try {
      for await (const chunk of openInput(name, { ...options, fromByte })) {
        const lf = chunk.indexOf(LF)
        const taken = lf < 0 ? chunk.length : lf + 1
        at += taken
        fromBytes.set(name, at)
        yield chunk.subarray(0, taken)
        if (lf >= 0) return
      }
    } catch (error) {
      throw new InputError(placeOf(name), error)
    }
  }

  async function* stream({ name, behind, isMarked }: FileRead): AsyncGenerator<InputMessage> {
    const fromByte = fromBytes.get(name)
    const messages = readMarked(name, { ...options, behind, fromByte, hasMark: !isMarked })
    if (files.length === 1 && name === '-' && options.goesOn === undefined) await messages.next()
    isStreaming = true
    yield* messages
    isStreaming = false
  }

  async function* scanned(
    file: FileRead,
    replies: AsyncGenerator<Reply>,
  ): AsyncGenerator<InputMessage | ScannedLines> {
    const place = placeOf(file.name)
    for await (const { lines, readBytes, warnings = [], end } of replies) {
      onBytes(readBytes)
      for (const warning of warnings) onWarning?.(warning)
      if (file.isOver) continue
      const isUnread = end?.failure !== undefined && lines.lastLine === lines.lineBefore
      if (!file.isMarked && !isUnread) {
        file.isMarked = true
        yield { type: 'source', source: 0, name: place }
      }
      yield lines
      if (end?.failure !== undefined) {
        const unread = { names: file.behind.map(placeOf), areBegun: false }
        throw new InputError(place, new Error(end.failure), unread)
      }
      if (end?.isFileOver === true) file.isOver = true
    }
  }

  return messages()
}
