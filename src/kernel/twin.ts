/**
 * The kernel in plain TypeScript: the readable twin of any faster one, and what serves where that
 * one cannot run.
 */
import { NO_ZONE, NOT_A_TIME } from '../time/iso-time.ts'
import { parseTime, tsExpected, usualTime } from '../time/unix-time.ts'
import { quoted, quotedEnd } from '../errors.ts'
import type { Fault } from '../records.ts'
import { FrameColumns } from './columns.ts'
import { FrameParser } from './frame-parser.ts'
import {
  CR,
  isBlank,
  kindNames,
  LF,
  NONE,
  NULL,
  skipMarks,
  skipSpace,
  STRING,
} from './json-tokens.ts'
import { breakdownsOf, noGroupKeys } from './group-keys.ts'
import { groupValue } from './group-value.ts'
import { type Kernel, type KernelOptions, type Refusal, tooLong } from './kernel.ts'
import { decodedString, type KeyPath } from './key-path.ts'
import { Room } from './lines.ts'
import type { NamedValue } from './named-value.ts'
import { mostTextBytes } from './utf8.ts'

export function twinKernel(options: KernelOptions): Kernel {
  const { tsUnit, tsZone, maxLineBytes } = options
  const parser = new FrameParser(options)
  const { groupKeys = noGroupKeys } = options
  const columns = new FrameColumns(undefined, breakdownsOf(groupKeys))
  let room: Room | undefined
  const expectedTs = tsExpected[tsUnit]

  /** Why the frame just walked is refused, or its user in `uid` and its time in `tsMs`. */
  let uid = parser.uid.chosen
  let tsMs = 0
  let fault: Fault = 'not-json'
  function judge(bytes: Uint8Array): string | undefined {
    uid = parser.uid.chosen
    const ts = parser.ts.chosen
    if (!uid.isText) {
      fault = `uid-${lackOf(uid)}`
      return `${absence(parser.uid)}; expected a string or a number`
    }
    fault = 'uid-empty'
    if (uid.start === uid.end) return `"${uid.name}" is empty; expected at least one character`
    if (!ts.isText) {
      fault = `ts-${lackOf(ts)}`
      return `${absence(parser.ts)}; expected ${expectedTs}`
    }
    tsMs = usualTime(bytes, ts.start, ts.end, tsUnit)
    if (tsMs === tsMs) return undefined
    fault = 'ts-form'
    if (ts.end - ts.start > mostTextBytes) {
      return `"${ts.name}" has ${ts.end - ts.start} bytes; expected ${expectedTs}`
    }
    const text = decodedString(bytes, ts.start, ts.end)
    tsMs = parseTime(text, tsUnit, tsZone)
    if (tsMs >= 0) return undefined
    const shown = ts.kind === STRING ? quotedTime(text) : quoted(text).slice(1, -1)
    fault = tsMs === NO_ZONE ? 'ts-zone' : tsMs === NOT_A_TIME ? 'ts-form' : 'ts-range'
    if (tsMs === NO_ZONE) return `"${ts.name}" is ${shown}, which has no zone; see --ts-zone`
    const years = tsMs === NOT_A_TIME ? '' : ' of the years 1970 to 9999'
    return `"${ts.name}" is ${shown}; expected ${expectedTs}${years}`
  }

  function append(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    const row = columns.add()
    columns.tsMs[row] = tsMs
    columns.uidStart[row] = uid.start
    columns.uidEnd[row] = uid.end
    columns.lineStart[row] = lineStart
    columns.lineEnd[row] = lineEnd
    columns.lineNumber[row] = kernel.lineNumber
    columns.hash(row, bytes, uid.kind === STRING)
    if (groupKeys.keys.length > 0) setGroups(row, bytes)
  }

  function setGroups(row: number, bytes: Uint8Array): void {
    const values = parser.groups.map(({ chosen }) => groupValue(bytes, chosen))
    for (const [place, keys] of groupKeys.breakdowns.entries()) {
      const group = columns.groups[place]!
      group.set(row, group.idOf(keys.map((key) => values[key]!).join('\n')))
    }
  }

  const kernel = {
    columns,
    lineNumber: 0,
    refusal: undefined as Refusal | undefined,
    room: () => room ??= new Room(),

    scan(bytes: Uint8Array, from: number, to: number): number {
      kernel.refusal = undefined
      let next = from
      while (next < to) {
        const begin = next
        let lineStart = skipMarks(bytes, next)
        kernel.lineNumber++
        const shownAt = skipSpace(bytes, lineStart)
        if (bytes[shownAt] === LF && shownAt - begin <= maxLineBytes) {
          next = shownAt + 1 // a blank line
          continue
        }
        const walked = parser.walk(bytes, lineStart)
        const lf = walked >= 0 ? walked : bytes.indexOf(LF, -1 - walked)
        const lineEnd = lf > lineStart && bytes[lf - 1] === CR ? lf - 1 : lf
        next = lf + 1

        let detail: string | undefined
        if (lineEnd - begin > maxLineBytes) {
          lineStart = begin // where a line is too long, nobody looks for marks
          fault = 'too-long'
          detail = tooLong(lineEnd - begin, maxLineBytes)
        } else if (walked < 0) {
          const place = -1 - walked
          if (place === lf && isBlank(bytes, lineStart, lf)) continue
          fault = faultAt(bytes, shownAt, place)
          detail = unexpected(bytes, lineStart, place)
        } else {
          detail = judge(bytes)
        }

        if (detail === undefined) {
          append(bytes, lineStart, lineEnd)
        } else {
          kernel.refusal = { lineStart, lineEnd, detail, fault }
          return next
        }
      }
      return next
    },
  }
  return kernel
}

function absence({ chosen: { name, kind }, missing }: NamedValue): string {
  return kind === NONE ? missing : `"${name}" is ${kindNames[kind]}`
}

function lackOf({ kind }: KeyPath): 'missing' | 'null' | 'kind' {
  return kind === NONE ? 'missing' : kind === NULL ? 'null' : 'kind'
}

/** What begins as it should is wrong further on. */
function quotedTime(text: string): string {
  return /^\d{4}-\d\d-\d\d/.test(text) ? quotedEnd(text) : quoted(text)
}

/** Of a line that begins at `first` and whose byte at `place` cannot stand there. */
function faultAt(bytes: Uint8Array, first: number, place: number): Fault {
  if (place === first) return 'no-object'
  return bytes[place] === LF ? 'cut' : 'not-json'
}

/** What is wrong with a line whose byte at `place` cannot stand there. Bytes count from 1. */
function unexpected(bytes: Uint8Array, lineStart: number, place: number): string {
  const byte = bytes[place]!
  const where = `at byte ${place - lineStart + 1}`
  if (byte === LF) return `line ends too early, ${where}; expected one whole JSON object`
  const isPrintable = byte > 0x20 && byte < 0x7f
  const shown = isPrintable
    ? JSON.stringify(String.fromCharCode(byte))
    : `byte 0x${byte.toString(16).padStart(2, '0')}`
  return `unexpected ${shown} ${where}; expected one JSON object`
}
