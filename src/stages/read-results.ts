/** Bytes to result lines: the reading side of uc-merge. Each input has lines of its own. */
import { NumberedLines } from '../ndjson/numbered-lines.ts'
import { rawContent } from '../ndjson/raw.ts'
import { parseResult } from '../ndjson/result-line.ts'
import type {
  IdleMark,
  ReadLine,
  RejectContent,
  ResultLine,
  SourceEnd,
  SourceMark,
} from '../records.ts'
import type { SourceProgress } from '../sources/source-progress.ts'
import type { Emit, Stage } from '../stage.ts'

export type ResultsIn = Uint8Array | SourceMark | SourceEnd | IdleMark
export type ReadResults = ReadLine | SourceMark | SourceEnd

export interface ReadResultsOptions {
  readonly maxLineBytes: number
  /** Where it is noted how far each source has come, for a reader that asks. */
  readonly progress?: SourceProgress
}

export function readResultsStage(
  { maxLineBytes, progress }: ReadResultsOptions,
): Stage<ResultsIn, ReadResults> {
  const inputs = new Map<number, NumberedLines>()
  let current: NumberedLines | undefined
  let out: Emit<ReadResults>

  function open({ source, name: place }: SourceMark): NumberedLines {
    const emit = (content: RejectContent, result: ResultLine | string) => {
      const { lineNumber } = lines
      out({ type: 'line', source, place, lineNumber, content, result })
    }
    const lines = new NumberedLines({
      maxLineBytes,
      line(bytes, start, end) {
        const content = rawContent(bytes, start, end)
        const result = resultIn(content)
        if (typeof result !== 'string') progress?.reach(source, result.start * 1000)
        emit(content, result)
      },
      refuse: (detail, content) => emit(content(), detail),
    })
    inputs.set(source, lines)
    return lines
  }

  return {
    push(message, emit) {
      out = emit
      if (message instanceof Uint8Array) {
        current?.push(message)
        return
      }
      if (message.type === 'idle') return
      if (message.type === 'source-end') {
        inputs.get(message.source)?.end()
        inputs.delete(message.source)
      } else {
        current = inputs.get(message.source) ?? open(message)
      }
      emit(message)
    },
    end() {}, // every input has ended
    stop() {},
  }
}

function resultIn(content: RejectContent): ResultLine | string {
  if ('bytes' in content) return `line has ${content.bytes} bytes, which are no text`
  if (!('raw' in content)) return 'not UTF-8; expected result lines, of uc-count say'
  return parseResult(content.raw)
}
