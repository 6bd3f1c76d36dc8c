/** uc-count: windowed frames in, result lines out. */
import { UcError } from '../../errors.ts'
import { inspectInputs, readInput } from '../../io/input.ts'
import { peekLine } from '../../io/peek-line.ts'
import type { Breakdown } from '../../group.ts'
import { groupKeysIn } from '../../kernel/headed.ts'
import { parseControl } from '../../ndjson/control.ts'
import { windowedScanner } from '../../ndjson/windowed-scanner.ts'
import { chain, countingStage } from '../../pipeline.ts'
import type { TimeRange } from '../../records.ts'
import { readWindowedStage } from '../../stages/read-windowed.ts'
import { isWeekDay, windowName } from '../../time/calendar.ts'
import { parseDuration } from '../../time/duration.ts'
import { type CountPlan, extractedFrames, type OutputPlan } from '../plan.ts'
import { kindsOf, type KindsPlan } from '../windowing.ts'
import { ResultWriter } from './result-writer.ts'
import { withSession } from './session.ts'

const { maxLineBytes } = extractedFrames

export interface CountRun {
  readonly output: OutputPlan
  readonly counting: CountPlan
  readonly strict: boolean
}

export async function run({ output, counting, strict }: CountRun): Promise<number> {
  const options = {
    command: 'uc-count',
    plan: output,
    isStrict: strict,
    inputs: inspectInputs(['-']),
  }
  return await withSession(options, async (session) => {
    const { ledger, progress } = session
    const scanner = windowedScanner(maxLineBytes)
    const memory = scanner?.room.chunk
    const inputs = { files: ['-'], onBytes: progress.bytes, onWarning: session.say }
    const bytes = readInput({ ...inputs, ...(memory && { memory }) })
    const ending = session.endingOf('perhaps')
    const { line, input } = await session.during(peekLine(bytes, maxLineBytes), ending.graceMs)
    const plan = planOf(line)
    const kinds = await kindsOf(plan).catch((error) => {
      throw new UcError('failed', `stdin: the header says what is unknown here: ${error.message}`)
    })
    const { earlyMs } = output
    const { by: breakdowns = [] } = plan
    const groupKeys = groupKeysIn(breakdowns)
    const known = breakdowns.length === 0 ? scanner : undefined
    if (breakdowns.length === 0 && !counting.hasTotal) {
      throw new UcError(
        'failed',
        '--no-total leaves no line; give uc-extract a --by, or leave it out',
      )
    }
    const counted = { ...counting, breakdowns, earlyMs, ...kinds, ...boundsOf(plan) }
    const counts = countingStage(counted, session)
    return await session.run({
      input,
      stage: chain(
        readWindowedStage({ ...kinds, maxLineBytes, scanner: known, groupKeys, ledger }),
        counts,
      ),
      lineBreak: Uint8Array.of(0x0a),
      ending,
      delivery: new ResultWriter(output.format, session, {
        hasUsers: counting.partial === true,
        hasGroups: breakdowns.length > 0,
      }),
    })
  })
}

interface HeadPlan extends KindsPlan {
  readonly range?: TimeRange | undefined
  readonly by?: readonly Breakdown[] | undefined
}

/** What the first line speaks of: a header says it, a plain line shows its kinds of window. */
function planOf(line: Uint8Array): HeadPlan {
  const header = parseControl(line)
  if (header?.type !== 'header') {
    const windows = plainWindows(line)
    return { windows, tz: 'UTC', weekStart: 'monday', lateness: { byKind: new Map(), othersMs: 0 } }
  }
  const { from, windows, tz = 'UTC', weekStart = 'monday', lateness = {}, range, by } = header
  if (windows === undefined) {
    throw new UcError('failed', `input comes from uc-${from}; put uc-window in between`)
  }
  if (!isWeekDay(weekStart)) {
    throw new UcError('failed', `header names an unknown week day ${JSON.stringify(weekStart)}`)
  }
  const byKind = new Map(
    Object.entries(lateness).map(([kind, length]) => [kind, parseDuration(String(length))]),
  )
  return { windows, tz, weekStart, lateness: { byKind, othersMs: 0 }, range, by }
}

function boundsOf({ range: { from = -Infinity, until = Infinity } = {} }: HeadPlan) {
  return { fromMs: from * 1000, untilMs: until * 1000 }
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
