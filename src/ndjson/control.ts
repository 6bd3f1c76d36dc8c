/**
 * Control lines: what travels between two commands beside the frames. Each is an object with the
 * one key `uc`:
 *
 *   {"uc":{"version":1,"from":"extract"}}                     first line, the header; with the
 *   {"uc":{"version":1,"from":"extract","by":[["country"]]}}  breakdowns, where frames are split
 *   {"uc":{"source":0,"name":"b.jsonl"}}                      the following frames come from there
 *   {"uc":{"source":1,"name":"frames[1]","line":1206}}        the next line is its number 1207
 *   {"uc":{"watermark":1468244395,"source":0}}                event time of the source, unix seconds
 *   {"uc":{"idle":true,"source":0}}                           the source is quiet: do not wait for it
 *   {"uc":{"ended":true,"source":0}}                          the source is over
 *   {"uc":{"end":{"lines":3,"malformed":1,…},"signal":"SIGINT"}}   last line; signal only if stopped
 *
 * Only a stream that begins with a header is read so; elsewhere such a line is malformed.
 */
import { UcError } from '../errors.ts'
import { mostTextBytes } from '../kernel/utf8.ts'
import type {
  Counts,
  EndMark,
  Header,
  IdleMark,
  SourceEnd,
  SourceMark,
  TimeRange,
  Watermark,
} from '../records.ts'
import { shown } from '../shown.ts'
import { secondsText } from '../time/unix-time.ts'
import { isCount, isRecord } from './fields.ts'

export const pipeVersion = 1

/** What stands between frames: about a source. */
export type Mark = SourceMark | SourceEnd | Watermark | IdleMark

export type Control = Header | Mark | EndMark

export function isMark(message: { readonly type: string }): message is Mark {
  return ['source', 'source-end', 'watermark', 'idle'].includes(message.type)
}

export function controlLine(control: Control): string {
  if (control.type === 'watermark') {
    const seconds = secondsText(control.watermarkMs)
    return `{"uc":{"watermark":${seconds},"source":${control.source}}}\n`
  }
  if (control.type === 'idle') return `{"uc":{"idle":true,"source":${control.source}}}\n`
  if (control.type === 'source-end') return `{"uc":{"ended":true,"source":${control.source}}}\n`
  const { type, ...fields } = control
  if (type === 'end') {
    const { counts, ...rest } = fields as Omit<EndMark, 'type'>
    return `${shown(JSON.stringify({ uc: { end: counts, ...rest } }))}\n`
  }
  return `${shown(JSON.stringify({ uc: fields }))}\n`
}

const prefix = new TextEncoder().encode('{"uc":')
const decoder = new TextDecoder()

/** The control line in `line`, or undefined where it is none that this version knows. */
export function parseControl(line: Uint8Array): Control | undefined {
  if (line.length > mostTextBytes || !prefix.every((byte, i) => byte === line[i])) return undefined
  const fields = controlFields(decoder.decode(line))
  if (fields === undefined) return undefined
  const { version, from, source, name, line: number, watermark, idle, ended, end, signal } = fields
  if (typeof version === 'number' && typeof from === 'string') {
    if (version > pipeVersion) {
      throw new UcError(
        'failed',
        `uc-${from} wrote version ${version} of the pipe format, this command reads version ` +
          `${pipeVersion}; update uc-toolkit here`,
      )
    }
    return headerOf(fields, version, from)
  }
  if (isCount(source) && typeof name === 'string') {
    return { type: 'source', source, name, ...(isLine(number) ? { line: number } : {}) }
  }
  if (isCount(source) && Number.isFinite(watermark)) {
    return { type: 'watermark', source, watermarkMs: Math.round(Number(watermark) * 1000) }
  }
  if (isCount(source) && idle === true) return { type: 'idle', source }
  if (isCount(source) && ended === true) return { type: 'source-end', source }
  if (isCounts(end)) {
    return {
      type: 'end',
      counts: end,
      ...(signal === 'SIGINT' || signal === 'SIGTERM' ? { signal } : {}),
    }
  }
  return undefined
}

function controlFields(text: string): Record<string, unknown> | undefined {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(line) || Object.keys(line).length !== 1 || !isRecord(line['uc'])) return undefined
  return line['uc']
}

function headerOf(fields: Record<string, unknown>, version: number, from: string): Header {
  const { windows, tz, weekStart, lateness, range, by } = fields
  return {
    type: 'header',
    version,
    from,
    ...(Array.isArray(by) && by.every(isKeys) ? { by } : {}),
    ...(isTexts(windows) ? { windows } : {}),
    ...(typeof tz === 'string' ? { tz } : {}),
    ...(typeof weekStart === 'string' ? { weekStart } : {}),
    ...(isRecord(lateness) ? { lateness: lateness as Record<string, string> } : {}),
    ...(isRecord(range) ? { range: rangeOf(range) } : {}),
  }
}

function rangeOf({ from, until }: Record<string, unknown>): TimeRange {
  return {
    ...(typeof from === 'number' ? { from } : {}),
    ...(typeof until === 'number' ? { until } : {}),
  }
}

function isCounts(value: unknown): value is Counts {
  return isRecord(value) &&
    [value['lines'], value['malformed'], value['frames']].every(isCount)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function isKeys(value: unknown): value is string[] {
  return isTexts(value) && value.length > 0
}

/** -1 stands before offset 0. */
function isLine(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= -1
}
