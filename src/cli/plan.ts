/**
 * The rules between options, and what the values come to for the stages. A rule that is broken
 * names both options and the remedy. Each function takes the parsed arguments of any command that
 * has the options in question.
 */
import { quoted, UcError } from '../errors.ts'
import type { Counting, Windowing } from '../pipeline.ts'
import { calendarKinds, type WeekDay } from '../time/calendar.ts'
import type { GroupKeys } from '../kernel/group-keys.ts'
import { keyName } from '../kernel/key-name.ts'
import type { KernelOptions } from '../kernel/kernel.ts'
import { localOffsets } from '../time/local-offsets.ts'
import { loadZone } from '../time/zone.ts'
import { type AnyOption, flagOf, type Parsed, type Values } from './option.ts'
import { counting, type CountingOptions, type CountMethod } from './options/counting.ts'
import { type FrameParserName, input, type ReadingOptions } from './options/reading.ts'
import { type GroupKeyOptions, groupKeys, type GroupLinesOptions } from './options/grouping.ts'
import type { FormatName, LinesOptions, OutputOptions } from './options/output.ts'
import type { ReportingOptions } from './options/reporting.ts'
import { type Lateness, time, type TimeOptions } from './options/time.ts'
import type { KindOptions } from './options/windows.ts'
import type { MostRefused, TimeOrDate } from './values.ts'
import { unknownZoneOf } from './windowing.ts'

type Delays = 'maxDelayMs' | 'maxJumpMs' | 'idleMs' | 'isOrdered'

export interface TimePlan extends Required<Pick<Windowing, Delays>> {
  /** Names of the kinds of window, `minute` or `15m`; at least one, none twice. */
  readonly windows: readonly string[]
  readonly tz: string
  readonly weekStart: WeekDay
  readonly lateness: Lateness
  /** Frames before and from here on are out of range. */
  readonly from: TimeOrDate | undefined
  readonly until: TimeOrDate | undefined
}

export type CountPlan = Omit<Counting, 'earlyMs' | 'fromMs' | 'untilMs'>

export interface ReadPlan extends KernelOptions {
  /** At least one; `-` is standard input. */
  readonly files: readonly string[]
  readonly parser: FrameParserName
  readonly zstdWindowBytes: number
  /** Whether the files are sources side by side. */
  readonly isInterleaved: boolean
  /** How many threads scan; 1 is this one. */
  readonly threads: number
  readonly strict: boolean
  readonly maxRejects: MostRefused
}

/** How uc-window reads what uc-extract has written, or any plain frames in that form. */
export const extractedFrames: ReadPlan = {
  files: ['-'],
  uidKeys: [keyName('uid')],
  tsKeys: [keyName('ts')],
  tsUnit: 's',
  parser: 'strict',
  maxLineBytes: 16 * 2 ** 20,
  zstdWindowBytes: 128 * 2 ** 20,
  isInterleaved: false,
  threads: 1,
  strict: false,
  maxRejects: { lines: Infinity },
}

export interface OutputPlan {
  /** Undefined: a table on a terminal, else JSON. */
  readonly format: Exclude<FormatName, 'auto'> | undefined
  /** Undefined: windows are shown when they close. */
  readonly earlyMs: number | undefined
  /** Undefined: standard output. */
  readonly out: string | undefined
  readonly rejects: string | undefined
  /** `-` is standard error. */
  readonly stats: string | undefined
  readonly progress: boolean
  /** Undefined: three quarters of the machine's. */
  readonly maxMemoryBytes: number | undefined
}

/** What --idle is where a topic is read, unless told otherwise. */
const topicIdleMs = 30_000

export function timePlan(parsed: Parsed<KindOptions & TimeOptions>): TimePlan {
  const { values, given } = parsed
  const hasTopic = 'kafka' in values && values.kafka === true && values.order !== 'none'
  const windows = new Set([
    ...calendarKinds.filter((kind) => values[kind]),
    ...values.window,
    ...values.rolling.flat(),
  ])
  if (windows.size === 0) windows.add('minute')
  for (const kind of values.lateness.byKind.keys()) {
    if (windows.has(kind)) continue
    const remedy = flagOfWindow(kind)
    const text = given.get(time.lateness)?.at(-1) ?? ''
    const problem = `${kind} is not counted; add ${remedy}`
    throw new UcError('usage', `${flagOf(time.lateness)} ${quoted(text)}: ${problem}`)
  }
  const isOrdered = values.order !== 'none'
  const aboutTime = [time.maxDelay, time.lateness, time.maxJump, time.idle]
  const useless = aboutTime.find((each) => given.has(each))
  if (!isOrdered && useless !== undefined) {
    const flag = flagOf(useless)
    throw contradiction(`${flag} and --order none`, `leave ${flag} out, as no frame is ever late`)
  }
  const { from, until } = values
  if (from !== undefined && until !== undefined && from.ms >= until.ms) {
    throw contradiction('--from and --until', 'the one has to be before the other')
  }
  return {
    windows: [...windows],
    tz: values.tz,
    weekStart: values.weekStart,
    maxDelayMs: values.maxDelay,
    lateness: values.lateness,
    maxJumpMs: values.maxJump,
    idleMs: hasTopic && !given.has(time.idle) ? topicIdleMs : values.idle,
    isOrdered,
    from,
    until,
  }
}

/** As one asks for it: `--rolling 7d`. */
export function flagOfWindow(name: string): string {
  if (calendarKinds.some((kind) => kind === name)) return `--${name}`
  return name.startsWith('rolling-') ? name.replace('rolling-', '--rolling ') : `--window ${name}`
}

export function countPlan(
  { values, given }: Parsed<
    CountingOptions & GroupLinesOptions & LinesOptions & Pick<OutputOptions, 'early'>
  >,
): CountPlan {
  const { method, exactLimit, precision, sketch, partial, shard, early } = values
  const { top, maxGroups: mostGroups, total: hasTotal } = values
  const { final: isFinal, zero: hasZeros } = values
  if (isFinal && early !== undefined) {
    const remedy = 'leave one out, as --final shows no window before it is over'
    throw contradiction('--early and --final', remedy)
  }
  const idle: Readonly<Record<CountMethod, readonly AnyOption[]>> = {
    auto: [],
    exact: [counting.exactLimit, ...(sketch ? [] : [counting.precision])],
    hll: [counting.exactLimit],
  }
  const option = idle[method].find((each) => given.has(each))
  if (option !== undefined) {
    const flag = flagOf(option)
    throw contradiction(`${flag} and --method ${method}`, `leave ${flag} out, or use --method auto`)
  }
  if (hasZeros && !hasTotal) {
    throw contradiction('--zero and --no-total', 'leave one out, as groups have no empty windows')
  }
  const counted = { method, exactLimit, precision, sketch, partial, shard, isFinal, hasZeros }
  return { ...counted, top, mostGroups, hasTotal }
}

/** Most --uid-key or --ts-key. */
const mostKeys = 7

export async function readPlan(
  { values, given, files }: Parsed<ReadingOptions & GroupKeyOptions & ReportingOptions>,
): Promise<ReadPlan> {
  const { uidKey, tsKey, tsUnit, tsZone, parser, threads, strict, maxRejects } = values
  if (uidKey.some((key) => tsKey.includes(key))) {
    throw contradiction('--uid-key and --ts-key', 'give each a key of its own')
  }
  for (const option of [input.uidKey, input.tsKey]) {
    const times = given.get(option)?.length ?? 0
    if (times > mostKeys) {
      throw new UcError(
        'usage',
        `${flagOf(option)}: given ${times} times; expected at most ${mostKeys} keys`,
      )
    }
  }
  if (tsZone !== undefined && tsUnit !== 'iso' && tsUnit !== 'auto') {
    throw contradiction(
      `--ts-zone and --ts-unit ${tsUnit}`,
      'a unix time has no zone; text without one is for --ts-unit iso or auto',
    )
  }
  const groupKeys = groupKeysOf(values.by)
  const alone = parser === 'json' ? '--parser json' : values.interleave ? '--interleave' : undefined
  if (threads > 1 && alone !== undefined) {
    throw contradiction(
      `--threads and ${alone}`,
      'leave one out, as the latter has one thread only',
    )
  }
  return {
    files: inputsOf(files),
    uidKeys: uidKey.map(keyName),
    tsKeys: tsKey.map(keyName),
    ...(groupKeys !== undefined && { groupKeys }),
    tsUnit,
    tsZone: tsZone === undefined
      ? undefined
      : localOffsets(await loadZone(tsZone).catch(unknownZoneOf(input.tsZone, tsZone))),
    parser,
    maxLineBytes: values.maxLine,
    zstdWindowBytes: values.zstdWindow,
    isInterleaved: values.interleave,
    threads,
    strict,
    maxRejects,
  }
}

/** Most breakdowns, and most keys in all of them. */
const mostInGroups = 8

function groupKeysOf(by: readonly (readonly string[])[]): GroupKeys | undefined {
  if (by.length === 0) return undefined
  const flag = flagOf(groupKeys.by)
  const texts = by.map((keys) => keys.join())
  const twice = texts.find((text, i) => texts.indexOf(text) !== i)
  if (twice !== undefined) throw new UcError('usage', `${flag} ${quoted(twice)}: given twice`)
  const keys = [...new Set(by.flat())]
  if (by.length > mostInGroups || keys.length > mostInGroups) {
    const expected = `expected at most ${mostInGroups} of ${flag}, and as many keys in all`
    throw new UcError(
      'usage',
      `${flag}: ${by.length} breakdowns of ${keys.length} keys; ${expected}`,
    )
  }
  return {
    keys: keys.map(keyName),
    breakdowns: by.map((each) => each.map((key) => keys.indexOf(key))),
  }
}

export function inputsOf(files: readonly string[]): readonly string[] {
  if (files.filter((file) => file === '-').length > 1) {
    throw new UcError('usage', 'argument "-": given twice; standard input can be read once only')
  }
  return files.length > 0 ? files : ['-']
}

export function outputPlan(
  { values }: Parsed<Omit<ReportingOptions, 'strict' | 'rejects'>>,
): OutputPlan {
  const { stats, progress, maxMemory } = values
  const { rejects, format = 'auto', early, out }: Partial<
    Values<ReportingOptions & OutputOptions>
  > = values
  if (rejects !== undefined && rejects === stats) {
    throw contradiction('--rejects and --stats', 'give each a file of its own')
  }
  return {
    earlyMs: early,
    format: format === 'auto' ? undefined : format,
    out: out === '-' ? undefined : out,
    rejects,
    stats,
    progress,
    maxMemoryBytes: maxMemory,
  }
}

/** Two options that cannot both be meant. */
export function contradiction(both: string, remedy: string): UcError {
  return new UcError('usage', `${both} contradict each other; ${remedy}`)
}

/** Options that are about another one, which is not there. */
export function refuseWithout(
  flags: string,
  options: readonly AnyOption[],
  given: Parsed<unknown>['given'],
): void {
  const option = options.find((each) => given.has(each))
  if (option === undefined) return
  throw new UcError('usage', `${flagOf(option)} says nothing without ${flags}; add it`)
}
