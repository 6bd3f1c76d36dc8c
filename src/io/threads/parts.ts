/**
 * What threads can share of an input: plain files cut into pieces, compressed ones whole. All else is
 * a stream: standard input and pipes, which are read once and in order, files of no size, such as
 * those of /proc, and what cannot be opened, which is told when its turn comes.
 */
import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { pathOf } from '../file-name.ts'
import { FileExtent } from '../file-extent.ts'
import { identityOf } from '../identity.ts'
import { isPlainFile } from '../input.ts'
import type { FileRest } from './file-rest.ts'
import type { ScannedPiece } from './messages.ts'

export interface Part {
  readonly file: FileRead
  /** Undefined: to be read as a stream. */
  readonly piece?: ScannedPiece
  /** Why it goes no further. */
  readonly failure?: unknown
}

export interface FileRead {
  readonly name: string
  /** The files that come after it. */
  readonly behind: readonly string[]
  /** Whether the mark that names it has been given. */
  isMarked: boolean
  /** Its end has been met: what was cut behind that is no part of it any more. */
  isOver: boolean
  /** Where it holds other frames than lines it is read here, in order, as long as they go on. */
  rest?: FileRest | undefined
}

export interface PartsOptions {
  readonly files: readonly string[]
  /** By name, the decoded byte from which a file is read, where a line begins. */
  readonly fromBytes?: ReadonlyMap<string, number> | undefined
  /** Whether the first one has its mark. */
  readonly goesOn?: boolean
  /** How much of a plain file is a part. */
  readonly pieceBytes: number
}

/** All parts in their order. Files are opened and cut as the parts are asked for. */
export function* partsOf(
  { files, fromBytes, goesOn = false, pieceBytes }: PartsOptions,
): Generator<Part> {
  for (const [i, name] of files.entries()) {
    const behind = files.slice(i + 1)
    const file: FileRead = { name, behind, isMarked: i === 0 && goesOn, isOver: false }
    const fd = opened(name)
    if (fd === undefined) {
      yield { file }
      continue
    }
    try {
      const fromByte = fromBytes?.get(name) ?? 0
      if (fromByte > 0 && !isPlainFile(fd)) yield { file }
      else for (const piece of piecesOf(fd, file, { fromByte, pieceBytes })) yield { file, piece }
    } catch (failure) { // told in its turn, behind what was cut before
      yield { file, failure }
    } finally {
      closeSync(fd)
    }
  }
}

function* piecesOf(
  fd: number,
  file: FileRead,
  { fromByte, pieceBytes }: { readonly fromByte: number; readonly pieceBytes: number },
): Generator<ScannedPiece> {
  const { name } = file
  if (!isPlainFile(fd)) {
    yield { name }
    return
  }
  const extent = new FileExtent()
  for (let from = fromByte; !file.isOver;) {
    const stat = fstatSync(fd) // each time, as it may have grown
    extent.look(fd, from)
    if (from >= stat.size) return extent.end(fd, from)
    const to = Math.min(from + pieceBytes, stat.size)
    yield { name, range: { from, to, fileBytes: extent.bytes, identity: identityOf(stat) } }
    from = to
  }
}

/** The descriptor of a file that threads can read; undefined where it is a stream. */
function opened(name: string): number | undefined {
  if (name === '-') return undefined
  try {
    const stat = statSync(pathOf(name))
    return stat.isFile() && stat.size > 0 ? openSync(pathOf(name), 'r') : undefined
  } catch {
    return undefined
  }
}
