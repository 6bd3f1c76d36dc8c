/** Options that say which windows there are. */
import { type CalendarKind, type WeekDay, weekDays, windowName } from '../../time/calendar.ts'
import { rollingName } from '../../time/overlap.ts'
import type { Option, RepeatableOption } from '../option.ts'
import { flag, oneOf, zone } from '../values.ts'

export type KindOptions = Readonly<Record<CalendarKind, Option<boolean>>> & {
  readonly window: RepeatableOption<string>
  readonly rolling: RepeatableOption<readonly string[]>
  readonly tz: Option<string>
  readonly weekStart: Option<WeekDay>
}

export const kinds: KindOptions = {
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
    detail: 'Whole seconds, aligned to unix time 0 whatever the zone. `1h/5m` is a window of an ' +
      'hour every five minutes: a user counts in each that holds one of their frames.',
    example: '--window 15m --window 1h/5m',
  },
  rolling: {
    name: 'rolling',
    value: 'DAYS',
    group: 'Windows',
    repeatable: true,
    parse: (text) => [...new Set(text.split(',').map(rollingName))],
    brief: 'Count users of the last so many days, each day',
    detail: 'A window ends with each day of `--tz`, and is called `rolling-7d`. What comes late ' +
      'revises each window that it is in.',
    example: '--rolling 7d,28d',
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
    detail: 'In English, in lower case. Where no weeks are asked for it changes nothing.',
    example: '--week-start sunday',
  },
}

function windowFlag(
  name: CalendarKind,
  { brief = `Count users per ${name}`, detail }: { brief?: string; detail: string },
): Option<boolean> {
  const example = `--${name}`
  return { name, group: 'Windows', fallback: 'false', parse: flag, brief, detail, example }
}
