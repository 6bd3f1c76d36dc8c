/** uc-count: windowed frames in, result lines out. */
import { UcError } from '../../errors.ts'
import { inspectInputs, readInput } from '../../io/input.ts'
import { peekLine } from '../../io/peek-line.ts'
import { parseControl } from '../../ndjson/control.ts'
import { uniqueCounter } from '../../counter/unique.ts'
import { windowedScanner } from '../../ndjson/windowed-scanner.ts'
import { chain } from '../../pipeline.ts'
import { countStage } from '../../stages/count.ts'
import { readWindowedStage } from '../../stages/read-windowed.ts'
import { type WeekDay, weekDays, windowName } from '../../time/calendar.ts'
import { parseDuration } from '../../time/duration.ts'
import type { CountOptions } from '../commands.ts'
import type { Parsed } from '../option.ts'
import { countPlan, outputPlan, type TimePlan } from '../plan.ts'
import { calendarOf, extractedFrames } from './plans.ts'
import { ResultWriter } from './result-writer.ts'
import { withSession } from './session.ts'

const { maxLineBytes } = extractedFrames

export async function runCount(parsed: Parsed<CountOptions>): Promise<number> {
  const output = outputPlan(parsed)
  const counting = countPlan(parsed)
  const options = {
    command: 'uc-count',
    plan: output,
    isStrict: parsed.values.strict,
    inputs: inspectInputs(['-']),
  }
  return await withSession(options, async (session) => {
    const { ledger, progress, memory: { reserve } } = session
    const counted = { ...counting, reserve }
    const scanner = windowedScanner(maxLineBytes)
    const memory = scanner?.room.chunk
    const inputs = { files: ['-'], onBytes: progress.bytes, onWarning: session.say }
    const bytes = readInput({ ...inputs, ...(memory && { memory }) })
    const ending = session.endingOf('perhaps')
    const { line, input } = await session.during(peekLine(bytes, maxLineBytes), ending.graceMs)
    const plan = planOf(line)
    const calendar = await calendarOf(plan).catch((error) => {
      throw new UcError('failed', `stdin: the header says what is unknown here: ${error.message}`)
    })
    const latenessMs = calendar.kinds.map(({ name }) => plan.latenessMs.get(name) ?? 0)
    const counts = countStage({
      ...output,
      ...counting,
      calendar,
      latenessMs,
      newCounter: () => uniqueCounter(counted),
      reserve,
      ledger,
    })
    session.memory.watches(() => counts.held())
    return await session.run({
      input,
      stage: chain(readWindowedStage({ calendar, maxLineBytes, scanner, ledger }), counts),
      lineBreak: Uint8Array.of(0x0a),
      ending,
      delivery: new ResultWriter(output.format, session),
    })
  })
}

type StreamPlan = Pick<TimePlan, 'windows' | 'tz' | 'weekStart'> & {
  /** By kind of window; 0 for others. */
  readonly latenessMs: ReadonlyMap<string, number>
}

/** What the first line speaks of: a header says it, a plain line shows its kinds of window. */
function planOf(line: Uint8Array): StreamPlan {
  const header = parseControl(line)
  if (header?.type !== 'header') {
    const windows = plainWindows(line)
    return { windows, tz: 'UTC', weekStart: 'monday', latenessMs: new Map() }
  }
  const { from, windows, tz = 'UTC', weekStart = 'monday', lateness = {} } = header
  if (windows === undefined) {
    throw new UcError('failed', `input comes from uc-${from}; put uc-window in between`)
  }
  if (!isWeekDay(weekStart)) {
    throw new UcError('failed', `header names an unknown week day ${JSON.stringify(weekStart)}`)
  }
  const latenessMs = new Map(
    Object.entries(lateness).map(([kind, length]) => [kind, parseDuration(String(length))]),
  )
  return { windows, tz, weekStart, latenessMs }
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
