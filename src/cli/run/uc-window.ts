/** uc-window: extracted frames in, windowed frames out. */
import { inspectInputs } from '../../io/input.ts'
import { isMark } from '../../ndjson/control.ts'
import { chain, type Windowing } from '../../pipeline.ts'
import type { Header, TimeRange } from '../../records.ts'
import { type WindowOut, windowStage } from '../../stages/window.ts'
import { durationName } from '../../time/duration.ts'
import { extractedFrames, type OutputPlan } from '../plan.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { withSession } from './session.ts'

export interface WindowRun {
  readonly windowing: Windowing
  readonly output: OutputPlan
  readonly strict: boolean
}

export async function run({ windowing, output, strict }: WindowRun): Promise<number> {
  const { calendar, latenessMs } = windowing
  const range = rangeOf(windowing)
  const windows = calendar.kinds.map(({ name }) => name)
  const options = {
    command: 'uc-window',
    plan: output,
    isStrict: strict,
    inputs: inspectInputs(['-']),
  }
  return await withSession(options, async (session) => {
    const { ledger } = session
    // The header of the input comes before any frame, and says what they are split by.
    let by: Header['by']
    const writer = new PipeWriter<WindowOut>({
      ledger,
      kinds: windows,
      header: () => ({
        from: 'window',
        windows,
        tz: calendar.zone.name,
        weekStart: calendar.weekStart,
        lateness: Object.fromEntries(
          windows.map((name, k) => [name, durationName(latenessMs[k]!)]),
        ),
        ...(Object.keys(range).length > 0 && { range }),
        ...(by !== undefined && { by }),
      }),
      put(message, lines) {
        if (message.type === 'header') by = message.by
        if (message.type === 'windowed') lines.windowed(message)
        else if (isMark(message)) lines.control(message)
      },
    })
    return await withFrameReader(
      { plan: extractedFrames, isExtracted: true, session },
      (reader) => {
        return session.run({
          ...reader,
          stage: chain(reader.stage, windowStage({ ...windowing, showsRaw: false, ledger })),
          ending: session.endingOf('perhaps'),
          delivery: writer,
        })
      },
    )
  })
}

function rangeOf({ fromMs = -Infinity, untilMs = Infinity }: Windowing): TimeRange {
  return {
    ...(Number.isFinite(fromMs) && { from: fromMs / 1000 }),
    ...(Number.isFinite(untilMs) && { until: untilMs / 1000 }),
  }
}
