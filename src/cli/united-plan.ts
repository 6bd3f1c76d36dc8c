/**
 * How windows are counted, as text that travels with partial panes: who unites them has no flags of
 * its own for that, and so none that differ.
 */
import { UcError } from '../errors.ts'
import { isCount, isRecord } from '../ndjson/fields.ts'
import type { CountingPlan } from '../pipeline.ts'
import { calendar, weekDays } from '../time/calendar.ts'
import type { Zone } from '../time/zone.ts'
import type { CountMethod } from './options/counting.ts'

export type UnitedPlan = Pick<
  CountingPlan,
  | 'calendar'
  | 'latenessMs'
  | 'method'
  | 'exactLimit'
  | 'precision'
  | 'sketch'
  | 'shard'
  | 'isDisjoint'
>

export function unitedPlanText(plan: UnitedPlan): string {
  const { calendar: { kinds, zone, weekStart }, latenessMs, method, exactLimit, precision } = plan
  return JSON.stringify({
    windows: kinds.map(({ name }) => name),
    tz: zone.name,
    weekStart,
    latenessMs,
    method,
    exactLimit,
    precision,
    sketch: plan.sketch ?? false,
    ...(plan.isDisjoint === true && { disjoint: true }),
    ...(plan.shard !== undefined && { shard: plan.shard }),
  })
}

export function unitedPlan(text: string, zoneNamed: (name: string) => Zone): UnitedPlan {
  const fields: unknown = JSON.parse(text)
  const refused = (what: string) => {
    return new UcError('failed', `partial panes whose plan has no ${what}: ${text}`)
  }
  if (!isRecord(fields)) throw refused('fields')
  const { windows, tz, weekStart, latenessMs, method, exactLimit, precision } = fields
  const { sketch, shard, disjoint } = fields
  if (!isListOf(windows, isText) || windows.length === 0) throw refused('windows')
  if (!isText(tz)) throw refused('tz')
  const firstDay = weekDays.find((day) => day === weekStart)
  if (firstDay === undefined) throw refused('weekStart')
  if (!isListOf(latenessMs, isCount) || latenessMs.length !== windows.length) {
    throw refused('latenessMs')
  }
  const methods: readonly CountMethod[] = ['auto', 'exact', 'hll']
  const counted = methods.find((each) => each === method)
  if (counted === undefined) throw refused('method')
  if (!isCount(exactLimit)) throw refused('exactLimit')
  if (!isCount(precision) || precision < 10 || precision > 18) throw refused('precision')
  return {
    calendar: calendar({ windows, zone: zoneNamed(tz), weekStart: firstDay }),
    latenessMs,
    method: counted,
    exactLimit,
    precision,
    sketch: sketch === true,
    isDisjoint: disjoint === true,
    shard: isText(shard) ? shard : undefined,
  }
}

function isListOf<T>(value: unknown, isOne: (each: unknown) => each is T): value is T[] {
  return Array.isArray(value) && value.every(isOne)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
