/** What reads raw frames, for the parser asked for: an input and the stage that takes it. */
import { type InputMessage, readInput } from '../../io/input.ts'
import { splitLines } from '../../io/split-lines.ts'
import { twinKernel } from '../../kernel/twin.ts'
import type { SourceMark } from '../../records.ts'
import type { Stage } from '../../stage.ts'
import { plainExtractStage } from '../../stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../stages/extract.ts'
import type { ReadPlan } from '../plan.ts'
import type { Session } from './session.ts'

export interface FrameReader<In> {
  readonly input: AsyncIterable<In>
  readonly stage: Stage<In, ExtractOut>
  readonly lineBreak?: In
}

/** Calls `use` with the reader; its input differs between the parsers, its output does not. */
export function withFrameReader<Result>(
  plan: ReadPlan,
  { ledger, progress }: Session,
  use: <In>(reader: FrameReader<In>) => Result,
): Result {
  const input = readInput({ files: plan.files, onBytes: progress.bytes })
  const kernel = twinKernel(plan)
  if (plan.parser === 'json') {
    return use<string | SourceMark>({
      input: splitLines(input),
      stage: plainExtractStage({ ...plan, kernel, ledger }),
    })
  }
  return use<InputMessage>({
    input,
    stage: extractStage({ ...plan, kernel, ledger }),
    lineBreak: Uint8Array.of(0x0a),
  })
}
