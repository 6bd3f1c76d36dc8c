/** What reads raw frames, for the parser asked for: an input and the stage that takes it. */
import { type InputMessage, readInput } from '../../io/input.ts'
import { interleavedReader } from '../../io/interleave.ts'
import { splitLines } from '../../io/split-lines.ts'
import { newKernel } from '../../kernel/choose.ts'
import type { Stage } from '../../stage.ts'
import { plainExtractStage } from '../../stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../stages/extract.ts'
import { SourceTimes } from '../../stages/source-times.ts'
import type { ReadPlan } from '../plan.ts'
import type { Session } from './session.ts'

export interface FrameReader<In> {
  readonly input: AsyncIterable<In>
  readonly stage: Stage<In, ExtractOut>
  readonly lineBreak?: In
  /** Whether the source itself keeps us waiting, rather than we the source. */
  isReadToItsEnd(source: number): boolean
}

export interface FrameReaderOptions {
  readonly plan: ReadPlan
  /** For files side by side: how long one that is silent is waited for; undefined: for ever. */
  readonly idleMs?: number | undefined
  readonly session: Session
}

/** Calls `use` with the reader; its input differs between the parsers, its output does not. */
export function withFrameReader<Result>(
  { plan, idleMs, session: { ledger, progress } }: FrameReaderOptions,
  use: <In>(reader: FrameReader<In>) => Result,
): Result {
  const { files, isInterleaved } = plan
  const { bytes: onBytes } = progress
  const times = new SourceTimes()
  const timeOf = (source: number) => times.timeOf(source)
  const interleaved = isInterleaved
    ? interleavedReader({ files, onBytes, timeOf, idleMs })
    : undefined
  const kernel = newKernel(plan)
  const input = interleaved?.messages ?? readInput({ files, onBytes, memory: kernel.room().chunk })
  const isReadToItsEnd = interleaved?.isReadToItsEnd ?? (() => true)
  const timed = <In>(stage: Stage<In, ExtractOut>) => isInterleaved ? observed(stage, times) : stage
  if (plan.parser === 'json') {
    return use<string | Exclude<InputMessage, Uint8Array>>({
      input: splitLines(input, isInterleaved),
      stage: timed(plainExtractStage({ ...plan, kernel, ledger })),
      isReadToItsEnd,
    })
  }
  return use<InputMessage>({
    input,
    stage: timed(extractStage({ ...plan, kernel, ledger })),
    lineBreak: Uint8Array.of(0x0a),
    isReadToItsEnd,
  })
}

/** Tells the times that a reader of several sources asks for. */
export function observed<In>(
  stage: Stage<In, ExtractOut>,
  times: SourceTimes,
): Stage<In, ExtractOut> {
  return {
    ...stage,
    push: (message, emit) =>
      stage.push(message, (out) => {
        if (out.type === 'frames') times.observe(out)
        emit(out)
      }),
  }
}
