/** Options that say when windows close, and what is too late or too early for them. */
import { windowName } from '../../time/calendar.ts'
import { parseDuration } from '../../time/duration.ts'
import type { Option } from '../option.ts'
import { oneOf, type TimeOrDate, timeOrDate } from '../values.ts'

/** Allowed lateness in milliseconds: of the windows that are named, and of all others. */
export interface Lateness {
  readonly byKind: ReadonlyMap<string, number>
  /** Undefined: by the length of the window. */
  readonly othersMs: number | undefined
}

export type TimeOptions = {
  readonly maxDelay: Option<number>
  readonly lateness: Option<Lateness>
  readonly maxJump: Option<number | undefined>
  readonly idle: Option<number | undefined>
  readonly order: Option<'time' | 'none'>
  readonly from: Option<TimeOrDate | undefined>
  readonly until: Option<TimeOrDate | undefined>
}

const orders = ['time', 'none'] as const

export const time: TimeOptions = {
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
      'by name. uc-merge waits so long for lines that revise others.',
    example: '--lateness minute=10m,year=7d',
  },
  maxJump: {
    name: 'max-jump',
    value: 'DURATION',
    group: 'Time',
    fallback: '1h',
    parse: (text) => text === 'off' ? undefined : parseDuration(text),
    brief: 'Hold back frames that are this far ahead of the others',
    detail:
      'They count when nine of them have come, and are quarantined as wrong clocks when nine ' +
      'others that are not late have come before. `off` believes every time.',
    example: '--max-jump 6h',
  },
  idle: {
    name: 'idle',
    value: 'DURATION',
    group: 'Time',
    fallback: 'off',
    parse: (text) => text === 'off' ? undefined : parseDuration(text),
    brief: 'Wait no longer for a source silent for so long',
    detail:
      'By the wall clock. In a live stream, whose time is within `--max-jump` of it, time goes ' +
      'on while all is silent, so that the last windows come out. With `--kafka` it is 30s. In a ' +
      'pipe with files side by side uc-extract needs it too: it knows whom it waits for.',
    example: '--idle 30s',
  },
  order: {
    name: 'order',
    value: 'ORDER',
    choices: orders,
    group: 'Time',
    fallback: 'time',
    parse: oneOf(orders),
    brief: 'How the input is ordered: about by time, or not at all',
    detail:
      '`none` is for history in any order: every frame counts, whenever it comes, no clock is ' +
      'judged, and all windows close at the end of the input. uc-merge takes lines likewise.',
    example: '--order none',
  },
  from: {
    name: 'from',
    value: 'TIME',
    group: 'Time',
    parse: timeOrDate,
    brief: 'Refuse frames before this time',
    detail: 'Unix seconds, RFC 3339, or a date, which begins in the zone of `--tz`.',
    example: '--from 2015-01-01',
  },
  until: {
    name: 'until',
    value: 'TIME',
    group: 'Time',
    parse: timeOrDate,
    brief: 'Refuse frames at or after this time',
    detail: 'In the forms of `--from`.',
    example: '--until 2017-01-01T00:00:00Z',
  },
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
