/** Opens what a command reads: standard input, or files one after the other. */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { UcError } from '../errors.ts'
import type { SourceMark } from '../records.ts'
import { decoded } from './inflate.ts'
import { fileChunks, standardInput } from './runtime.ts'

export interface InputOptions {
  /** Paths, at least one; `-` is standard input. */
  readonly files: readonly string[]
  /** Told of every chunk as read from disk or pipe, before it is decoded. */
  readonly onBytes?: (count: number) => void
}

export type InputMessage = Uint8Array | SourceMark

/** A file that cannot be read, or not to its end. */
export class InputError extends UcError {
  readonly place: string

  constructor(place: string, cause: unknown) {
    super('failed', wordsOf(cause), { cause })
    this.place = place
  }
}

/**
 * The chunks of all inputs, each behind a mark that names it. Files named one after the other are
 * one source: they share a watermark.
 */
export async function* readInput({ files, onBytes }: InputOptions): AsyncGenerator<InputMessage> {
  const isStdinOnly = files.length === 1 && files[0] === '-'
  for (const name of files) {
    const place = name === '-' ? 'stdin' : name
    let fd: number | undefined
    try {
      if (name !== '-') fd = openFile(name)
      if (!isStdinOnly) yield { type: 'source', source: 0, name: place }
      const chunks = fd === undefined ? standardInput() : fileChunks(fd)
      yield* decoded(counted(chunks, onBytes))
    } catch (error) {
      throw new InputError(place, error)
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  }
}

/**
 * Total size of the files in bytes; undefined where one is no regular file. Throws for a file that
 * cannot be read, so that a long run does not end at its last name.
 */
export function totalBytes(files: readonly string[]): number | undefined {
  let total: number | undefined = 0
  for (const name of files) {
    try {
      const fd = name === '-' ? 0 : openFile(name)
      const stat = fstatSync(fd)
      if (name !== '-') closeSync(fd)
      total = stat.isFile() && total !== undefined ? total + stat.size : undefined
    } catch (error) {
      throw new InputError(name, error)
    }
  }
  return total
}

function openFile(name: string): number {
  const fd = openSync(name, 'r')
  if (!fstatSync(fd).isDirectory()) return fd
  closeSync(fd)
  throw new UcError('failed', 'is a directory; name the files in it')
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length)
    yield chunk
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'is a directory; name the files in it',
  EMFILE: 'too many open files',
}

function wordsOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException
  return reasons[code] ?? message
}
