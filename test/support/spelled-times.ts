/** Times as text in every form that is read, and nearly: for all that reads them. */
import { below, happens, pick, type Random } from '../../src/generate/random.ts'

const mostMs = Date.UTC(2037, 11, 31)

/** A time of local clocks, in parts; its zone last: empty where there is none. */
export interface SpelledTime {
  readonly text: string
  /** `2016-07-11 13:39:00`, the fraction in milliseconds, and the zone: `Z`, `+0100` or nothing. */
  readonly plain: readonly [seconds: string, ms: number, zone: string]
}

export function spelledTime(random: Random): SpelledTime {
  const isNearSwitch = happens(random, 20) // of clocks in Europe, in 2023
  const secondMs = isNearSwitch
    ? Date.UTC(2023, ...pick(random, [[2, 26], [9, 29]] as const)) + below(random, 4 * 3600) * 1000
    : Math.floor(below(random, mostMs / 1000)) * 1000
  const iso = new Date(secondMs).toISOString()
  const [date, clock] = [iso.slice(0, 10), iso.slice(11, 19)]
  const isWhole = happens(random, 10)
  const seconds = isWhole ? '00' : clock.slice(6)
  const digits = isWhole || happens(random, 40)
    ? ''
    : String(below(random, 10 ** pick(random, [1, 3, 6, 9])))
  const fraction = digits === '' ? '' : `${pick(random, ['.', '.', ','])}${digits}`
  const [zone, plainZone] = pick(random, [...zones, () => offset(random), () => offset(random)])()
  return {
    text: `${date}${pick(random, ['T', 'T', ' ', 't'])}${clock.slice(0, 5)}` +
      `${isWhole ? '' : `:${seconds}`}${fraction}${zone}`,
    plain: [
      `${date} ${clock.slice(0, 5)}:${seconds}`,
      Number(digits.slice(0, 3).padEnd(3, '0')),
      plainZone,
    ],
  }
}

type Zone = readonly [spelled: string, plain: string]

const zones: readonly (() => Zone)[] = [
  () => ['Z', 'Z'],
  () => ['z', 'Z'],
  () => [' UTC', 'Z'],
  () => ['', ''],
  () => ['', ''],
]

function offset(random: Random): Zone {
  const sign = pick(random, ['+', '-'])
  const hours = String(below(random, 24)).padStart(2, '0')
  const minutes = pick(random, ['00', '30', '45', '59'])
  const blank = happens(random, 20) ? ' ' : ''
  if (minutes === '00' && happens(random, 40)) {
    return [`${blank}${sign}${hours}`, `${sign}${hours}00`]
  }
  const colon = pick(random, ['', ':'])
  return [`${blank}${sign}${hours}${colon}${minutes}`, `${sign}${hours}${minutes}`]
}

/** Of text that is a time nearly always: with a byte or two changed. */
export function misspelled(random: Random, text: string): string {
  const at = below(random, text.length)
  const other = pick(random, [...'0123456789-+:.,TtZz UC', '', '00'])
  return text.slice(0, at) + other + text.slice(at + pick(random, [0, 1, 1, 1]))
}
