/** uc-window: extracted frames in, windowed frames out. */
import { inspectInputs } from '../../io/input.ts'
import { isMark } from '../../ndjson/control.ts'
import { chain } from '../../pipeline.ts'
import { windowStage } from '../../stages/window.ts'
import { durationName } from '../../time/duration.ts'
import type { WindowOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { outputPlan, timePlan } from '../plan.ts'
import { calendarOf, extractedFrames, latenessOf, rangeOf } from './plans.ts'
import { withFrameReader } from './frame-reader.ts'
import { PipeWriter } from './pipe-writer.ts'
import { Session } from './session.ts'

export async function runWindow(parsed: Parsed<WindowOptions>): Promise<number> {
  const time = timePlan(parsed)
  const calendar = await calendarOf(time)
  const session = new Session({
    command: 'uc-window',
    plan: outputPlan(parsed),
    isStrict: parsed.values.strict,
    inputs: inspectInputs(['-']),
  })
  const windows = calendar.kinds.map(({ name }) => name)
  const latenessMs = latenessOf(time, calendar)
  const range = rangeOf(time, calendar)
  const writer = new PipeWriter(windows)
  const { lines } = writer
  await writer.begin({
    from: 'window',
    windows,
    tz: calendar.zone.name,
    weekStart: calendar.weekStart,
    lateness: Object.fromEntries(windows.map((name, k) => [name, durationName(latenessMs[k]!)])),
  })
  const outcome = await withFrameReader(
    { plan: extractedFrames, session },
    (reader) =>
      session.run({
        ...reader,
        stage: chain(
          reader.stage,
          windowStage({
            ...time,
            ...range,
            calendar,
            latenessMs,
            showsRaw: false,
            ledger: session.ledger,
          }),
        ),
        follows: 'perhaps',
        take(message) {
          if (message.type === 'windowed') lines.windowed(message)
          else if (message.type === 'reject') session.reject(message)
          else if (isMark(message)) lines.control(message)
        },
        flush: () => writer.pass(),
        flushAll: () => writer.flush(),
      }),
  )
  await writer.end(outcome, session.ledger)
  return session.close(outcome)
}
