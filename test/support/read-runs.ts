/** What the stages make of files, to be compared between ways of reading them. */
import { uniqueCounter } from '../../src/counter/unique.ts'
import { newKernel } from '../../src/kernel/choose.ts'
import type { KernelOptions } from '../../src/kernel/kernel.ts'
import { Ledger } from '../../src/ledger.ts'
import { chain } from '../../src/pipeline.ts'
import type { Counts } from '../../src/records.ts'
import { type CountOut, countStage } from '../../src/stages/count.ts'
import { type ExtractIn, extractStage, type FramingWatch } from '../../src/stages/extract.ts'
import { windowStage } from '../../src/stages/window.ts'
import { calendar } from '../../src/time/calendar.ts'
import { utc } from '../../src/time/zone.ts'
import { type Noted, type NotedReject, transcript } from './transcript.ts'

export interface ReadRun {
  /** What the stage that reads frames emits. */
  readonly noted: readonly Noted[]
  /** What comes out at the end of the pipeline. */
  readonly results: readonly string[]
  readonly rejects: readonly NotedReject[]
  readonly counts: Counts
  /** What the input broke off with, and where. */
  readonly failure: string
}

export async function readRun(
  input: AsyncIterable<ExtractIn>,
  kernel: KernelOptions,
  watch: FramingWatch = { isOpen: false },
): Promise<ReadRun> {
  const messages: ExtractIn[] = []
  const reader = newExtract(new Ledger(), kernel, watch)
  let failure = ''
  try {
    for await (const message of input) {
      messages.push(structuredClone(message)) // before it is reused
      try {
        reader.push(structuredClone(message), () => {})
      } catch {
        // What it fails with is found below.
      }
    }
  } catch (error) {
    failure = `${(error as { place?: string }).place}: ${(error as Error).message}`
    messages.push(Uint8Array.of(0x0a)) // as io/drive.ts does
  }
  const noted = transcript(newExtract(new Ledger(), kernel), structuredClone(messages))
  return { noted, ...counted(messages, kernel), failure }
}

function newExtract(ledger: Ledger, kernel: KernelOptions, watch?: FramingWatch) {
  const { maxLineBytes } = kernel
  return extractStage({ kernel: newKernel(kernel), maxLineBytes, ledger, watch })
}

function counted(messages: readonly ExtractIn[], kernel: KernelOptions) {
  const ledger = new Ledger()
  const windows = calendar({ windows: ['10s', 'day'], zone: utc, weekStart: 'monday' })
  const latenessMs = [20_000, 0]
  const newCounter = () => uniqueCounter({ method: 'auto', exactLimit: 50, precision: 10 })
  const times = { maxDelayMs: 5000, maxJumpMs: 3_600_000, latenessMs }
  const stage = chain(
    newExtract(ledger, kernel),
    windowStage({ calendar: windows, ...times, showsRaw: true, ledger }),
    countStage({ calendar: windows, latenessMs, newCounter, ledger }),
  )
  const results: string[] = []
  const rejects: NotedReject[] = []
  const take = (message: CountOut) => {
    if (message.type === 'result') results.push(JSON.stringify(message.line))
    if (message.type === 'reject') rejects.push({ ...message, content: message.content() })
  }
  try {
    for (const message of messages) stage.push(message, take)
    stage.end(take)
  } catch (error) {
    results.push(String(error))
  }
  return { results, rejects, counts: ledger.counts() }
}
