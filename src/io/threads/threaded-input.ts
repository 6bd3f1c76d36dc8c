/**
 * Files one after the other, as of input.ts, but read and scanned by threads. They read ahead; what
 * they find comes in the order of the input.
 */
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import { InputError, type InputMessage, type InputOptions, placeOf, readMarked } from '../input.ts'
import type { Reply } from './messages.ts'
import { type FileRead, type Part, partsOf } from './parts.ts'
import type { Threads } from './threads.ts'

export interface ThreadedInputOptions extends InputOptions {
  readonly threads: Pick<Threads, 'count' | 'scan' | 'end'>
  /** How much of a plain file a thread is given at once. */
  readonly pieceBytes?: number
}

export interface ThreadedInput {
  readonly messages: AsyncGenerator<InputMessage | ScannedLines>
  /** Whether the source itself keeps us waiting, rather than a thread. */
  isReadToItsEnd(): boolean
}

/** A part under way; a stream is read when its turn comes. */
interface Begun extends Part {
  readonly replies: AsyncGenerator<Reply> | undefined
}

/** Enough that handing it over costs next to nothing. */
const usualPieceBytes = 4 * 2 ** 20
/** Parts per thread that are under way or waiting for those before them. */
const partsPerThread = 8

export function threadedInput(options: ThreadedInputOptions): ThreadedInput {
  const { files, onBytes = () => {}, onWarning, threads, pieceBytes = usualPieceBytes } = options
  const mostBegun = threads.count * partsPerThread
  let isStreaming = false

  async function* messages(): AsyncGenerator<InputMessage | ScannedLines> {
    const parts = partsOf(files, pieceBytes)
    const begun: Begun[] = []
    try {
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

  async function* stream({ name, behind }: FileRead): AsyncGenerator<InputMessage> {
    const messages = readMarked(name, { ...options, behind })
    if (files.length === 1 && name === '-') await messages.next()
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

  return { messages: messages(), isReadToItsEnd: () => isStreaming }
}
