/** The stages as three processes have them: bytes in between, cut anywhere. */
import { twinKernel } from '../../src/kernel/twin.ts'
import type { Ledger } from '../../src/ledger.ts'
import { ByteWriter } from '../../src/ndjson/byte-writer.ts'
import { controlLine } from '../../src/ndjson/control.ts'
import { windowedWriter, writeFrames } from '../../src/ndjson/frame-lines.ts'
import type { Reject } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { type ExtractIn, type ExtractOut, extractStage } from '../../src/stages/extract.ts'
import type { WindowOut } from '../../src/stages/window.ts'
import type { Calendar } from '../../src/time/calendar.ts'

export const maxLineBytes: number = 2 ** 20

export function newExtract(ledger: Ledger): Stage<ExtractIn, ExtractOut> {
  const kernel = twinKernel({ uidKey: 'uid', tsKey: 'ts', tsUnit: 's', maxLineBytes })
  return extractStage({ kernel, maxLineBytes, ledger })
}

export interface Piped {
  readonly bytes: Uint8Array
  readonly rejects: readonly Reject[]
}

/** What uc-extract writes for what its stage emits. */
export function extractedBytes<In>(
  stage: Stage<In, ExtractOut>,
  input: Iterable<In>,
  ledger: Ledger,
): Piped {
  const writer = new ByteWriter()
  const rejects: Reject[] = []
  writer.text(controlLine({ type: 'header', version: 1, from: 'extract' }))
  const take = (message: ExtractOut) => {
    if (message.type === 'frames') writeFrames(message, writer)
    else if (message.type === 'reject') rejects.push(message)
    else if (message.type === 'source') writer.text(controlLine(message))
  }
  for (const message of input) stage.push(message, take)
  stage.end(take)
  writer.text(controlLine({ type: 'end', counts: ledger.toJSON() }))
  return { bytes: writer.take(), rejects }
}

/** What uc-window writes for what its stage emits. */
export function windowedBytes<In>(
  stage: Stage<In, WindowOut>,
  input: Iterable<In>,
  calendar: Calendar,
  ledger: Ledger,
): Piped {
  const writer = new ByteWriter()
  const rejects: Reject[] = []
  const windows = calendar.kinds.map(({ name }) => name)
  const write = windowedWriter(windows)
  const tz = calendar.zone.name
  writer.text(controlLine({ type: 'header', version: 1, from: 'window', windows, tz }))
  const take = (message: WindowOut) => {
    if (message.type === 'windowed') write(message, writer)
    else if (message.type === 'reject') rejects.push(message)
    else if (message.type === 'source' || message.type === 'watermark') {
      writer.text(controlLine(message))
    }
  }
  for (const message of input) stage.push(message, take)
  stage.end(take)
  writer.text(controlLine({ type: 'end', counts: ledger.toJSON() }))
  return { bytes: writer.take(), rejects }
}
