/** Options that say which windows there are and when they close. */
import { weekDays, windowName } from '../../time/calendar.ts'
import type { WeekDay } from '../../time/calendar.ts'
import { parseDuration } from '../../time/duration.ts'
import type { Option, RepeatableOption } from '../option.ts'
import { flag, oneOf } from '../values.ts'

/** Allowed lateness in milliseconds: of the windows that are named, and of all others. */
export interface Lateness {
  readonly byKind: ReadonlyMap<string, number>
  /** Undefined: by the length of the window. */
  readonly othersMs: number | undefined
}

export type TimeOptions = {
  readonly minute: Option<boolean>
  readonly hour: Option<boolean>
  readonly day: Option<boolean>
  readonly week: Option<boolean>
  readonly month: Option<boolean>
  readonly quarter: Option<boolean>
  readonly year: Option<boolean>
  readonly window: RepeatableOption<string>
  readonly tz: Option<string>
  readonly weekStart: Option<WeekDay>
  readonly maxDelay: Option<number>
  readonly lateness: Option<Lateness>
  readonly maxJump: Option<number | undefined>
}

export const time: TimeOptions = {
  minute: windowFlag('minute', {
    brief: 'Count users per minute; the default',
    detail: 'Any number of windows in one pass. Without any of them: this one.',
  }),
  hour: windowFlag('hour', { detail: 'Begins at the full hour of `--tz`.' }),
  day: windowFlag('day', {
    detail: 'Begins at the first instant of the date in `--tz`: 23 to 25 hours when clocks change.',
  }),
  week: windowFlag('week', { detail: 'Begins on the day that `--week-start` names.' }),
  month: windowFlag('month', { detail: 'A month of the calendar in `--tz`.' }),
  quarter: windowFlag('quarter', { detail: 'January to March and so on, in `--tz`.' }),
  year: windowFlag('year', { detail: 'A year of the calendar in `--tz`.' }),
  window: {
    name: 'window',
    value: 'DURATION',
    group: 'Windows',
    repeatable: true,
    parse: windowName,
    brief: 'Count users per window of this length; repeatable',
    detail: 'Whole seconds, aligned to unix time 0 whatever the zone.',
    example: '--window 15m --window 6h',
  },
  tz: {
    name: 'tz',
    value: 'ZONE',
    group: 'Windows',
    fallback: 'UTC',
    parse: zone,
    brief: 'Time zone of hours and longer windows',
    detail: 'A name of the IANA time zone database.',
    example: '--tz Europe/Zurich',
  },
  weekStart: {
    name: 'week-start',
    value: 'DAY',
    choices: weekDays,
    group: 'Windows',
    fallback: 'monday',
    parse: oneOf(weekDays),
    brief: 'First day of the week',
    detail: 'In English, in lower case. Without `--week` it changes nothing.',
    example: '--week-start sunday',
  },
  maxDelay: {
    name: 'max-delay',
    value: 'DURATION',
    group: 'Time',
    fallback: '5s',
    parse: parseDuration,
    brief: 'How long windows stay open for delayed frames',
    detail:
      'A window closes, and its line is written, as soon as a frame is this much past its end.',
    example: '--max-delay 30s',
  },
  lateness: {
    name: 'lateness',
    value: 'DURATION',
    group: 'Time',
    fallback: 'auto',
    parse: lateness,
    brief: 'Keep counting into a window this long after it closed',
    detail: 'A frame that comes so late revises the line of its window; later ones are expired. ' +
      '`auto` is 1h, and 24h for windows of a day or longer. One length for all windows, or some ' +
      'by name.',
    example: '--lateness minute=10m,year=7d',
  },
  maxJump: {
    name: 'max-jump',
    value: 'DURATION',
    group: 'Time',
    fallback: '1h',
    parse: (text) => text === 'off' ? undefined : parseDuration(text),
    brief: 'Hold back frames that are this far ahead of the others',
    detail: 'They count when nine of them have come before nine others, and are quarantined as ' +
      'wrong clocks when not. `off` believes every time.',
    example: '--max-jump 6h',
  },
}

/** The flags that ask for windows of the calendar, from fine to coarse. */
export const calendarFlags: readonly (keyof TimeOptions)[] = [
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
]

function windowFlag(
  name: string,
  { brief = `Count users per ${name}`, detail }: { brief?: string; detail: string },
): Option<boolean> {
  const example = `--${name}`
  return { name, group: 'Windows', fallback: 'false', parse: flag, brief, detail, example }
}

function zone(text: string): string {
  if (text === '') throw new Error('expected a time zone such as Europe/Zurich or UTC')
  return text
}

function lateness(text: string): Lateness {
  const byKind = new Map<string, number>()
  let othersMs: number | undefined
  for (const part of text === 'auto' ? [] : text.split(',')) {
    const [kind = '', length] = part.split('=')
    if (length !== undefined) byKind.set(windowName(kind), parseDuration(length))
    else if (othersMs === undefined) othersMs = parseDuration(kind)
    else throw new Error('expected one length for all windows, or KIND=LENGTH,KIND=LENGTH')
  }
  return { byKind, othersMs }
}
