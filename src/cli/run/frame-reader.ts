/** What reads raw frames, for the parser asked for: an input and the stage that takes it. */
import { type InputMessage, readInput } from '../../io/input.ts'
import { interleavedReader } from '../../io/interleave.ts'
import { ReadyChunks } from '../../io/pipe-chunks.ts'
import { splitLines } from '../../io/split-lines.ts'
import { threadedInput } from '../../io/threads/threaded-input.ts'
import { Threads } from '../../io/threads/threads.ts'
import { newKernel } from '../../kernel/choose.ts'
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import type { Stage } from '../../stage.ts'
import { plainExtractStage, type PlainLine } from '../../stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../stages/extract.ts'
import { SourceTimes } from '../../sources/source-times.ts'
import type { ReadPlan } from '../plan.ts'
import type { Session } from './session.ts'

export interface FrameReader<In> {
  readonly input: AsyncIterable<In>
  readonly ready?: { next(): In | undefined }
  readonly stage: Stage<In, ExtractOut>
  readonly lineBreak?: In
  /** Whether the source itself keeps us waiting, rather than we the source. */
  isReadToItsEnd(source: number): boolean
}

export interface FrameReaderOptions {
  readonly plan: ReadPlan
  /** For files side by side: how long one that is silent is waited for; undefined: for ever. */
  readonly idleMs?: number | undefined
  /** Whether the bytes of good frames are asked for: their raw lines, their users as text. */
  readonly keepsFrames?: boolean
  readonly session: Session
}

/** Calls `use` with the reader; its input differs between the parsers, its output does not. */
export function withFrameReader<Result>(
  { plan, idleMs, keepsFrames = false, session }: FrameReaderOptions,
  use: <In>(reader: FrameReader<In>) => Result,
): Result {
  const { files, isInterleaved, zstdWindowBytes } = plan
  const { ledger, progress: { bytes: onBytes } } = session
  const onWarning = session.say
  const ofFiles = { files, onBytes, onWarning, zstdWindowBytes }
  if (plan.threads > 1) {
    const threads = new Threads({ count: plan.threads, kernel: plan, keepsFrames, zstdWindowBytes })
    const kernel = newKernel(plan)
    const memory = kernel.room().chunk
    const { messages, isReadToItsEnd } = threadedInput({ ...ofFiles, memory, threads })
    return use<InputMessage | ScannedLines>({
      input: messages,
      stage: extractStage({ ...plan, kernel, ledger }),
      lineBreak: Uint8Array.of(0x0a),
      isReadToItsEnd,
    })
  }
  const times = new SourceTimes()
  const timeOf = (source: number) => times.timeOf(source)
  const interleaved = isInterleaved ? interleavedReader({ ...ofFiles, timeOf, idleMs }) : undefined
  const kernel = newKernel(plan)
  const memory = kernel.room().chunk
  const ready = new ReadyChunks()
  const input = interleaved?.messages ?? readInput({ ...ofFiles, memory, ready })
  const isReadToItsEnd = interleaved?.isReadToItsEnd ?? (() => true)
  const timed = <In>(stage: Stage<In, ExtractOut>) => isInterleaved ? observed(stage, times) : stage
  if (plan.parser === 'json') {
    return use<PlainLine | InputMessage>({
      input: splitLines(input, plan),
      stage: timed(plainExtractStage({ ...plan, kernel, ledger })),
      isReadToItsEnd,
    })
  }
  return use<InputMessage>({
    input,
    ready,
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
