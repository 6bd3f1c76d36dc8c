/** What names of windows, zone and times come to for the stages, once the zone's data is read. */
import { quoted, UcError } from '../errors.ts'
import type { Windowing } from '../pipeline.ts'
import { calendar, startOfDay, type WindowKind } from '../time/calendar.ts'
import { loadZone, UnknownZone } from '../time/zone.ts'
import { type AnyOption, flagOf } from './option.ts'
import type { Lateness } from './options/time.ts'
import { kinds as windowOptions } from './options/windows.ts'
import type { TimePlan } from './plan.ts'
import type { TimeOrDate } from './values.ts'

const dayMs = 86_400_000

export async function windowingOf(plan: TimePlan): Promise<Windowing> {
  const { from, until } = plan
  const kinds = await kindsOf(plan).catch(unknownZoneOf(windowOptions.tz, plan.tz))
  const { zone } = kinds.calendar
  const msOf = ({ ms, isDate }: TimeOrDate) => isDate ? startOfDay(ms / dayMs, zone) : ms
  return {
    ...plan,
    ...kinds,
    // Where no frame is late, a window is over when it ends
    latenessMs: plan.isOrdered ? kinds.latenessMs : kinds.latenessMs.map(() => 0),
    fromMs: from === undefined ? -Infinity : msOf(from),
    untilMs: until === undefined ? Infinity : msOf(until),
  }
}

/** For the `catch` of what loads a zone that an option names. */
export function unknownZoneOf(option: AnyOption, name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UnknownZone)) throw error
    const place = `${flagOf(option)} ${quoted(name)}`
    throw new UcError('usage', `${place}: unknown time zone; ${error.advice}`, { cause: error })
  }
}

export type KindsPlan = Pick<TimePlan, 'windows' | 'tz' | 'weekStart' | 'lateness'>

/** The one place where lateness gets the order of the calendar. */
export async function kindsOf(
  { windows, tz, weekStart, lateness }: KindsPlan,
): Promise<Pick<Windowing, 'calendar' | 'latenessMs'>> {
  const zoned = calendar({ windows, zone: await loadZone(tz), weekStart })
  const latenessMs = zoned.kinds.map((kind) => latenessOfKind(lateness, kind))
  return { calendar: zoned, latenessMs }
}

export function latenessOfKind(
  { byKind, othersMs }: Lateness,
  { name, nominalMs }: WindowKind,
): number {
  return byKind.get(name) ?? othersMs ?? (nominalMs >= dayMs ? dayMs : 3_600_000)
}
