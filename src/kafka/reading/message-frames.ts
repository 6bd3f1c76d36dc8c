/** Messages of a topic to frames: the stage that reads frames, fed by the lines of messages. */
import { newKernel } from '../../kernel/choose.ts'
import type { KernelOptions } from '../../kernel/kernel.ts'
import type { MessageLines, ReaderMessage } from './outlet.ts'
import { plainLines } from '../../io/split-lines.ts'
import type { Ledger } from '../../ledger.ts'
import type { SourceProgress } from '../../sources/source-progress.ts'
import type { Emit, Stage } from '../../stage.ts'
import { plainExtractStage } from '../../stages/extract-plain.ts'
import { type ExtractOut, extractStage } from '../../stages/extract.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export interface MessageStageOptions extends KernelOptions {
  readonly parser: 'strict' | 'lazy' | 'json'
  readonly progress: SourceProgress
  readonly ledger: Ledger
}

export function messageStage(plan: MessageStageOptions): Stage<ReaderMessage, ExtractOut> {
  const options = { ...plan, kernel: newKernel(plan), isInterleaved: true, hasLinesOnly: true }
  if (plan.parser === 'json') {
    const stage = plainExtractStage(options)
    return fed(stage, ({ lines }, emit) => {
      const texts = decoder.decode(lines).split('\n').slice(0, -1)
      for (const line of plainLines(texts, lines)) stage.push(line, emit)
    })
  }
  const stage = extractStage(options)
  return fed(stage, ({ lines }, emit) => stage.push(lines, emit))
}

function fed<In>(
  stage: Stage<In | Exclude<ReaderMessage, MessageLines>, ExtractOut>,
  pushLines: (message: MessageLines, emit: Emit<ExtractOut>) => void,
): Stage<ReaderMessage, ExtractOut> {
  return {
    ...stage,
    push(message, emit) {
      if (message.type === 'lines') pushLines(message, emit)
      else stage.push(message, emit)
    },
  }
}
