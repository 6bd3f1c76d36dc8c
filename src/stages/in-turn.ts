/**
 * Puts the lines of inputs that are read side by side into one order, which follows from the inputs
 * alone: always the next line of the input that has come least far in time, of equals the one that
 * was named first. In which pieces they arrive, and whose piece is first, then changes nothing, not
 * even which of two lines that contradict each other is the one that is refused.
 */
import TinyQueue from 'tinyqueue'
import type { ReadLine, SourceEnd } from '../records.ts'
import type { Emit, Stage } from '../stage.ts'
import type { ReadResults } from './read-results.ts'

interface Input {
  readonly source: number
  /** What has been read and was not its turn yet. */
  readonly waiting: (ReadLine | SourceEnd)[]
  /** The largest start of its lines: an end may lie far ahead of what the input has come to. */
  timeMs: number
}

export function inTurnStage(): Stage<ReadResults, ReadResults> {
  const inputs = new Map<number, Input>()
  const turns = new TinyQueue<Input>([], (a, b) => a.timeMs - b.timeMs || a.source - b.source)

  function emitInTurn(emit: Emit<ReadResults>, isStopped: boolean): void {
    for (let input = turns.peek(); input !== undefined; input = turns.peek()) {
      const message = input.waiting.shift()
      if (message === undefined && !isStopped) return
      turns.pop()
      if (message === undefined) continue
      emit(message)
      if (message.type === 'source-end') continue
      const { result } = message
      if (typeof result !== 'string') input.timeMs = Math.max(input.timeMs, result.start * 1000)
      turns.push(input)
    }
  }

  return {
    push(message, emit) {
      const { source } = message
      if (message.type !== 'source') {
        inputs.get(source)?.waiting.push(message)
        emitInTurn(emit, false)
      } else if (!inputs.has(source)) {
        const input = { source, waiting: [], timeMs: -Infinity }
        inputs.set(source, input)
        turns.push(input)
        emit(message)
      }
    },
    end: (emit) => emitInTurn(emit, false),
    stop: (emit) => emitInTurn(emit, true),
  }
}
