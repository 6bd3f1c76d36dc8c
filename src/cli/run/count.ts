/** uc-count: windowed frames in, result lines out. */
import { UcError } from '../../errors.ts'
import { inspectInputs, readInput } from '../../io/input.ts'
import { peekLine } from '../../io/peek-line.ts'
import { parseControl } from '../../ndjson/control.ts'
import { uniqueCounter } from '../../counter/unique.ts'
import { chain } from '../../pipeline.ts'
import { countStage } from '../../stages/count.ts'
import { readWindowedStage } from '../../stages/read-windowed.ts'
import { type WeekDay, weekDays, windowName } from '../../time/calendar.ts'
import type { CountOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { countPlan, outputPlan, type TimePlan } from '../plan.ts'
import { calendarOf, extractedFrames } from './plans.ts'
import { ResultWriter } from './result-writer.ts'
import { Session } from './session.ts'

const { maxLineBytes } = extractedFrames

export async function runCount(parsed: Parsed<CountOptions>): Promise<number> {
  const output = outputPlan(parsed)
  const counting = countPlan(parsed)
  const newCounter = () => uniqueCounter(counting)
  const session = new Session({
    command: 'uc-count',
    plan: output,
    isStrict: parsed.values.strict,
    inputs: inspectInputs(['-']),
  })
  const { ledger, progress } = session
  const bytes = readInput({ files: ['-'], onBytes: progress.bytes })
  const { line, input } = await peekLine(bytes, maxLineBytes)
  const calendar = await calendarOf(windowsOf(line))
  const results = new ResultWriter(output.format, session)
  const outcome = await session.run({
    input,
    stage: chain(
      readWindowedStage({ calendar, maxLineBytes, ledger }),
      countStage({ calendar, newCounter, ledger }),
    ),
    lineBreak: Uint8Array.of(0x0a),
    mayFollow: true,
    take: results.take,
    flush: results.flush,
  })
  await results.end()
  return session.close(outcome)
}

/** The calendar that the first line speaks of: a header says it, a plain line shows its kinds. */
function windowsOf(line: Uint8Array): Pick<TimePlan, 'windows' | 'tz' | 'weekStart'> {
  const header = parseControl(line)
  if (header?.type !== 'header') {
    return { windows: plainWindows(line), tz: 'UTC', weekStart: 'monday' }
  }
  const { from, windows, tz = 'UTC', weekStart = 'monday' } = header
  if (windows === undefined) {
    throw new UcError('failed', `input comes from uc-${from}; put uc-window in between`)
  }
  if (!isWeekDay(weekStart)) {
    throw new UcError('failed', `header names an unknown week day ${JSON.stringify(weekStart)}`)
  }
  return { windows, tz, weekStart }
}

function plainWindows(line: Uint8Array): readonly string[] {
  try {
    const { windows } = JSON.parse(new TextDecoder().decode(line)) as { windows: object }
    const names = Object.keys(windows)
    for (const name of names) windowName(name)
    if (names.length > 0) return names
  } catch {
    // It will be refused as malformed when it is read.
  }
  return ['minute']
}

function isWeekDay(text: string): text is WeekDay {
  return weekDays.some((day) => day === text)
}
