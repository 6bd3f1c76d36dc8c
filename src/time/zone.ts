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

/** Names of the database have at most 32 letters; what is longer is like none of them. */
const longestName = 64

function unknownZone(name: string, names: readonly string[]): UcError {
  const typed = name.toLowerCase().replaceAll(' ', '_').slice(0, longestName)
  const near = names
    .map((known) => {
      const whole = known.toLowerCase()
      const city = whole.slice(whole.lastIndexOf('/') + 1)
      return { known, distance: Math.min(editDistance(typed, whole), editDistance(typed, city)) }
    })
    .filter(({ distance }) => distance <= Math.min(3, typed.length / 4))
    .sort((a, b) => a.distance - b.distance)
  const best = near.filter(({ distance }) => distance === near[0]?.distance).slice(0, 3)
  const advice = best.length > 0
    ? `did you mean ${best.map(({ known }) => known).join(' or ')}?`
    : 'expected a name such as Europe/Zurich or UTC'
  return new UcError('usage', `unknown time zone ${quoted(name)}; ${advice}`)
}

/** Levenshtein's: how many letters must be put in, taken out or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
