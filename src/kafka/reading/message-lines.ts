/**
 * Values of messages to lines. A value becomes one line that says the same: byte order marks before
 * it are dropped, line breaks in it turn into blanks where it is JSON, else into something that keeps it malformed. No value becomes a
 * control line, and none disappears: a missing value is the line `null`, an empty one `""`.
 */
import { Buffer } from 'node:buffer'
import { CR, isBlank, LF, skipMarks } from '../../kernel/json-tokens.ts'
import type { SourceMark } from '../../records.ts'

const blank = 0x20
/** Nowhere in JSON may this stand, in a string or outside. */
const verticalTab = 0x0b

export interface Message {
  readonly offset: string
  readonly value: Buffer | null
}

/** Lines of one partition whose offsets follow one another. */
export interface MessageRun {
  /** Before the first of them. */
  readonly mark: SourceMark & { readonly line: number }
  readonly lines: Uint8Array
  readonly count: number
  /** Offset behind the last of them. */
  readonly next: number
}

export interface RunOptions {
  readonly source: number
  readonly name: string
}

/** The messages in their order, as few runs as their offsets allow. The buffers are new. */
export function* messageRuns(
  messages: readonly Message[],
  { source, name }: RunOptions,
): Generator<MessageRun> {
  let from = 0
  while (from < messages.length) {
    const first = Number(messages[from]!.offset)
    let to = from + 1
    while (to < messages.length && Number(messages[to]!.offset) === first + to - from) to++
    const mark = { type: 'source', source, name, line: first - 1 } as const
    const count = to - from
    yield { mark, lines: linesOf(messages, from, to), count, next: first + count }
    from = to
  }
}

function linesOf(messages: readonly Message[], from: number, to: number): Uint8Array {
  let size = 0
  for (let i = from; i < to; i++) size += (messages[i]!.value?.length ?? 0) + 5 // null and LF
  const lines = Buffer.allocUnsafe(size)
  let end = 0
  for (let i = from; i < to; i++) {
    const value = oneLine(messages[i]!.value)
    lines.set(value, end)
    end += value.length
    lines[end++] = LF
  }
  return lines.subarray(0, end)
}

const missing = Buffer.from('null')
const nothing = Buffer.from('""')
const controlStart = Buffer.from('{"uc":')

function oneLine(marked: Buffer | null): Buffer {
  if (marked === null) return missing
  const value = marked.subarray(skipMarks(marked, 0))
  const hasBreak = value.includes(LF) || value.includes(CR)
  if (!hasBreak && value[0]! > blank && !isControl(value)) return value
  const spaced = withBreaksAs(blank, value)
  if (isBlank(spaced, 0, spaced.length)) return nothing
  const line = isJson(value) ? spaced : withBreaksAs(verticalTab, value)
  return isControl(value) ? Buffer.concat([Buffer.of(blank), line]) : line
}

function withBreaksAs(filler: number, value: Buffer): Buffer {
  return Buffer.from(value.map((byte) => byte === LF || byte === CR ? filler : byte))
}

function isControl(value: Buffer): boolean {
  return value[0] === controlStart[0] &&
    value.subarray(0, controlStart.length).equals(controlStart)
}

function isJson(value: Buffer): boolean {
  try {
    JSON.parse(value.toString())
    return true
  } catch {
    return false
  }
}
