/** The stages as three processes have them: bytes in between, cut anywhere. */
import { newKernel } from '../../src/kernel/choose.ts'
import type { Ledger } from '../../src/ledger.ts'
import { isMark } from '../../src/ndjson/control.ts'
import { PipeLines } from '../../src/ndjson/pipe-lines.ts'
import type { Reject } from '../../src/records.ts'
import type { Stage } from '../../src/stage.ts'
import { type ExtractIn, type ExtractOut, extractStage } from '../../src/stages/extract.ts'
import type { WindowOut } from '../../src/stages/window.ts'
import type { Calendar } from '../../src/time/calendar.ts'
import { usualKeys } from './keys.ts'

export const maxLineBytes: number = 2 ** 20

export function newExtract(ledger: Ledger): Stage<ExtractIn, ExtractOut> {
  const kernel = newKernel({ ...usualKeys, tsUnit: 's', maxLineBytes })
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
  const lines = new PipeLines()
  const rejects: Reject[] = []
  lines.control({ type: 'header', version: 1, from: 'extract' })
  const take = (message: ExtractOut) => {
    if (message.type === 'frames') lines.frames(message)
    else if (message.type === 'reject') rejects.push(message)
    else if (isMark(message)) lines.control(message)
  }
  for (const message of input) stage.push(message, take)
  stage.end(take)
  lines.control({ type: 'end', counts: ledger.counts() })
  return { bytes: lines.take(), rejects }
}

/** What uc-window writes for what its stage emits. */
export function windowedBytes<In>(
  stage: Stage<In, WindowOut>,
  input: Iterable<In>,
  calendar: Calendar,
  ledger: Ledger,
): Piped {
  const windows = calendar.kinds.map(({ name }) => name)
  const lines = new PipeLines(windows)
  const rejects: Reject[] = []
  const tz = calendar.zone.name
  lines.control({ type: 'header', version: 1, from: 'window', windows, tz })
  const take = (message: WindowOut) => {
    if (message.type === 'windowed') lines.windowed(message)
    else if (message.type === 'reject') rejects.push(message)
    else if (isMark(message)) lines.control(message)
  }
  for (const message of input) stage.push(message, take)
  stage.end(take)
  lines.control({ type: 'end', counts: ledger.counts() })
  return { bytes: lines.take(), rejects }
}
