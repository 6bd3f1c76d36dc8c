/** Opens what a command reads: standard input, or files one after the other. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { UcError } from '../errors.ts'
import type { IdleMark, SourceEnd, SourceMark } from '../records.ts'
import { pathOf, shownName } from './file-name.ts'
import { identityOf } from './identity.ts'
import { behind, hasBecomeShorter } from './behind.ts'
import { decoded, isCompressed, magicBytes } from './inflate.ts'
import { reasonOf } from './reason.ts'
import {
  chunksOf,
  isReadAsStream,
  isTerminal,
  openForReading,
  type ReadOptions,
} from './runtime.ts'

const isDirectory = 'is a directory; name the files in it'

/** `onBytes` is told of every chunk as read from disk or pipe, before it is decoded. */
export interface OpenOptions extends ReadOptions {
  /** What a frame of zstd may take for its window. */
  readonly zstdWindowBytes?: number | undefined
  /** Told, with its place, of what is left out of an input and does not end the run. */
  readonly onWarning?: ((text: string) => void) | undefined
}

export interface InputOptions extends OpenOptions {
  /** Paths; `-` is standard input. */
  readonly files: readonly string[]
  /** By name, the decoded byte from which a file is read. */
  readonly fromBytes?: ReadonlyMap<string, number> | undefined
  /** Whether the first one goes on, and so has no mark. Undefined: one that is alone needs none. */
  readonly goesOn?: boolean | undefined
}

export type InputMessage = Uint8Array | SourceMark | SourceEnd | IdleMark

export interface Unread {
  readonly names: readonly string[]
  /** Whether some of each may have been read. */
  readonly areBegun: boolean
}

/** A file that cannot be read, or not to its end. */
export class InputError extends UcError {
  readonly place: string
  /** The inputs that were given up with it. */
  readonly unread: Unread

  constructor(place: string, cause: unknown, unread: Unread = { names: [], areBegun: false }) {
    const isGarbled = place.includes('\ufffd') && (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const remedy = isGarbled ? '; a file whose name is not UTF-8 can be read by < FILE' : ''
    super('failed', reasonOf(cause) + remedy, { cause })
    this.place = place
    this.unread = unread
  }
}

/**
 * The chunks of all inputs, each behind a mark that names it. Files named one after the other are
 * one source: they share a watermark.
 */
export async function* readInput(
  { files, fromBytes, goesOn, ...options }: InputOptions,
): AsyncGenerator<InputMessage> {
  const needsMark = goesOn === undefined && files.length === 1 ? files[0] !== '-' : goesOn !== true
  for (const [i, name] of files.entries()) {
    yield* readMarked(name, {
      ...options,
      hasMark: i > 0 || needsMark,
      fromByte: fromBytes?.get(name),
      behind: files.slice(i + 1),
    })
  }
}

interface MarkedOptions extends OpenOptions {
  readonly hasMark?: boolean
  /** The inputs that come after it. */
  readonly behind?: readonly string[]
}

/** The chunks of one input behind the mark that names it, which comes once it could be read. */
export async function* readMarked(
  name: string,
  { hasMark = true, behind = [], ...options }: MarkedOptions = {},
): AsyncGenerator<InputMessage> {
  const place = placeOf(name)
  try {
    const chunks = openInput(name, options)
    const first = await chunks.next() // fails where the file cannot be opened
    if (hasMark) yield { type: 'source', source: 0, name: place }
    if (first.done !== true) yield first.value
    yield* chunks
  } catch (error) {
    throw new InputError(place, error, { names: behind.map(placeOf), areBegun: false })
  }
}

export function placeOf(name: string): string {
  return name === '-' ? 'stdin' : shownName(name)
}

/** As isPlainFile, of a name; false where it cannot be opened. */
export function isPlain(name: string): boolean {
  if (name === '-') return false
  let fd: number | undefined
  try {
    fd = openSync(pathOf(name), constants.O_RDONLY | constants.O_NONBLOCK)
    return isPlainFile(fd)
  } catch {
    return false
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Whether its bytes are read as they stand, and from any place. */
export function isPlainFile(fd: number): boolean {
  const head = new Uint8Array(magicBytes)
  return fstatSync(fd).isFile() &&
    !isCompressed(head.subarray(0, readSync(fd, head, 0, magicBytes, 0)))
}

/**
 * The decoded chunks of one input, of a file from its decoded byte `fromByte` on; a chunk is valid
 * until the next is asked for.
 */
export async function* openInput(
  name: string,
  options: OpenOptions = {},
): AsyncGenerator<Uint8Array> {
  const { zstdWindowBytes, onWarning, fromByte = 0 } = options
  const warn = (what: string) => onWarning?.(`${placeOf(name)}: ${what}`)
  if (name === '-') {
    yield* await decoded(chunksOf(0, options), { zstdWindowBytes, warn })
    return
  }
  const fd = await openForReading(name)
  let closesItself = false
  try {
    if (fstatSync(fd).isDirectory()) throw new UcError('failed', isDirectory)
    closesItself = isReadAsStream(fd) // closed twice, it would be another file by then
    if (fromByte > 0 && isPlainFile(fd)) {
      if (fstatSync(fd).size < fromByte) throw new UcError('failed', hasBecomeShorter)
      yield* chunksOf(fd, options)
    } else {
      const whole = chunksOf(fd, { ...options, fromByte: 0 })
      yield* behind(fromByte, await decoded(whole, { zstdWindowBytes, warn }))
    }
  } finally {
    if (!closesItself) closeSync(fd)
  }
}

export interface Inputs {
  /** Undefined where one is no regular file. */
  readonly totalBytes: number | undefined
  /** The regular files among them, by identityOf. */
  readonly identities: Set<string>
  /** Whether someone types one of them in. */
  readonly isTyped: boolean
}

/** Throws for a file that cannot be read, so that a long run does not end at its last name. */
export function inspectInputs(files: readonly string[]): Inputs {
  const identities = new Set<string>()
  let totalBytes: number | undefined = 0
  for (const name of files) {
    try {
      const stat = name === '-' ? fstatSync(0) : statSync(pathOf(name))
      if (stat.isFile() && name !== '-') closeSync(openSync(pathOf(name), 'r')) // may it be read?
      if (stat.isDirectory()) throw new UcError('failed', isDirectory)
      if (stat.isFile()) identities.add(identityOf(stat))
      totalBytes = stat.isFile() && totalBytes !== undefined ? totalBytes + stat.size : undefined
    } catch (error) {
      throw new InputError(placeOf(name), error)
    }
  }
  const isTyped = files.includes('-') && isTerminal('stdin')
  return { totalBytes, identities, isTyped }
}
