/** Which flags would read an object as a frame, judged by its keys and values. */
import { isRecord } from '../ndjson/fields.ts'
import { quoted } from '../errors.ts'
import type { KernelOptions } from '../kernel/kernel.ts'
import { parsedValue } from '../stages/parsed-value.ts'
import { NO_ZONE } from '../time/iso-time.ts'
import { parseTime, type TsUnit } from '../time/unix-time.ts'
import { quotedForShell } from './container.ts'

export type Reading = Pick<KernelOptions, 'uidKeys' | 'tsKeys' | 'tsUnit' | 'tsZone'>

/** Likely names, as words without marks and case, the likeliest first. */
const uidNames = words(
  'uid userid user useruuid userguid username customerid accountid memberid profileid personid ' +
    'subject sub principalid principal arn login email anonymousid visitorid distinctid clientid ' +
    'deviceid sessionid srcip clientip remoteaddr remoteip sourceip sourceipaddress ipaddress ip id',
)
const tsNames = words(
  'ts timestamp time eventtime datetime asctime eventtimestamp originaltimestamp logtime ' +
    'timestampms unixtime epoch date createdat created receivedat occurredat sentat dt t',
)
const mostKeys = 10
const mostPaths = 200

/** Flags that are missing, and whether with them the object would be a frame. */
export interface Advice {
  readonly flags: readonly string[]
  readonly lacks: readonly ('uid' | 'ts')[]
}

export function adviceFor(root: Record<string, unknown>, reading: Reading): Advice {
  const { uidKeys, tsKeys, tsUnit, tsZone } = reading
  const flags: string[] = []
  const lacks: ('uid' | 'ts')[] = []
  if (!isId(parsedValue(root, uidKeys))) {
    const key = likely(root, [...uidKeys.map(({ text }) => word(text)), ...uidNames], isId)
    if (key === undefined) lacks.push('uid')
    else flags.push(`--uid-key ${quotedForShell(key)}`)
  }
  let ts = parsedValue(root, tsKeys)
  if (!isId(ts)) {
    const key = likely(root, [...tsKeys.map(({ text }) => word(text)), ...tsNames], isTime)
    if (key === undefined) {
      lacks.push('ts')
    } else {
      flags.push(`--ts-key ${quotedForShell(key)}`)
      ts = valueOf(root, key)
    }
  }
  const unit = unitOf(ts)
  if (unit !== undefined && tsUnit !== 'auto' && unit.unit !== tsUnit) {
    flags.push(`--ts-unit ${unit.unit}`)
  }
  if (unit?.isWithoutZone === true && tsZone === undefined) flags.push('--ts-zone ZONE')
  return { flags, lacks }
}

/** The keys that are there, in words: `"a", "b.c" and 3 more`. */
export function keysOf(root: Record<string, unknown>): string {
  const paths = [...pathsOf(root)].map(([path]) => path)
  if (paths.length === 0) return 'no key'
  const shown = paths.slice(0, mostKeys).map(quoted).join(', ')
  const more = paths.length - mostKeys
  return more > 0 ? `${shown} and ${more} more` : shown
}

/** What a time's unit looks like; undefined: it is no time that is read. */
function unitOf(ts: unknown): { unit: TsUnit; isWithoutZone: boolean } | undefined {
  if (!isId(ts)) return undefined
  const text = String(ts)
  const ms = parseTime(text, 'auto')
  if (/^\d{4}-/.test(text)) {
    return ms >= 0 || ms === NO_ZONE ? { unit: 'iso', isWithoutZone: ms === NO_ZONE } : undefined
  }
  const digits = /^\d+/.exec(text)?.[0].length ?? 0
  if (ms < 0 || digits < 9 || /e/i.test(text)) return undefined
  const unit = digits <= 11 ? 's' : digits <= 14 ? 'ms' : digits <= 17 ? 'us' : 'ns'
  return { unit, isWithoutZone: false }
}

function likely(
  root: Record<string, unknown>,
  names: readonly string[],
  isFit: (value: unknown) => boolean,
): string | undefined {
  const ranked = [...pathsOf(root)].flatMap(([path, value]) => {
    if (!isFit(value)) return []
    const whole = names.indexOf(word(path))
    const last = names.indexOf(word(path.slice(path.lastIndexOf('.') + 1)))
    const ranks = [whole, last < 0 ? last : last + 0.5].filter((rank) => rank >= 0)
    return ranks.length === 0 ? [] : [{ path, rank: Math.min(...ranks) }]
  })
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.path
}

/** Values that are no objects, by the name that a flag gives them; two levels. */
function* pathsOf(
  root: Record<string, unknown>,
  prefix = '',
): Generator<readonly [path: string, value: unknown]> {
  let left = mostPaths
  for (const [key, value] of Object.entries(root)) {
    if (left-- === 0) return
    if (isRecord(value) && prefix.split('.').length < 3) yield* pathsOf(value, `${prefix}${key}.`)
    else yield [`${prefix}${key}`, value]
  }
}

function valueOf(root: Record<string, unknown>, path: string): unknown {
  return [...pathsOf(root)].find(([each]) => each === path)?.[1]
}

function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '')
}

function isTime(value: unknown): boolean {
  return unitOf(value) !== undefined
}

function word(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function words(text: string): readonly string[] {
  return text.split(' ')
}
