/**
 * Files one after the other, as of input.ts, but read and scanned by threads. They read ahead; what
 * they find comes in the order of the input.
 */
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import type { SourceProgress } from '../../sources/source-progress.ts'
import {
  InputError,
  type InputMessage,
  type InputOptions,
  isPlain,
  placeOf,
  readMarked,
} from '../input.ts'
import { FileRest } from './file-rest.ts'
import type { Reply } from './messages.ts'
import { type FileRead, type Part, partsOf } from './parts.ts'
import type { Threads } from './threads.ts'

export interface ThreadedInputOptions extends InputOptions {
  readonly threads: Pick<Threads, 'count' | 'scan' | 'end'>
  /** How much of a plain file a thread is given at once. */
  readonly pieceBytes?: number
  /** Told whether the source itself keeps us waiting, rather than a thread. */
  readonly progress: Pick<SourceProgress, 'isReadToItsEnd'>
  /** Whether a frame or an array is open behind what was given last. */
  readonly watch?: { readonly isOpen: boolean }
}

async function* nothing(): AsyncGenerator<never> {}

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
  const { goesOn = false, progress, watch = { isOpen: false } } = options
  const fromBytes = new Map(options.fromBytes)
  const mostBegun = threads.count * partsPerThread
  let isStreaming = false
  progress.isReadToItsEnd = () => isStreaming

  async function* messages(): AsyncGenerator<InputMessage | ScannedLines> {
    const begun: Begun[] = []
    try {
      let rest = goesOn ? restOf(files[0]!) : undefined
      if (rest !== undefined) {
        yield* endOfLine(rest)
        if (!watch.isOpen) rest = undefined
      }
      const parts = partsOf({ files, fromBytes, goesOn, pieceBytes })
      for (;;) {
        while (begun.length < mostBegun) {
          const { value: part, done } = parts.next()
          if (done === true) break
          if (part.piece !== undefined && rest !== undefined) part.file.rest = rest
          rest = undefined
          begun.push({ ...part, replies: part.piece && threads.scan(part.piece) })
        }
        const next = begun.shift()
        if (next === undefined) return
        if (next.failure !== undefined) throw new InputError(placeOf(next.file.name), next.failure)
        if (next.replies === undefined) yield* stream(next.file)
        else if (next.file.rest !== undefined) yield* passed(next, next.replies)
        else yield* scanned(next, next.replies)
      }
    } finally {
      threads.end()
    }
  }

  /** Of a plain file that the run before has begun. */
  function restOf(name: string): FileRest | undefined {
    const fromByte = fromBytes.get(name)
    if (fromByte === undefined || !isPlain(name)) return undefined
    return new FileRest(name, fromByte, options)
  }

  /** What may be the rest of a line that was begun, which threads would not take for one. */
  async function* endOfLine(rest: FileRest): AsyncGenerator<Uint8Array> {
    yield* rest.upTo(rest.at + 1)
    fromBytes.set(files[0]!, rest.at)
    if (!watch.isOpen) await rest.close()
  }

  async function* stream({ name, behind, isMarked }: FileRead): AsyncGenerator<InputMessage> {
    const fromByte = fromBytes.get(name)
    const messages = readMarked(name, { ...options, behind, fromByte, hasMark: !isMarked })
    if (files.length === 1 && name === '-' && options.goesOn === undefined) await messages.next()
    isStreaming = true
    yield* messages
    isStreaming = false
  }

  /** A piece that is read here, whatever a thread has made of it. */
  async function* passed(
    { file, piece }: Begun,
    replies: AsyncGenerator<Reply>,
  ): AsyncGenerator<Uint8Array> {
    for await (const { readBytes } of replies) onBytes(readBytes)
    const rest = file.rest!
    if (!file.isOver) yield* rest.upTo(piece?.range?.to ?? Infinity)
    file.isOver ||= rest.isOver
    if (watch.isOpen || rest.isOver) return
    file.rest = undefined
    await rest.close()
  }

  async function* scanned(
    begun: Begun,
    replies: AsyncGenerator<Reply>,
  ): AsyncGenerator<InputMessage | ScannedLines> {
    const { file } = begun
    const place = placeOf(file.name)
    let leftAt: number | undefined
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
        if (end.leftAt !== undefined) {
          yield* new FileRest(file.name, end.leftAt, { ...options, onBytes: undefined }).upTo(
            Infinity,
          )
        }
        const unread = { names: file.behind.map(placeOf), areBegun: false }
        throw new InputError(place, new Error(end.failure), unread)
      }
      if (end?.isFileOver === true) file.isOver = true
      leftAt = end?.leftAt
    }
    if (leftAt === undefined) return
    file.rest = new FileRest(file.name, leftAt, { ...options, onBytes: undefined })
    yield* passed(begun, nothing())
  }

  return messages()
}
