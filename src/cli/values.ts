/**
 * Readers of option values: each takes the text that was typed and gives the value, or throws the
 * end of an error message. They read their text and nothing else: no file, no clock, no machine.
 */
import type { GroupOptions } from '../generate/groups.ts'
import { keyName } from '../kernel/key-name.ts'
import { parseTime } from '../time/unix-time.ts'

/** A flag's value, for the fallbacks `true` and `false`. */
export function flag(text: string): boolean {
  return text === 'true'
}

export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((each) => each === text)
    if (choice === undefined) throw new Error(`expected ${alternatives(choices)}`)
    return choice
  }
}

/** The name of a key, as `keyName` reads it. */
export function key(text: string): string {
  return keyName(text).text
}

/** Several keys with commas between. */
export function keyList(text: string): readonly string[] {
  const keys = text.split(',').map(key)
  const twice = keys.find((each, i) => keys.indexOf(each) !== i)
  if (twice !== undefined) {
    throw new Error(`expected each key once, and ${twice} stands there twice`)
  }
  return keys
}

/** `country=200,page=50000`, or `none`. */
export function groupList(text: string): readonly GroupOptions[] {
  if (text === 'none') return []
  return text.split(',').map((part) => {
    const [, key = '', count = ''] = /^([\w.-]+)=(\d+)$/.exec(part) ?? []
    const values = Number(count)
    if (key === '' || !(values >= 1 && values <= 10_000_000)) {
      throw new Error('expected keys with up to 10,000,000 values, such as country=200,page=50000')
    }
    return { key, values }
  })
}

/** Of the database of zones, as it is found out when that is read. */
export function zone(text: string): string {
  if (text === '') throw new Error('expected a time zone such as Europe/Zurich or UTC')
  return text
}

export function file(text: string): string {
  if (text === '' || text === '-') throw new Error('expected the name of a file')
  return text
}

export function fileOrDash(text: string): string {
  return text === '-' ? text : file(text)
}

/** A whole number; `_` may part its digits, k and M stand for thousands and millions. */
export function wholeNumber(
  { from, to = Number.MAX_SAFE_INTEGER }: { from: number; to?: number },
): (text: string) => number {
  const expected = to === Number.MAX_SAFE_INTEGER
    ? `expected a whole number from ${from} on, such as 250000, 250_000 or 250k`
    : `expected a whole number from ${from} to ${to}`
  return (text) => {
    const match = /^(\d+(?:_\d+)*)([kM]?)$/.exec(text)
    if (match === null) throw new Error(expected)
    const [, digits = '', suffix = ''] = match
    const scale = suffix === 'M' ? 1_000_000 : suffix === 'k' ? 1000 : 1
    const number = Number(digits.replaceAll('_', '')) * scale
    if (!(number >= from && number <= to)) throw new Error(expected)
    return number
  }
}

/** A decimal number, `0.5` say. */
export function decimal(
  { above, from, to = Infinity, expected }: {
    above?: number
    from?: number
    to?: number
    expected: string
  },
): (text: string) => number {
  return (text) => {
    const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
    const isIn = number > (above ?? -Infinity) && number >= (from ?? -Infinity) && number <= to
    if (!isIn || number === Infinity) throw new Error(`expected ${expected}`)
    return number
  }
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** Bytes, from text such as 512KiB, 16MiB, 1GiB or 4096. */
export function size(
  { from, to = Infinity }: { from: number; to?: number },
): (text: string) => number {
  return (text) => {
    const match = /^(\d+)(|KiB|MiB|GiB)$/.exec(text)
    const bytes = Number(match?.[1]) * (sizeUnits[match?.[2] ?? ''] ?? NaN)
    if (!Number.isSafeInteger(bytes)) {
      throw new Error('expected a size such as 512KiB, 16MiB or 1GiB, or a number of bytes')
    }
    if (bytes < from) throw new Error(`expected a size of at least ${sizeName(from)}`)
    if (bytes > to) throw new Error(`expected a size of at most ${sizeName(to)}`)
    return bytes
  }
}

/** A time as unix seconds or RFC 3339, in unix milliseconds. */
export function time(text: string): number {
  const ms = Math.max(parseTime(text, 's'), parseTime(text, 'iso'))
  if (ms < 0) throw new Error('expected unix seconds or a time such as 2016-07-11T13:39:00Z')
  return ms
}

/** An instant, or the day that begins there in UTC and elsewhere in a zone of its own. */
export interface TimeOrDate {
  readonly ms: number
  readonly isDate: boolean
}

export function timeOrDate(text: string): TimeOrDate {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text)
  const ms = isDate ? parseTime(`${text}T00:00:00Z`, 'iso') : parseTime(text, 's')
  const known = ms >= 0 ? ms : parseTime(text, 'iso')
  if (known < 0) throw new Error('expected 2016-07-11, 2016-07-11T13:39:00Z or unix seconds')
  return { ms: known, isDate }
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function sizeName(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const unitBytes = sizeUnits[unit] ?? 1
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`
  }
  return `${bytes} byte${bytes === 1 ? '' : 's'}`
}

/** How many of the lines may be malformed; Infinity: all. */
export type MostRefused = { readonly share: number } | { readonly lines: number }

export function mostRefused(text: string): MostRefused {
  if (text === 'off') return { lines: Infinity }
  const [, percent, lines] = /^(?:(\d+(?:\.\d+)?)%|(\d+))$/.exec(text) ?? []
  if (lines !== undefined) return { lines: Number(lines) }
  if (percent !== undefined && Number(percent) <= 100) return { share: Number(percent) / 100 }
  throw new Error('expected a share such as 50%, a number of lines, or off')
}
