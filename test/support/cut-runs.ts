/**
 * One random stream through extract, window and count: at a stretch, or cut between any two messages,
 * where the state is saved and new stages go on from it. What a store does in between, a Map does.
 */
import { uniqueCounter, type UniqueCounterOptions } from '../../src/counter/unique.ts'
import { below, happens, pick, type Random } from '../../src/generate/random.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/chain.ts'
import { type CountOptions, type CountOut, countStage } from '../../src/stages/count.ts'
import { type ExtractIn, extractStage } from '../../src/stages/extract.ts'
import { windowStage } from '../../src/stages/window.ts'
import { joined, randomCuts } from './generators-lines.ts'
import { KeptState } from './kept-state.ts'
import { randomTimedStream } from './streams-time.ts'
import type { OracleOptions, TimedFrame } from './time-oracle.ts'
import { usualKeys } from './keys.ts'

export const maxLineBytes = 400

export interface CutInput {
  readonly messages: readonly ExtractIn[]
  readonly options: OracleOptions
  readonly counting: UniqueCounterOptions
  readonly lines: LinesWanted
  readonly showsRaw: boolean
  readonly how: 'end' | 'stop'
}

/** Which lines there are. */
export type LinesWanted = Pick<
  CountOptions,
  'isFinal' | 'hasZeros' | 'mostZeros' | 'fromMs' | 'untilMs'
>

export interface CutRun {
  readonly out: readonly string[]
  readonly accounts: unknown
}

export type Saving = 'nothing' | 'save' | 'cut'

const kernel = newKernel({ ...usualKeys, tsUnit: 's', maxLineBytes })
const encoder = new TextEncoder()

/** All kinds of counter, with limits that the few users of a stream pass. */
const countings: readonly UniqueCounterOptions[] = [
  { method: 'exact', exactLimit: 0, precision: 14 },
  { method: 'auto', exactLimit: 3, precision: 4 },
  { method: 'auto', exactLimit: 8, precision: 11, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 4, sketch: true },
  { method: 'hll', exactLimit: 0, precision: 9 },
]

/** `isDisjoint`: no user is in two sources, but for those of hostile lines. */
export function randomCutInput(
  random: Random,
  hostile: Iterator<Uint8Array>,
  isDisjoint = false,
): CutInput {
  const { frames: drawn, options } = randomTimedStream(random, isDisjoint)
  const frames = isDisjoint
    ? drawn.map((frame) => ({ ...frame, uid: `${frame.source}-${frame.uid}` }))
    : drawn
  return {
    messages: [...messagesOf(random, frames, hostile)],
    options,
    counting: pick(random, countings),
    lines: randomLines(random, frames),
    showsRaw: happens(random, 70),
    how: happens(random, 20) ? 'stop' : 'end',
  }
}

function randomLines(random: Random, frames: readonly TimedFrame[]): LinesWanted {
  const aTime = () => pick(random, frames).tsMs
  return {
    isFinal: happens(random, 40),
    hasZeros: happens(random, 50),
    mostZeros: pick(random, [0, 3, 50, 50]),
    ...(happens(random, 20) && { fromMs: aTime() }),
    ...(happens(random, 20) && { untilMs: aTime() }),
  }
}

/** Sources side by side, read in pieces that end anywhere; idle ones, and some that end early. */
function* messagesOf(
  random: Random,
  frames: readonly TimedFrame[],
  hostile: Iterator<Uint8Array>,
): Generator<ExtractIn> {
  const sources = [...new Set(frames.map(({ source }) => source))]
  const last = new Map(frames.map(({ source }, i) => [source, i]))
  const endsEarly = happens(random, 50)
  const idlePercent = pick(random, [0, 1, 10])
  for (const source of sources) yield { type: 'source', source, name: `${source}.jsonl` }
  const open = new Map<number, Uint8Array[]>()
  for (const [i, frame] of frames.entries()) {
    const { source } = frame
    const lines = open.get(source) ?? []
    open.set(source, lines)
    lines.push(lineOf(random, frame))
    if (happens(random, 2)) lines.push(hostile.next().value as Uint8Array)
    const isLast = last.get(source) === i
    if (isLast || happens(random, 60)) {
      yield { type: 'source', source, name: `${source}.jsonl` }
      yield* pieces(random, lines, isLast)
    }
    if (isLast && endsEarly) yield { type: 'source-end', source }
    if (happens(random, idlePercent)) yield { type: 'idle', source: pick(random, sources) }
  }
}

/** What is left of the last line is left for another time. */
function* pieces(random: Random, lines: Uint8Array[], isLast: boolean): Generator<Uint8Array> {
  const bytes = joined(...lines.flatMap((line) => [line, [10]]))
  const end = isLast ? bytes.length : bytes.length - below(random, 20)
  yield* randomCuts(random, bytes.slice(0, end), 3)
  lines.length = 0
  if (end < bytes.length) lines.push(bytes.slice(end, -1))
}

function lineOf(random: Random, { uid, tsMs }: TimedFrame): Uint8Array {
  const spelled = happens(random, 20) ? uid.replace('u', '\\u0075') : uid
  const filling = happens(random, 3) ? 'x'.repeat(below(random, 2 * maxLineBytes)) : ''
  return encoder.encode(`{"uid":"${spelled}","x":"${filling}","ts":"${tsMs}e-3"}`)
}

function newStages({ options, counting, lines, showsRaw }: CutInput, out: string[]) {
  const { calendar, latenessMs } = options
  const ledger = new Ledger()
  kernel.columns.clear() // what another run has left there must not help
  kernel.lineNumber = -1
  kernel.room().memory.fill(0)
  const newCounter = () => uniqueCounter(counting)
  const counts = countStage({ calendar, latenessMs, newCounter, ...lines, ledger })
  const stage = chain(
    extractStage({ kernel, maxLineBytes, isInterleaved: true, hasLinesOnly: true, ledger }),
    // Rejects show lines, or uids: either has to be in the state.
    windowStage({ ...options, showsRaw, ledger }),
    counts,
  )
  const emit = (message: CountOut) => {
    if (message.type !== 'reject') out.push(JSON.stringify(message))
    else out.push(JSON.stringify({ ...message, content: message.content() }))
  }
  return { ledger, counts, stage, emit }
}

/** `saving` is asked before each message and before the end. */
export function cutRun(
  input: CutInput,
  random: Random,
  saving: () => Saving,
): CutRun & { readonly kept: KeptState; readonly ledger: Ledger } {
  const out: string[] = []
  const kept = new KeptState()
  let run = newStages(input, out)
  const between = () => {
    const how = saving()
    if (how === 'nothing') return
    kept.save(run.stage)
    if (how === 'save') return
    run = newStages(input, out)
    run.stage.load!(kept.shuffled(random))
  }
  for (const message of input.messages) {
    between()
    run.stage.push(message, run.emit)
  }
  between()
  const { counts } = run
  const beforeEnd = { openWindows: counts.openWindows }
  run.stage[input.how](run.emit)
  if (input.how === 'end') kept.save(run.stage)
  const { ledger } = run
  return { out, kept, ledger, accounts: { ...ledger, ...beforeEnd } }
}
