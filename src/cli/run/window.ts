/** uc-window: extracted frames in, windowed frames out. */
import { inspectInputs } from '../../io/input.ts'
import { isMark } from '../../ndjson/control.ts'
import { chain } from '../../pipeline.ts'
import { type WindowOut, windowStage } from '../../stages/window.ts'
import { durationName } from '../../time/duration.ts'
import type { WindowOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, timePlan } from '../plan.ts'
import { calendarOf, extractedFrames, latenessOf, rangeOf } from './plans.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { withSession } from './session.ts'

export async function runWindow(parsed: Parsed<WindowOptions>): Promise<number> {
  const time = timePlan(parsed)
  const calendar = await calendarOf(time)
  const windows = calendar.kinds.map(({ name }) => name)
  const latenessMs = latenessOf(time, calendar)
  const range = rangeOf(time, calendar)
  const options = {
    command: 'uc-window',
    plan: outputPlan(parsed),
    isStrict: parsed.values.strict,
    inputs: inspectInputs(['-']),
  }
  return await withSession(options, async (session) => {
    const { ledger } = session
    const writer = new PipeWriter<WindowOut>({
      ledger,
      kinds: windows,
      put(message, lines) {
        if (message.type === 'windowed') lines.windowed(message)
        else if (isMark(message)) lines.control(message)
      },
    })
    await writer.begin({
      from: 'window',
      windows,
      tz: calendar.zone.name,
      weekStart: calendar.weekStart,
      lateness: Object.fromEntries(windows.map((name, k) => [name, durationName(latenessMs[k]!)])),
    })
    return await withFrameReader({ plan: extractedFrames, session }, (reader) => {
      const windowing = { ...time, ...range, calendar, latenessMs, showsRaw: false, ledger }
      return session.run({
        ...reader,
        stage: chain(reader.stage, windowStage(windowing)),
        ending: session.endingOf('perhaps'),
        delivery: writer,
      })
    })
  })
}
