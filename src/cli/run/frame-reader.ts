/** What reads raw frames, for the parser asked for: an input and the stage that takes it. */
import { type InputMessage, type InputOptions, readInput } from '../../io/input.ts'
import { type InterleaveOptions, readInterleaved } from '../../io/interleave.ts'
import { splitLines, type SplitOptions } from '../../io/split-lines.ts'
import { threadedInput } from '../../io/threads/threaded-input.ts'
import { Threads } from '../../io/threads/threads.ts'
import { newKernel } from '../../kernel/choose.ts'
import { HeadedKernel } from '../../kernel/headed.ts'
import { LF } from '../../kernel/json-tokens.ts'
import type { ScannedLines } from '../../kernel/scanned-lines.ts'
import type { Header } from '../../records.ts'
import type { Stage } from '../../stage.ts'
import { plainExtractStage, type PlainLine, type Reached } from '../../stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../stages/extract.ts'
import { SourceProgress } from '../../sources/source-progress.ts'
import type { ReadPlan } from '../plan.ts'
import type { Session } from './session.ts'

export interface FrameReader<In> {
  readonly input: AsyncIterable<In>
  readonly stage: Stage<In, ExtractOut>
  readonly lineBreak?: In
  readonly progress: SourceProgress
}

/** For a run that goes on from a state, and tells how far it has come. */
export type Resumed =
  & Pick<InputOptions, 'fromBytes' | 'goesOn'>
  & Pick<InterleaveOptions, 'numbers'>
  & Pick<SplitOptions, 'isTracked'>

export interface FrameReaderOptions {
  readonly plan: ReadPlan & Resumed
  /** For files side by side: how long one that is silent is waited for; undefined: for ever. */
  readonly idleMs?: number | undefined
  /** Whether the bytes of good frames are asked for: their raw lines, their users as text. */
  readonly keepsFrames?: boolean
  /** Whether the input is what uc-extract writes, and its header says what frames are split by. */
  readonly isExtracted?: boolean
  readonly session: Session
}

/** Calls `use` with the reader; its input differs between the parsers, its output does not. */
export function withFrameReader<Result>(
  { plan, idleMs, keepsFrames = false, isExtracted = false, session }: FrameReaderOptions,
  use: <In>(reader: FrameReader<In>) => Result,
): Result {
  const { files, isInterleaved, zstdWindowBytes, fromBytes, goesOn, numbers } = plan
  const { ledger, progress: { bytes: onBytes }, say: onWarning } = session
  const progress = new SourceProgress()
  const ofFiles = { files, fromBytes, onBytes, onWarning, zstdWindowBytes }
  const threads = plan.threads > 1
    ? new Threads({ count: plan.threads, kernel: plan, keepsFrames, zstdWindowBytes })
    : undefined
  const headedKernel = isExtracted ? new HeadedKernel(plan) : undefined
  const kernel = headedKernel ?? newKernel(plan)
  const headed = ({ by = [] }: Header) => {
    if (by.length > 0) headedKernel?.splitBy(by)
  }
  const memory = kernel.room().chunk
  const watch = { isOpen: false }
  const options = {
    ...plan,
    kernel,
    progress: isInterleaved ? progress : undefined,
    headed,
    ledger,
    watch,
  }
  const lineBreak = Uint8Array.of(LF)
  if (threads !== undefined) {
    return use<InputMessage | ScannedLines>({
      input: threadedInput({ ...ofFiles, goesOn, memory, threads, progress, watch }),
      stage: extractStage(options),
      lineBreak,
      progress,
    })
  }
  const input = isInterleaved
    ? readInterleaved({ ...ofFiles, numbers, progress, idleMs })
    : readInput({ ...ofFiles, goesOn, memory })
  if (plan.parser === 'json') {
    return use<PlainLine | Reached | InputMessage>({
      input: splitLines(input, { ...plan, watch }),
      stage: plainExtractStage(options),
      progress,
    })
  }
  return use<InputMessage>({ input, stage: extractStage(options), lineBreak, progress })
}
