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
import type { Emit, Stage } from '../stage.ts'

export type ResultsIn = Uint8Array | SourceMark | SourceEnd | IdleMark
export type ReadResults = ReadLine | SourceMark | SourceEnd

export interface ReadResultsStage extends Stage<ResultsIn, ReadResults> {
  /** How far the lines of the source have come, unix milliseconds; -Infinity before the first. */
  timeOf(source: number): number
}

interface Input {
  readonly lines: NumberedLines
  timeMs: number
}

export function readResultsStage({ maxLineBytes }: { maxLineBytes: number }): ReadResultsStage {
  const inputs = new Map<number, Input>()
  let current: Input | undefined
  let out: Emit<ReadResults>

  function open({ source, name: place }: SourceMark): Input {
    const emit = (content: RejectContent, result: ResultLine | string) => {
      const { lineNumber } = input.lines
      out({ type: 'line', source, place, lineNumber, content, result })
    }
    const lines = new NumberedLines({
      maxLineBytes,
      line(bytes, start, end) {
        const content = rawContent(bytes, start, end)
        const result = resultIn(content)
        if (typeof result !== 'string') input.timeMs = Math.max(input.timeMs, result.start * 1000)
        emit(content, result)
      },
      refuse: (detail, content) => emit(content(), detail),
    })
    const input: Input = { lines, timeMs: -Infinity }
    inputs.set(source, input)
    return input
  }

  return {
    push(message, emit) {
      out = emit
      if (message instanceof Uint8Array) {
        current?.lines.push(message)
        return
      }
      if (message.type === 'idle') return
      if (message.type === 'source-end') {
        inputs.get(message.source)?.lines.end()
        inputs.delete(message.source)
      } else {
        current = inputs.get(message.source) ?? open(message)
      }
      emit(message)
    },
    timeOf: (source) => inputs.get(source)?.timeMs ?? -Infinity,
    end() {}, // every input has ended
    stop() {},
  }
}

function resultIn(content: RejectContent): ResultLine | string {
  if ('bytes' in content) return `line has ${content.bytes} bytes, which are no text`
  if (!('raw' in content)) return 'not UTF-8; expected result lines, of uc-count say'
  return parseResult(content.raw)
}
