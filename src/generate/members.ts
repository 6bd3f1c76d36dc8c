/**
 * A seeded supply of root members, encoded once, so that frames are put together by copying instead
 * of stringifying. All members stand in one array, each with the comma that follows it,
 *
 *     "kettle":{"uid":7,"ts":"x"},"n":0.5,"берег":"left\/right",…
 *     ^ starts[0]                 ^ starts[1]
 *
 * so that any run of neighbours is one copy. No root member is called `uid` or `ts`, not even in
 * escapes: those two are written by keys.ts, once per frame.
 */
import { below, pick, type Random } from './random.ts'
import { keys, numbers, sentences, shortKeys } from './words.ts'

/** No member is longer: a run of this length always has room for one. */
export const maxMemberBytes = 1024

/** Some 4,000 members, and still in the second-level cache. */
const poolBytes = 384 * 1024

const decoyKeys = ['uid', 'ts']

export interface MemberPool {
  readonly bytes: Uint8Array
  /** Where each member begins; the last entry is the end of the last member. */
  readonly starts: Uint32Array
}

export function memberPool(random: Random): MemberPool {
  const encoder = new TextEncoder()
  const bytes = new Uint8Array(poolBytes)
  const starts = [0]
  for (let at = 0; at + maxMemberBytes <= poolBytes;) {
    const member = encoder.encode(`${rootMember(random, starts.length)},`)
    if (member.length > maxMemberBytes) continue
    bytes.set(member, at)
    at += member.length
    starts.push(at)
  }
  return { bytes, starts: Uint32Array.from(starts) }
}

function rootMember(random: Random, number: number): string {
  // Two that a scanner must leave to its slow path: an escape in a root key, and more depth than a
  // fast path has bits for. One each, so that some two frames of 2 kB in a hundred meet one.
  if (number === 1000) return `${quoted(random, 'uids', 50)}:${object(random, 2)}`
  if (number === 2000) return `"hollow":${'['.repeat(80)}${']'.repeat(80)}`
  const kind = below(random, 1000)
  if (kind < 300) return `"${pick(random, shortKeys)}":${shortValue(random)}`
  if (kind < 850) return `"${pick(random, keys)}":${value(random, 3)}`
  return `"${pick(random, keys)}":${object(random, 3)}`
}

/** A third of the keys are decoys, whose value may be anything, too. */
function object(random: Random, depth: number): string {
  const colon = below(random, 40) === 0 ? ' : ' : ':'
  const comma = below(random, 40) === 0 ? ' ,\t' : ','
  const members: string[] = []
  for (let i = below(random, 7); i >= 0; i--) {
    const key = below(random, 3) === 0 ? pick(random, decoyKeys) : pick(random, keys)
    const escapePercent = below(random, 20) === 0 ? 50 : 0
    members.push(quoted(random, key, escapePercent) + colon + value(random, depth - 1))
  }
  return `{${members.join(comma)}}`
}

function value(random: Random, depth: number): string {
  const kind = below(random, depth > 0 ? 100 : 80)
  if (kind < 55) return sentence(random)
  if (kind < 80) return shortValue(random)
  if (kind < 90) return object(random, depth)
  const entries = Array.from({ length: 1 + below(random, 5) }, () => value(random, depth - 1))
  return `[${entries.join(',')}]`
}

function shortValue(random: Random): string {
  const kind = below(random, 8)
  if (kind < 3) return String(below(random, 1000))
  if (kind === 3) return pick(random, numbers)
  return pick(random, ['true', 'false', 'null', '{}', '[]', '[{}]', '""'])
}

/** `text` as JSON; of its characters `escapePercent` in 100 are written as escapes without need. */
function quoted(random: Random, text: string, escapePercent: number): string {
  let out = ''
  // By characters, not by code units: half of a surrogate pair alone has no bytes.
  for (const character of text) {
    if (below(random, 100) >= escapePercent) out += JSON.stringify(character).slice(1, -1)
    else if (character === '/') out += '\\/'
    else for (const unit of character.split('')) out += unicodeEscape(random, unit)
  }
  return `"${out}"`
}

/** One in four is strewn with escapes; the others have those that they need. */
function sentence(random: Random): string {
  return quoted(random, pick(random, sentences), below(random, 4) === 0 ? 25 : 0)
}

function unicodeEscape(random: Random, unit: string): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
  return `\\u${below(random, 2) === 0 ? hex : hex.toUpperCase()}`
}
