/**
 * Says of each result line whether it can be united, and with what: the kind of its window, its
 * set or sketch, its shards, and the kinds of window that it goes into. Zones and weeks are those of the
 * first line of each kind; a line of others would make one number out of different windows.
 */
import { readImage } from '../counter/read-image.ts'
import { readSetImage } from '../counter/set-image.ts'
import type { Sketch } from '../counter/sketch.ts'
import type { Group } from '../group.ts'
import { bytesOf } from '../ndjson/base64.ts'
import type { ReadLine, Reject, ResultLine } from '../records.ts'
import { isWeekDay, type WeekDay } from '../time/calendar.ts'
import { windowFrom } from '../time/overlap.ts'
import { misfit } from './nesting.ts'
import { type KindName, type ZonedKind, ZonedKinds } from '../time/zoned-kinds.ts'
import type { Zone } from '../time/zone.ts'
import { Part } from './part.ts'

export interface AdmitOptions {
  /** Kinds of window to roll up into; undefined: each line's own. */
  readonly to: readonly string[] | undefined
  /** Of the weeks that are rolled up into. */
  readonly weekStart: WeekDay
  /** Whether no user is in two inputs, so that a line needs no sketch. */
  readonly isDisjoint: boolean
  readonly zoneNamed: (name: string) => Zone
}

/** A line that can be united. */
export interface Admitted {
  readonly part: Part
  /** The group that it is of; undefined: of all frames. */
  readonly by: Group | undefined
  readonly kind: ZonedKind
  readonly startMs: number
  readonly endMs: number
  /** The kinds of window that it goes into. */
  readonly targets: readonly ZonedKind[]
}

export type NotMergeable = Pick<Reject, 'reason' | 'detail'>

class NotAdmitted extends Error {
  readonly reason: Reject['reason']

  constructor(reason: Reject['reason'], detail: string) {
    super(detail)
    this.reason = reason
  }
}

export function admission(options: AdmitOptions): (read: ReadLine) => Admitted | NotMergeable {
  const { to, weekStart, isDisjoint, zoneNamed } = options
  const kinds = new ZonedKinds(zoneNamed)
  /** Zone and week of each kind, by the first line. */
  const settled = new Map<string, ZonedKind>()
  /** Those of the line before: mostly the next one has the same, which are then kept once. */
  let targets: readonly ZonedKind[] = []

  function admit(read: ReadLine): Admitted {
    const { result } = read
    if (typeof result === 'string') throw new NotAdmitted('malformed', result)
    const kind = kindOf(result)
    checkSet(result)
    const sketch = sketchOf(result)
    const own = to === undefined ? [kind] : targetsOf(result, kind, to)
    if (own.length !== targets.length || own.some((each, i) => each !== targets[i])) targets = own
    for (const each of [kind, ...targets]) agree(each)
    for (const each of [kind, ...targets]) settled.set(each.kind.name, each)
    const { start, end } = result
    const part = new Part(read, result, sketch)
    return { part, by: result.by, kind, startMs: start * 1000, endMs: end * 1000, targets }
  }

  function kindOf({ window, start, end, tz = 'UTC', weekStart = 'monday' }: ResultLine): ZonedKind {
    if (!isWeekDay(weekStart)) {
      throw new NotAdmitted('malformed', `"weekStart" ${weekStart}; expected a day of the week`)
    }
    const kind = namedKind({ window, tz, weekStart })
    const { startMs, endMs } = windowFrom(kind.kind, kind.kind.spanAt(start * 1000).startMs)
    if (startMs === start * 1000 && endMs === end * 1000) return kind
    const expected = `expected ${startMs / 1000} to ${endMs / 1000}`
    throw new NotAdmitted('malformed', `no ${window} in ${tz} is ${start} to ${end}; ${expected}`)
  }

  function namedKind(name: KindName): ZonedKind {
    try {
      return kinds.get(name)
    } catch (error) {
      const { message } = error as Error
      const isZone = message.startsWith('unknown time zone')
      const detail = isZone ? message : `unknown window ${JSON.stringify(name.window)}; ${message}`
      throw new NotAdmitted('malformed', detail)
    }
  }

  function sketchOf({ sketch: text, set, users, frames }: ResultLine): Sketch | undefined {
    if (text === undefined) {
      const isNobody = users === 0 && frames === 0
      if (isDisjoint || set !== undefined || isNobody) return undefined
      const remedy = to === undefined
        ? 'count with --partial or --sketch, or say --disjoint where no user is in two inputs'
        : 'count with --partial or --sketch, as a user may come again in the next window'
      throw new NotAdmitted('unmergeable', `neither a set nor a sketch; ${remedy}`)
    }
    const bytes = bytesOf(text)
    const sketch = bytes === undefined ? 'no base64' : readImage(bytes)
    if (typeof sketch !== 'string') return sketch
    throw new NotAdmitted('unmergeable', `broken sketch: ${sketch}`)
  }

  function checkSet({ set: text, users, method }: ResultLine): void {
    if (text === undefined) return
    const bytes = bytesOf(text)
    const set = bytes === undefined ? 'no base64' : readSetImage(bytes)
    const problem = typeof set === 'string'
      ? set
      : method !== 'exact' || set.size !== users
      ? `${set.size} users, where the line says ${users}, ${method}`
      : undefined
    if (problem !== undefined) throw new NotAdmitted('unmergeable', `broken set: ${problem}`)
  }

  function targetsOf(line: ResultLine, kind: ZonedKind, names: readonly string[]): ZonedKind[] {
    const ms = line.start * 1000
    const targets: ZonedKind[] = []
    let firstProblem: string | undefined
    for (const window of names) {
      const target = namedKind({ window, tz: kind.zone.name, weekStart })
      const isSame = target.kind.name === kind.kind.name
      const coarse = target.kind.overlap?.slice ?? target.kind
      if (!isSame && coarse.nominalMs < kind.kind.nominalMs) continue
      const problem = isSame
        ? disagreement(kind, target)
        : misfit({ fine: kind.kind, coarse, ms }, kind)
      if (problem === undefined) targets.push(target)
      firstProblem ??= problem
    }
    if (targets.length > 0) return targets
    if (firstProblem !== undefined) throw new NotAdmitted('unmergeable', firstProblem)
    const finer = `${line.window} is longer than every window of --to (${names.join(', ')}); ` +
      'expected lines of finer windows'
    throw new NotAdmitted('unmergeable', finer)
  }

  function agree(kind: ZonedKind): void {
    const problem = disagreement(kind, settled.get(kind.kind.name) ?? kind)
    if (problem !== undefined) throw new NotAdmitted('unmergeable', problem)
  }

  return (read) => {
    try {
      return admit(read)
    } catch (error) {
      if (!(error instanceof NotAdmitted)) throw error
      return { reason: error.reason, detail: error.message }
    }
  }
}

/** What keeps windows of one name from being the same. */
function disagreement(kind: ZonedKind, known: ZonedKind): string | undefined {
  const { kind: { name }, zone, weekStart } = kind
  if (known.zone.name !== zone.name) {
    const others = `where others are in ${known.zone.name}`
    return `${name} in ${zone.name}, ${others}; count all in one zone, by --tz of uc-pipeline`
  }
  if (name !== 'week' || known.weekStart === weekStart) return undefined
  const others = `where others begin on ${known.weekStart}`
  return `a week that begins on ${weekStart}, ${others}; say one --week-start everywhere`
}
