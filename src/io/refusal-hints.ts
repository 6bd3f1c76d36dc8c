/** What to say of malformed lines: how many there are of each kind, and what would make frames of them. */
import type { Total } from '../ledger.ts'
import { isRecord } from '../ndjson/fields.ts'
import type { Fault, RejectContent } from '../records.ts'
import { type Container, containerOf, parsed } from './container.ts'
import { adviceFor, keysOf, type Reading } from './flag-advice.ts'
import { looksLike, packed } from './looks-like.ts'
import { byCount, type RejectTotal } from './reject-totals.ts'
import { grouped } from './result-format.ts'

const faultWords: Readonly<Record<Fault, string>> = {
  'not-json': 'not JSON',
  cut: 'cut short',
  'no-object': 'no object',
  'too-long': 'too long',
  'uid-missing': 'without a user',
  'uid-null': 'with null for the user',
  'uid-empty': 'with an empty user',
  'uid-kind': 'with a user that is neither text nor a number',
  'uid-rounded': 'with a user that JSON.parse would round',
  'ts-missing': 'without a time',
  'ts-null': 'with null for the time',
  'ts-kind': 'with a time of another kind',
  'ts-form': 'with a time in another form',
  'ts-zone': 'with a time without zone',
  'ts-range': 'with a time before 1970 or after 9999',
}
const mostFaults = 3

/** `40 without a user, 2 not JSON`; undefined where all are of one kind. */
export function countedFaults({ faults }: RejectTotal): string | undefined {
  const counted = byCount(faults)
  if (counted.length < 2) return undefined
  const said = counted.slice(0, mostFaults).map((each) => {
    return `${grouped(each.count)} ${faultWords[each.fault]}`
  })
  const rest = counted.slice(mostFaults).reduce((sum, { count }) => sum + count, 0)
  if (rest > 0) said.push(`${grouped(rest)} ${rest === 1 ? 'other' : 'others'}`)
  return said.join(', ')
}

/** Undefined where malformed lines are few, and what they are is not known for sure. */
export function hintOfMalformed(
  { first, faults, count }: RejectTotal,
  { lines, frames, merged }: Total,
  reading: Reading | undefined,
): string | undefined {
  if (merged !== undefined) return undefined
  const magic = first.where.endsWith(':1') ? packed(first.content) : undefined
  if (magic !== undefined) return `the input looks like ${magic}`
  if (count * 2 <= lines && frames > 0) return undefined
  const [most] = byCount(faults)
  if (most === undefined || reading === undefined) {
    return frames === 0 ? `the input looks like ${looksLike(first.content)}` : undefined
  }
  const texts = most.samples.map(textOf)
  const hint = inTheirMajority(texts.map((text) => text && hintOfLine(text, most.fault, reading)))
  if (hint !== undefined) return hint
  const shape = looksLike(first.content)
  return frames === 0 && !shape.startsWith('JSON objects')
    ? `the input looks like ${shape}`
    : undefined
}

function hintOfLine(line: string, fault: Fault, reading: Reading): string | undefined {
  const root = parsed(line)
  const isKeyFault = fault.startsWith('uid-') || fault.startsWith('ts-')
  if (isRecord(root) && isKeyFault) {
    const advice = adviceFor(root, reading)
    const container = containerOf(line)
    const fits = advice.lacks.length === 0 && advice.flags.length > 0
    if (container !== undefined && !(fits && isAlike(root, container))) {
      return hintOfContainer(container, reading)
    }
    return hintOfObject(root, fault, advice)
  }
  const container = containerOf(line)
  return container && hintOfContainer(container, reading)
}

/** A frame may hold another one by chance; an envelope has no user of its own. */
function isAlike(root: Record<string, unknown>, { inner }: Container): boolean {
  return Object.keys(root).length > Object.keys(inner).length
}

function hintOfContainer({ name, command, inner }: Container, reading: Reading): string {
  const { flags, lacks } = adviceFor(inner, reading)
  const then = flags.length === 0 ? '' : `, then ${flags.join(' ')}`
  const keys = lacks.length === 0 ? '' : `; what is in them has ${keysOf(inner)}`
  return `the input looks like ${name}; pipe it through ${command}${then}${keys}`
}

function hintOfObject(
  root: Record<string, unknown>,
  fault: Fault,
  { flags, lacks }: ReturnType<typeof adviceFor>,
): string | undefined {
  const does = flags.length === 0 ? undefined : `try ${flags.join(' ')}`
  if (!fault.endsWith('-missing')) return does
  const flag = lacks.map((each) => `--${each}-key`).join(', ')
  const remedy = does ?? (flag === '' ? undefined : `name one by ${flag}`)
  return `the keys that are there: ${keysOf(root)}${remedy === undefined ? '' : `; ${remedy}`}`
}

/** What at least half of the lines say. */
function inTheirMajority(hints: readonly (string | undefined)[]): string | undefined {
  const votes = new Map<string | undefined, number>()
  for (const hint of hints) votes.set(hint, (votes.get(hint) ?? 0) + 1)
  const [most, count = 0] = [...votes].sort(([, a], [, b]) => b - a)[0] ?? []
  return count * 2 >= hints.length ? most : undefined
}

function textOf(content: RejectContent): string | undefined {
  return 'raw' in content && content.bytes === undefined ? content.raw : undefined
}
