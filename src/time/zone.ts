/**
 * Offsets of local time from UTC, as a list of the instants at which they change.
 *
 * The zone data comes from moment-timezone and not from the runtime (Intl), so that Node and Deno
 * give the same windows. Of that package only the tables are used: its data was compared with zic's
 * own output (tzdata 2026f) for all of its 597 zones, and each change up to 2499 is there, to the
 * second. timezonecomplete with tzdata was wrong in 310 of 598: its data has lost whether an UNTIL
 * is local or UTC time, and takes the year 1996 for its last day (London had no summer in 1996).
 */
import { quoted, UcError } from '../errors.ts'
import { didYouMean, editsIfNear } from '../nearest.ts'

export interface Zone {
  readonly name: string
  /** What to add to UTC for local time. Always whole seconds. */
  offsetMsAt(utcMs: number): number
  /** The first instant after `utcMs` at which the offset changes. */
  nextTransitionMs(utcMs: number): number | undefined
}

export const utc: Zone = {
  name: 'UTC',
  offsetMsAt: () => 0,
  nextTransitionMs: () => undefined,
}

/** Loads the zone data, but for UTC, whose users never pay for it. Names match in any case. */
export async function loadZone(name: string): Promise<Zone> {
  return isUtc(name) ? utc : (await loadZones())(name)
}

/** All that `loadZone` knows, as the database writes them. */
export async function zoneNames(): Promise<readonly string[]> {
  return (await import('moment-timezone')).default.tz.names()
}

/** For those who learn names of zones only while they read. What it gives throws for others. */
export async function loadZones(): Promise<(name: string) => Zone> {
  const { tz } = (await import('moment-timezone')).default
  const names = tz.names()
  return (name) => {
    if (isUtc(name)) return utc
    const known = names.find((one) => one.toLowerCase() === name.toLowerCase())
    const table = known === undefined ? null : tz.zone(known)
    if (known === undefined || table === null) throw unknownZone(name, names)
    return tableZone(known, table)
  }
}

function isUtc(name: string): boolean {
  return /^(etc\/)?utc$/i.test(name)
}

/**
 * The rules of every zone are settled from 2088 on (Morocco's calendar of Ramadan ends in 2087),
 * and the Gregorian calendar repeats after 400 years, weekdays included: 146,097 days are 20,871
 * weeks. So what the table says of 2098 to 2497 holds for every later time, moved by 400 years.
 */
const periodMs = 146_097 * 86_400_000
const tableEndMs = Date.UTC(2498, 0)

/** Entry i of the package's table holds until `untils[i]`; offsets are minutes west of UTC. */
interface Table {
  readonly untils: readonly number[]
  readonly offsets: readonly number[]
}

function tableZone(name: string, { untils, offsets }: Table): Zone {
  const offsetsMs: number[] = []
  const changesMs: number[] = [] // offsetsMs[i] holds from changesMs[i - 1] up to changesMs[i]
  for (const [i, minutesWest] of offsets.entries()) {
    const offsetMs = -Math.round(minutesWest * 60) * 1000 || 0 // not -0
    if (offsetMs === offsetsMs.at(-1)) continue // only the zone's abbreviation changed
    if (i > 0) changesMs.push(untils[i - 1] ?? Infinity)
    offsetsMs.push(offsetMs)
  }

  let last = 0 // index of the answer before: mostly that of the next one, too
  function indexAt(tableMs: number): number {
    if (tableMs >= (changesMs[last - 1] ?? -Infinity) && tableMs < (changesMs[last] ?? Infinity)) {
      return last
    }
    let low = 0
    let high = changesMs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((changesMs[middle] ?? Infinity) <= tableMs) low = middle + 1
      else high = middle
    }
    return last = low
  }

  return {
    name,
    offsetMsAt: (utcMs) => offsetsMs[indexAt(utcMs - beyondTableMs(utcMs))] ?? 0,
    nextTransitionMs(utcMs) {
      const movedMs = beyondTableMs(utcMs)
      const changeMs = changesMs[indexAt(utcMs - movedMs)]
      return changeMs === undefined ? undefined : changeMs + movedMs
    },
  }
}

/** How far, in whole periods, `utcMs` must be moved back to stand in the table. */
function beyondTableMs(utcMs: number): number {
  return utcMs < tableEndMs ? 0 : (Math.floor((utcMs - tableEndMs) / periodMs) + 1) * periodMs
}

/** Whoever knows where the name stands adds the advice to that place. */
export class UnknownZone extends UcError {
  readonly advice: string

  constructor(name: string, advice: string) {
    super('usage', `unknown time zone ${quoted(name)}; ${advice}`)
    this.advice = advice
  }
}

/** Names of the database have at most 32 letters; what is longer is like none of them. */
const longestName = 64
/** `CEST` is neither `CET` nor `EST`, and `Etc/GMT+2` is two hours behind UTC, not before. */
const unlike = /^[A-Z]{2,5}$|\d/

function unknownZone(name: string, names: readonly string[]): UnknownZone {
  const typed = name.slice(0, longestName)
  const near = names.map((known) => ({ known, edits: editsBetween(typed, known) }))
  const fewest = Math.min(...near.map(({ edits }) => edits))
  const best = unlike.test(typed) || fewest === Infinity
    ? []
    : near.filter(({ edits }) => edits === fewest).slice(0, 3)
  const advice = didYouMean(best.map(({ known }) => known)) ??
    'expected a name such as Europe/Zurich or UTC'
  return new UnknownZone(name, advice)
}

/** Part by part, as half of `Europe/Germany` is right; a city may stand alone. */
function editsBetween(typed: string, known: string): number {
  const city = known.slice(known.lastIndexOf('/') + 1)
  const [typedCity = '', ...typedRegion] = typed.split('/').reverse()
  const ofCity = editsIfNear(typedCity, city)
  if (typedRegion.length === 0) return ofCity ?? editsIfNear(typed, known) ?? Infinity
  const region = known.slice(0, -city.length - 1)
  const ofRegion = editsIfNear(typedRegion.reverse().join('/'), region)
  return (ofCity ?? Infinity) + (ofRegion ?? Infinity)
}
