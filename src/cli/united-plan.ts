/**
 * How windows are counted, as text that travels with partial panes: who unites them has no flags of
 * its own for that, and so none that differ.
 */
import { UcError } from '../errors.ts'
import type { Breakdown } from '../group.ts'
import { isCount, isRecord } from '../ndjson/fields.ts'
import type { CountingPlan } from '../pipeline.ts'
import { calendar, weekDays } from '../time/calendar.ts'
import type { Zone } from '../time/zone.ts'
import type { CountMethod } from './options/counting.ts'
import { contradiction } from './plan.ts'

export type UnitedPlan = Pick<
  CountingPlan,
  | 'calendar'
  | 'latenessMs'
  | 'method'
  | 'exactLimit'
  | 'precision'
  | 'sketch'
  | 'partial'
  | 'shard'
  | 'isDisjoint'
  | 'isFinal'
  | 'hasZeros'
  | 'breakdowns'
  | 'hasTotal'
  | 'top'
  | 'mostGroups'
  | 'fromMs'
  | 'untilMs'
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
    ...(plan.partial === true && { partial: true }),
    ...(plan.breakdowns !== undefined && plan.breakdowns.length > 0 && groupsOf(plan)),
    ...(plan.isFinal === true && { final: true }),
    ...(plan.hasZeros === true && { zero: true, ...boundsOf(plan) }),
  })
}

export function unitedPlan(text: string, zoneNamed: (name: string) => Zone): UnitedPlan {
  const fields: unknown = JSON.parse(text)
  const refused = (what: string) => {
    return new UcError('failed', `partial panes whose plan has no ${what}: ${text}`)
  }
  if (!isRecord(fields)) throw refused('fields')
  const { windows, tz, weekStart, latenessMs, method, exactLimit, precision } = fields
  const { sketch, partial, shard, disjoint, final, zero, fromMs, untilMs } = fields
  const { by = [], total, top, mostGroups } = fields
  if (!isListOf(by, isBreakdown)) throw refused('by')
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
    partial: partial === true,
    isDisjoint: disjoint === true,
    shard: isText(shard) ? shard : undefined,
    isFinal: final === true,
    hasZeros: zero === true,
    breakdowns: by,
    hasTotal: total !== false,
    ...(isCount(top) && { top }),
    ...(isCount(mostGroups) && { mostGroups }),
    ...(typeof fromMs === 'number' && { fromMs }),
    ...(typeof untilMs === 'number' && { untilMs }),
  }
}

/** A message holds about a megabyte, and the set of so many users fits into it. */
export const mostUsersInMessage = 100_000

/** Whether every line of such a run fits into a message. */
export function hasRoomFor(
  { partial, method, exactLimit }: Pick<UnitedPlan, 'partial' | 'method' | 'exactLimit'>,
): boolean {
  if (partial !== true || method === 'hll') return true
  return method !== 'exact' && exactLimit <= mostUsersInMessage
}

/** What partial panes ask for and uc-merge is told do not go together. */
export function refuseUnited(
  plan: UnitedPlan & { readonly earlyMs: number | undefined },
  isToKafka: boolean,
): void {
  if (plan.isFinal === true && plan.earlyMs !== undefined) {
    throw contradiction(
      '--early and --final of the partial panes',
      'leave --early out, as no window is shown before it is over',
    )
  }
  if (!isToKafka || hasRoomFor(plan)) return
  throw contradiction(
    '--partial of the partial panes and --to-kafka',
    `count them with --exact-limit ${mostUsersInMessage}, as a message has no room for the set of ` +
      'more users',
  )
}

function groupsOf({ breakdowns, hasTotal, top, mostGroups }: UnitedPlan) {
  return {
    by: breakdowns,
    ...(hasTotal === false && { total: false }),
    ...(top !== undefined && { top }),
    ...(mostGroups !== undefined && { mostGroups }),
  }
}

function isBreakdown(value: unknown): value is Breakdown {
  return isListOf(value, isText) && value.length > 0
}

/** JSON has no infinite numbers. */
function boundsOf({ fromMs = -Infinity, untilMs = Infinity }: UnitedPlan) {
  return {
    ...(Number.isFinite(fromMs) && { fromMs }),
    ...(Number.isFinite(untilMs) && { untilMs }),
  }
}

function isListOf<T>(value: unknown, isOne: (each: unknown) => each is T): value is T[] {
  return Array.isArray(value) && value.every(isOne)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
