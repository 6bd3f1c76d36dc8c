/**
 * The lines between the commands: what uc-extract writes, `{"ts":1468244340.5,"uid":"ab"}`, and
 * what uc-window writes, `{"uid":"ab","windows":{"minute":1468244340,"day":1468195200}}`, with
 * `"late":["minute"]` for the kinds that a frame is late for, `"expired":[…]` for those that it is
 * too late for. Where frames are split, `"by":{"country":"CH"}` stands behind the uid. A uid that is not UTF-8 stands there by its bytes, as in the input: so it stays the
 * same user. A reader that decodes text, such as jq, sees U+FFFD in it.
 */
import { BACKSLASH, QUOTE } from '../kernel/json-tokens.ts'
import { endOfRun } from '../kernel/window-runs.ts'
import { EXPIRED, type FrameBatch, LATE, type WindowedBatch } from '../records.ts'
import { groupsMember } from './group-members.ts'
import { type ByteWriter, type Piece, pieceOf, viewOf } from './byte-writer.ts'
import { ExtractedBegin } from './extracted-begin.ts'

export type FramesWriter = (frames: FrameBatch, writer: ByteWriter) => void

const endExtracted = pieceOf('"}\n')
const quote = pieceOf('"')

export function framesWriter(): FramesWriter {
  const begin = new ExtractedBegin()
  return (frames, writer) => {
    const { count, tsMs } = frames
    const bytes = viewOf(frames.bytes)
    const hasGroups = frames.groups.length > 0
    for (let i = 0; i < count; i++) {
      begin.set(tsMs[i]!)
      writeLine(begin, frames, bytes, i, hasGroups ? quote : endExtracted, writer)
      if (hasGroups) writer.text(`${groupsMember(frames.groups, i)}}\n`)
    }
  }
}

export type WindowedWriter = (batch: WindowedBatch, writer: ByteWriter) => void

const beginWindowed = pieceOf('{"uid":"')

/** What follows the uid in the lines of some windows, with what they are marked. */
interface Tail {
  readonly startsMs: readonly number[]
  readonly verdicts: readonly number[]
  readonly piece: Piece
}

/** `kinds`: names of the kinds of window, fine to coarse. */
export function windowedWriter(kinds: readonly string[]): WindowedWriter {
  // Around the end of a window frames alternate between two.
  let last: Tail | undefined
  let other: Tail | undefined

  function tailOf(batch: WindowedBatch, i: number): Piece {
    if (last === undefined || !isTailOf(last, batch, i)) {
      const found = other !== undefined && isTailOf(other, batch, i) ? other : newTail(batch, i)
      other = last
      last = found
    }
    return last.piece
  }

  function newTail(batch: WindowedBatch, i: number): Tail {
    const [startsMs, verdicts] = windowsAt(batch, i)
    return { startsMs, verdicts, piece: pieceOf(windowedTail(kinds, startsMs, verdicts)) }
  }

  return (batch, writer) => {
    const { frames, from, to } = batch
    const bytes = viewOf(frames.bytes)
    for (let i = from; i < to;) {
      const tail = tailOf(batch, i)
      for (const runEnd = endOfRun(batch, i); i < runEnd; i++) {
        if (frames.groups.length === 0) {
          writeLine(beginWindowed, frames, bytes, i, tail, writer)
          continue
        }
        writeLine(beginWindowed, frames, bytes, i, quote, writer)
        writer.text(groupsMember(frames.groups, i))
        writer.text(windowedTail(kinds, ...windowsAt(batch, i)).slice(1))
      }
    }
  }
}

function windowsAt(
  { startsMs, verdicts }: WindowedBatch,
  i: number,
): [startsMs: number[], verdicts: number[]] {
  return [startsMs.map((column) => column[i]!), verdicts.map((column) => column[i]!)]
}

function isTailOf({ startsMs, verdicts }: Tail, batch: WindowedBatch, i: number): boolean {
  for (let k = 0; k < startsMs.length; k++) {
    if (batch.startsMs[k]![i] !== startsMs[k]) return false
    if (batch.verdicts[k]![i] !== verdicts[k]) return false
  }
  return true
}

/** What stands behind the uid's text in a line of uc-window, its closing quote and LF too. */
export function windowedTail(
  kinds: readonly string[],
  startsMs: ArrayLike<number>,
  verdicts: ArrayLike<number>,
): string {
  const windows = kinds.map((name, k) => `"${name}":${startsMs[k]! / 1000}`)
  const marks = (key: string, verdict: number) => {
    const marked = kinds.filter((_, k) => verdicts[k] === verdict)
    return marked.length > 0 ? `,"${key}":${JSON.stringify(marked)}` : ''
  }
  return `","windows":{${windows.join()}}${marks('late', LATE)}${marks('expired', EXPIRED)}}\n`
}

/** A line with the text of a uid between two pieces. */
function writeLine(
  before: Piece,
  frames: FrameBatch,
  bytes: DataView,
  i: number,
  after: Piece,
  writer: ByteWriter,
): void {
  const decoded = frames.decodedUids.size > 0 ? frames.decodedUids.get(i) : undefined
  if (decoded === undefined) {
    writer.line(before, bytes, frames.uidStart[i]!, frames.uidEnd[i]!, after)
  } else {
    writer.piece(before)
    if (typeof decoded === 'string') writer.text(JSON.stringify(decoded).slice(1, -1))
    else writeEscaped(decoded, writer)
    writer.piece(after)
  }
}

/** Bytes that are not UTF-8 as the inside of a string of JSON. */
function writeEscaped(bytes: Uint8Array, writer: ByteWriter): void {
  let written = 0
  bytes.forEach((byte, i) => {
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) return
    writer.bytes(bytes.subarray(written, i))
    writer.text(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))
    written = i + 1
  })
  writer.bytes(bytes.subarray(written))
}
