/**
 * What stands around the partial panes of a commit (partial.ts), a line each: before them whose they
 * are, and what the union has to know; behind them how far their source has come.
 *
 *   {"partials":1,"source":3,"name":"frames[3]","of":12,"from":1200,"next":1300,"plan":{…}}
 *   {"partials":1,"source":3,"watermark":1468244395}
 *   {"partials":1,"source":3,"idle":true}       quiet: do not wait for it
 *   {"partials":1,"source":3,"ended":true}      over
 *
 *   1           the version of these lines
 *   source      its number, of so many (`of`): no window closes before all of them have come past it
 *   from, next  offsets in the topic of the frames: what is told covers those from the one up to the
 *               other, so that none is missing or told twice
 *   plan        how windows are counted, as plain values
 */
import { UcError } from '../errors.ts'
import type { IdleMark, SourceEnd, Watermark } from '../records.ts'
import { secondsText } from '../time/unix-time.ts'
import { isCount, isRecord } from './fields.ts'

export const partialsVersion = 1

export interface PartialHead {
  readonly type: 'partial-head'
  readonly source: number
  readonly name: string
  readonly of: number
  readonly from: number
  readonly next: number
  /** Text, which is the same where the plan is. */
  readonly plan: string
}

export type PartialMark = PartialHead | Watermark | IdleMark | SourceEnd

export function partialMarkLine(mark: PartialMark): string {
  const start = `{"partials":${partialsVersion},"source":${mark.source}`
  if (mark.type === 'watermark') return `${start},"watermark":${secondsText(mark.watermarkMs)}}\n`
  if (mark.type === 'idle') return `${start},"idle":true}\n`
  if (mark.type === 'source-end') return `${start},"ended":true}\n`
  const { name, of, from, next, plan } = mark
  return `${start},"name":${JSON.stringify(name)},"of":${of},"from":${from},"next":${next},` +
    `"plan":${plan}}\n`
}

/** Whether a line is to be read here; else it is a pane. */
export function isPartialMark(text: string): boolean {
  return text.startsWith('{"partials":')
}

/** The mark in a line, or what is wrong with it. Throws where another version has written it. */
export function partialMarkIn(text: string): PartialMark | string {
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch {
    return 'not JSON; expected a mark of partial panes'
  }
  if (!isRecord(fields)) return 'no JSON object; expected a mark of partial panes'
  const { partials, source, name, of, from, next, plan, watermark, idle, ended } = fields
  if (typeof partials === 'number' && partials !== partialsVersion) {
    throw new UcError(
      'failed',
      `partial panes of version ${partials}, this command reads version ${partialsVersion}; ` +
        'have all processes run the same uc-toolkit',
    )
  }
  if (!isCount(source)) return '"source" is no whole number'
  if (typeof watermark === 'number') {
    return { type: 'watermark', source, watermarkMs: Math.round(watermark * 1000) }
  }
  if (idle === true) return { type: 'idle', source }
  if (ended === true) return { type: 'source-end', source }
  if (typeof name !== 'string' || !isRecord(plan)) return 'expected a mark of partial panes'
  if (!isCount(of) || !isCount(from) || !isCount(next) || source >= of || from > next) {
    return '"of", "from" and "next" are no whole numbers that fit'
  }
  return { type: 'partial-head', source, name, of, from, next, plan: JSON.stringify(plan) }
}
